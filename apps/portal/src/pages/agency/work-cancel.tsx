import { useTranslation } from 'react-i18next';
import { cancelLot, draftCancellation } from '../../api/agency.ts';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { Fact, Facts } from '../../ui/parts.tsx';
import { Empty } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { LongField, TextField } from './fields.tsx';
import { SignDraft } from './sign-draft.tsx';
import { useWork } from './work.tsx';

const EMPTY = { reason: '', article: '招标投标法实施条例第三十一条' };

/** 终止招标 (条例31), by agency or tenderee, before the deadline: signed, published, final; bids stay sealed. */
export function WorkCancel() {
  const { t } = useTranslation();
  const { lot, changed } = useWork();
  const now = useServerNow();
  const [form, set, clear] = useDraft(`cancel:${lot.id}`, EMPTY);
  if (lot.state === 'cancelled' || (now !== null && now >= Date.parse(lot.deadline)))
    return <Empty title={t('agency.noCancelNow')} />;
  return (
    <>
      <p className="note note-bad">{t('agency.cancelLead')}</p>
      <div className="form">
        <LongField
          label={t('lot.reason')}
          article="条例31"
          value={form.reason}
          set={(reason) => set({ ...form, reason })}
          hint={t('agency.kept')}
        />
        <TextField
          label={t('lot.article')}
          value={form.article}
          set={(article) => set({ ...form, article })}
        />
      </div>
      <SignDraft
        type="cancellation"
        draftWord={t('agency.makeDraft')}
        word={t('agency.signAndCancel')}
        title={t('agency.cancelTitle')}
        disabled={form.reason.trim() === '' || form.article.trim() === ''}
        draft={() => draftCancellation(lot.id, form)}
        send={(signed) => cancelLot(lot.id, signed)}
        done={() => {
          clear();
          void changed();
        }}
        show={(record) => (
          <Facts>
            <Fact name={t('lot.reason')}>{record.reason}</Fact>
            <Fact name={t('lot.article')}>{record.article}</Fact>
            <Fact name={t('agency.cancelledAt')}>
              <Time at={record.cancelledAt} />
            </Fact>
          </Facts>
        )}
      >
        <p>{t('agency.cancelText')}</p>
      </SignDraft>
    </>
  );
}
