import { useTranslation } from 'react-i18next';
import { draftNotice, publishNotice } from '../../api/agency.ts';
import { Need } from '../../session/need.tsx';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { Section } from '../../ui/parts.tsx';
import { Empty } from '../../ui/states.tsx';
import { Documents } from './documents.tsx';
import { ChoiceField, InstantField, LongField, RuleLine } from './fields.tsx';
import { NoticePreview } from './notice-preview.tsx';
import { checkChange, localText, readLocal, recordText, ruleset } from './rules.ts';
import { SignDraft } from './sign-draft.tsx';
import { useWork } from './work.tsx';

const KINDS = ['clarification', 'change'] as const;
const EMPTY = { kind: 'clarification' as (typeof KINDS)[number], summary: '', deadline: '' };

/** A clarification or change is a new version; less than fifteen days before the deadline, the deadline moves (法23). */
export function WorkChange() {
  const { t } = useTranslation();
  const { lot, work, changed } = useWork();
  const now = useServerNow();
  const [form, set, clear] = useDraft(`change:${lot.id}`, EMPTY);
  if (now !== null && (lot.state === 'cancelled' || now >= Date.parse(lot.deadline)))
    return <Empty title={t('agency.noChangeNow')} />;
  const keyed = lot.state === 'keyed';
  const typed = form.deadline === '' ? Date.parse(lot.deadline) : readLocal(form.deadline);
  const deadline = keyed ? Date.parse(lot.deadline) : typed;
  const check =
    now === null ? null : checkChange({ now, deadline, scale: lot.acceleration }, ruleset(lot.ruleset));
  const earlier = deadline !== null && deadline < Date.parse(lot.deadline);
  const asked = () => ({
    kind: form.kind,
    summary: form.summary,
    ...(keyed || form.deadline === '' || deadline === null ? {} : { deadline: recordText(deadline) }),
  });
  return (
    <Need permission="tender.manage">
      <div className="form">
        <ChoiceField
          label={t('agency.kindName')}
          value={form.kind}
          set={(kind) => set({ ...form, kind })}
          options={KINDS.map((each) => [each, t(`lot.versionKind.${each}`)] as const)}
        />
        <LongField
          label={t('agency.changeText')}
          article="法23"
          max={20_000}
          value={form.summary}
          set={(summary) => set({ ...form, summary })}
          hint={t('agency.kept')}
        />
        {keyed ? (
          <p className="note">{t('agency.keyedDeadline')}</p>
        ) : (
          <InstantField
            label={t('agency.newDeadline')}
            article="条例21"
            value={form.deadline === '' ? localText(Date.parse(lot.deadline)) : form.deadline}
            set={(value) => set({ ...form, deadline: value })}
            fault={earlier ? t('agency.onlyLater') : null}
          />
        )}
        {check && <RuleLine check={check} />}
      </div>
      <Section title={t('agency.changedDocuments')}>
        <Documents work={work} changed={changed} />
      </Section>
      <SignDraft
        type="notice"
        draftWord={t('agency.preview')}
        word={t('agency.signAndPublish')}
        title={t('agency.publishChange')}
        disabled={form.summary.trim() === '' || check?.kept !== true || earlier}
        draft={() => draftNotice(lot.id, asked())}
        send={(signed) => publishNotice(lot.id, signed)}
        done={() => {
          clear();
          void changed();
        }}
        show={(record) => <NoticePreview record={record} />}
      >
        <p>{t('agency.changePublishText')}</p>
      </SignDraft>
    </Need>
  );
}
