import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import Button from 'antd/es/button';
import { useEffect } from 'react';
import { openingQuery, presentReceipt, recordQuery } from '../../api/opening.ts';
import type { Opening } from '../../api/opening.ts';
import { forgetBidDraft } from '../../seal/bid-draft.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { findOnList, settleStored } from '../../seal/submission.ts';
import { useSession } from '../../session/session-store.ts';
import { useServerNow } from '../../ui/clock.ts';
import { yuan } from '../../ui/figures.ts';
import { Fact, Facts, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useRun } from '../../ui/use-run.ts';
import type { Roots } from '../../verify/use-verification.ts';
import { useLot } from '../public/lot.tsx';
import { BidDiscard } from './bid-discard.tsx';
import { BidExport } from './bid-export.tsx';
import { BidReceipt } from './bid-done.tsx';
import { BidState } from './bid-state.tsx';

/** After the deadline nothing is sent any more: find yourself on the list, then read what came of it. */
export function BidAfter({
  current,
  roots,
  changed,
}: {
  readonly current: StoredPackage | null;
  readonly roots: Roots | null;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const organisation = useSession()?.principal.organisationId ?? '';
  useEffect(() => forgetBidDraft(organisation, lot.id), [organisation, lot.id]);
  if (!current || current.state === 'sealed')
    return (
      <Empty title={t('bid.late')}>
        <p>{t('bid.lateNext')}</p>
      </Empty>
    );
  return (
    <>
      <p>
        <BidState state={current.state} />
      </p>
      {current.state === 'uploading' && <Unfinished stored={current} roots={roots} changed={changed} />}
      {current.state === 'submitted' && <FindYourself stored={current} roots={roots} />}
      <BidReceipt stored={current} roots={roots} changed={changed} />
      <BidExport stored={current} />
      <BidDiscard kind="forget" stored={current} changed={changed} />
    </>
  );
}

/** The platform's last answer may have been lost with the connection: it is asked before anything is said. */
function Unfinished({
  stored,
  roots,
  changed,
}: {
  readonly stored: StoredPackage;
  readonly roots: Roots | null;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const { data: opening } = useQuery(openingQuery(lot.id));
  const settled = useQuery({
    queryKey: ['settled', stored.c, roots?.text],
    // Before CLOSE a part that came in time may still be on its way to the disk.
    enabled: roots !== null && Boolean(opening?.close),
    queryFn: () => settleStored(stored, roots?.text ?? ''),
  });
  useEffect(() => {
    if (settled.data === true) changed();
  }, [settled.data, changed]);
  if (!opening?.close) return <p className="note">{t('bid.closing')}</p>;
  if (!roots) return <p className="note">{t('bid.settleNeedsRoots')}</p>;
  if (settled.isError) return <ProblemView error={settled.error} retry={() => void settled.refetch()} />;
  if (settled.data !== false) return <Loading />;
  return <p className="note note-bad">{t('bid.notWhole')}</p>;
}

function FindYourself({ stored, roots }: { readonly stored: StoredPackage; readonly roots: Roots | null }) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const { data: opening } = useQuery(openingQuery(lot.id));
  const adds = opening?.adds.length ?? 0;
  const found = useQuery({
    queryKey: ['on-list', stored.c, adds, roots?.text],
    enabled: roots !== null && Boolean(opening?.close),
    queryFn: () => findOnList(stored, roots?.text ?? ''),
  });
  if (!opening?.close) return <p className="note">{t('bid.closing')}</p>;
  if (!roots) return <p className="note">{t('bid.foundNeedsRoots')}</p>;
  if (found.isError) return <ProblemView error={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Loading />;
  const listed = found.data === true;
  return (
    <Section title={t('bid.afterHead')}>
      {listed ? (
        <p className="good">
          <span aria-hidden="true">✓</span> <strong>{t('bid.found')}</strong>{' '}
          {opening.state === 'closed' && t('bid.foundNext')}
        </p>
      ) : (
        <NotFound stored={stored} opening={opening} />
      )}
      {listed && <Outcome stored={stored} opening={opening} />}
    </Section>
  );
}

function NotFound({ stored, opening }: { readonly stored: StoredPackage; readonly opening: Opening }) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const now = useServerNow();
  const queries = useQueryClient();
  const { busy, fault, run } = useRun();
  const open = opening.state === 'closed' && now !== null && now < Date.parse(opening.releaseAt ?? '');
  const present = async (): Promise<void> => {
    if (!stored.receipt) return;
    try {
      await presentReceipt(lot.id, { receipt: stored.receipt, commit: stored.commit });
    } finally {
      await queries.invalidateQueries({ queryKey: ['opening', lot.id] });
    }
  };
  return (
    <div className="note note-bad" role="alert">
      <strong>{t('bid.notFound')}</strong>
      <p>{t(open ? 'bid.notFoundNext' : 'bid.windowOver')}</p>
      {open && (
        <Button type="primary" loading={busy} onClick={() => void run(present)}>
          {t('bid.present')}
        </Button>
      )}
      {!open && opening.record === null && (
        <p>
          <Link to={`/lots/${lot.id}/hall`}>{t('bid.objectInHall')}</Link>
        </p>
      )}
      {fault !== null && <ProblemView error={fault} />}
    </div>
  );
}

function Outcome({ stored, opening }: { readonly stored: StoredPackage; readonly opening: Opening }) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const recorded = opening.record !== null;
  const { data } = useQuery({ ...recordQuery(lot.id), enabled: recorded });
  const bid = data?.record.bids.find(({ c }) => c === stored.c);
  if (!bid) return null;
  return (
    <>
      <h3>{t('bid.outcomeHead')}</h3>
      <Facts>
        <Fact name={t('bids.state')}>
          <strong>{t(`opening.outcomes.${bid.outcome}`)}</strong>
          {bid.reason !== '' && <span className="quiet block">{bid.reason}</span>}
        </Fact>
        {bid.sheet && <Fact name={t('bid.price')}>¥ {yuan(bid.sheet.price)}</Fact>}
      </Facts>
      <p>
        <Link to={`/lots/${lot.id}/opening`}>{t('bid.goHall')}</Link>
      </p>
    </>
  );
}
