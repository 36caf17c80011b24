import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { decideBid, downloadFile } from '../../api/agency.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { useDraft } from '../../ui/draft.ts';
import { bytes, yuan } from '../../ui/figures.ts';
import { Fact, Facts } from '../../ui/parts.tsx';
import { useRun } from '../../ui/use-run.ts';
import { ChoiceField, TextField } from './fields.tsx';
import type { NameOf, ReviewedBid } from './work-evaluation.tsx';
import { useWork } from './work.tsx';

const GROUNDS = ['51-1', '51-2', '51-3', '51-4', '51-5', '51-6', '51-7'] as const;
const EMPTY = { ground: '', reason: '' };

/** An opened bid: its sheet, its files, and the committee's decision on one of the seven grounds (条例51). */
export function BidReview({
  bid,
  nameOf,
  open,
}: {
  readonly bid: ReviewedBid;
  readonly nameOf: NameOf;
  readonly open: boolean;
}) {
  const { t } = useTranslation();
  const { lot } = useWork();
  const name = nameOf(bid.c);
  const [fault, setFault] = useState<unknown>(null);
  const take = async (e: string, path: string): Promise<void> => {
    setFault(null);
    try {
      const address = URL.createObjectURL(await downloadFile(lot.id, bid.c, e, path));
      const link = document.createElement('a');
      link.href = address;
      link.download = path.split('/').at(-1) ?? path;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <section className="card bid-review" aria-label={name}>
      <h3>{name}</h3>
      <Facts>
        <Fact name={t('opening.price')}>{yuan(bid.sheet.price)}</Fact>
        <Fact name={t('opening.period')}>{bid.sheet.periodDays}</Fact>
        <Fact name={t('opening.quality')}>{bid.sheet.quality}</Fact>
        <Fact name={t('opening.manager')}>{bid.sheet.manager}</Fact>
      </Facts>
      <h4>{t('agency.files')}</h4>
      {bid.files.length === 0 && <p className="quiet">{t('agency.noFiles')}</p>}
      <ul>
        {bid.files.map(({ e, path, size }) => (
          <li key={`${e}/${path}`}>
            <Button type="link" onClick={() => void take(e, path)}>
              {path}
            </Button>{' '}
            <span className="quiet">{bytes(size)}</span>
          </li>
        ))}
      </ul>
      {fault !== null && <FaultView error={fault} />}
      {bid.methodSays !== null && (
        <p className="rule rule-broken">
          <strong>{t('agency.methodSays')}</strong> {t(`agency.ground.${bid.methodSays}`)}
        </p>
      )}
      <Decision bid={bid} name={name} open={open} />
    </section>
  );
}

/** A decision can be taken back until the report is signed: nothing here is final. */
function Decision({
  bid,
  name,
  open,
}: {
  readonly bid: ReviewedBid;
  readonly name: string;
  readonly open: boolean;
}) {
  const { t } = useTranslation();
  const { lot, changed } = useWork();
  const [form, set, clear] = useDraft(`decision:${lot.id}:${bid.c}`, EMPTY);
  const { busy, fault, run } = useRun();
  const decide = (ground: string | null, reason: string | null): Promise<boolean> =>
    run(async () => {
      await decideBid(lot.id, { c: bid.c, ground, reason });
      clear();
      await changed();
    });
  if (bid.rejected)
    return (
      <>
        <p className="rule rule-broken" role="status">
          <strong>{t('result.rejected')}</strong> {t(`agency.ground.${bid.rejected.ground}`)}{' '}
          {bid.rejected.reason}
        </p>
        {fault !== null && <FaultView error={fault} />}
        {open && bid.methodSays === null && (
          <Button loading={busy} onClick={() => void decide(null, null)}>
            {t('agency.takeBack', { name })}
          </Button>
        )}
      </>
    );
  if (!open) return null;
  return (
    <div className="form">
      <ChoiceField
        label={t('agency.rejectOn', { name })}
        article="条例51"
        value={form.ground}
        set={(ground) => set({ ...form, ground })}
        options={[
          ['', t('agency.passes')] as const,
          ...GROUNDS.map((each) => [each, t(`agency.ground.${each}`)] as const),
        ]}
      />
      {form.ground !== '' && (
        <>
          <TextField
            label={t('lot.reason')}
            value={form.reason}
            set={(reason) => set({ ...form, reason })}
            hint={t('agency.reasonHint')}
          />
          {fault !== null && <FaultView error={fault} />}
          <Button
            loading={busy}
            disabled={form.reason.trim() === ''}
            onClick={() => void decide(form.ground, form.reason)}
          >
            {t('agency.reject')}
          </Button>
        </>
      )}
    </div>
  );
}
