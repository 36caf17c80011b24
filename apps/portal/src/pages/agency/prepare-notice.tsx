import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { draftNotice, publishNotice } from '../../api/agency.ts';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { LongField, RuleLine } from './fields.tsx';
import { NoticePreview } from './notice-preview.tsx';
import { usePrepared } from './prepare.tsx';
import { checkNotice, ruleset } from './rules.ts';
import { SignDraft } from './sign-draft.tsx';

/** Step five: the notice as the platform would draft it now, every rule once more, then signature and publication. */
export function PrepareNotice() {
  const { t } = useTranslation();
  const go = useNavigate();
  const now = useServerNow();
  const { work, changed } = usePrepared();
  const { lot, documents } = work;
  const [summary, set, clear] = useDraft(`notice:${lot.id}`, '');
  const checks =
    now === null
      ? []
      : checkNotice(
          {
            now,
            documentsFrom: Date.parse(lot.documentsFrom),
            documentsUntil: Date.parse(lot.documentsUntil),
            deadline: Date.parse(lot.deadline),
            scale: lot.acceleration,
          },
          ruleset(lot.ruleset),
        );
  const broken = documents.length === 0 || checks.some(({ kept }) => kept === false);
  return (
    <>
      <div className="form">
        <p className="quiet">{t('agency.noticeLead')}</p>
        {documents.length === 0 && (
          <p className="rule rule-broken">
            <strong>{t('agency.ruleState.broken')}</strong> <span className="article">法19</span>{' '}
            {t('agency.block.no-documents')}
          </p>
        )}
        {checks.map((check) => (
          <RuleLine key={check.rule} check={check} />
        ))}
        <LongField
          label={t('agency.noticeText')}
          max={20_000}
          value={summary}
          set={set}
          hint={t('agency.kept')}
        />
      </div>
      <SignDraft
        type="notice"
        draftWord={t('agency.preview')}
        word={t('agency.signAndPublish')}
        title={t('agency.publishTitle')}
        disabled={broken}
        draft={() => draftNotice(lot.id, { kind: 'notice', summary })}
        send={(signed) => publishNotice(lot.id, signed)}
        done={() => {
          clear();
          void changed();
          void go(`/agency/lots/${lot.id}`);
        }}
        show={(record) => <NoticePreview record={record} />}
      >
        <p>{t('agency.publishText')}</p>
      </SignDraft>
    </>
  );
}
