import '../../verify/no-eval.ts';
import './bidder.css';
import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { canonicalBytes } from '#trust';
import { packagesQuery } from '../../seal/package-store.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { usePinnedRoots } from '../../seal/pinned-roots.ts';
import { Need } from '../../session/need.tsx';
import { useSession } from '../../session/session-store.ts';
import { useServerNow } from '../../ui/clock.ts';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useLot } from '../public/lot.tsx';
import { BidAfter } from './bid-after.tsx';
import { BidDamaged } from './bid-damaged.tsx';
import { BidDone } from './bid-done.tsx';
import { BidPrepare } from './bid-prepare.tsx';
import { BidRecover } from './bid-recover.tsx';
import { BidRecovery } from './bid-recovery.tsx';
import { BidSubmit } from './bid-submit.tsx';
import { jsonFile, saveAs } from '../../ui/save.ts';

export default function BidPage() {
  return (
    <Need permission="bid.submit">
      <Bidding />
    </Need>
  );
}

const isMoved = ({ state }: StoredPackage): boolean => state === 'replaced' || state === 'withdrawn';

/** Where a bidder is with this lot follows from what lies on this machine: a reload is where it was. */
function Bidding() {
  const { lot } = useLot();
  const now = useServerNow();
  const organisation = useSession()?.principal.organisationId ?? '';
  const packages = useQuery(packagesQuery(organisation));
  const [roots, changeRoots] = usePinnedRoots();
  const [replacing, setReplacing] = useState<StoredPackage | null>(null);
  const { refetch } = packages;
  const changed = useCallback(() => {
    setReplacing(null);
    void refetch();
  }, [refetch]);
  if (packages.isPending || now === null) return <Loading />;
  if (packages.isError) return <ProblemView error={packages.error} />;
  const mine = packages.data.whole.filter(({ note }) => note.lot === lot.id);
  // One whose lot cannot be read either may be of this one.
  const damaged = packages.data.damaged.filter(({ note }) => (note?.lot ?? lot.id) === lot.id);
  const current = mine.find((each) => !isMoved(each)) ?? null;
  const last = mine[0] ?? null;
  const trust = { roots, changeRoots };
  if (lot.cancellation) return <Cancelled />;
  const left = Date.parse(lot.deadline) - now;
  if (left <= 0)
    return (
      <>
        <BidDamaged packages={damaged} changed={changed} />
        <BidAfter current={current ?? last} roots={roots} changed={changed} />
        {!last && <BidRecover {...trust} changed={changed} />}
      </>
    );
  if (current && !replacing) {
    if (!current.note.kept) return <BidRecovery stored={current} changed={changed} />;
    const replaced = mine.find(({ place }) => place.id === current.note.replaces) ?? null;
    const settled = current.state === 'submitted' && (!replaced || isMoved(replaced));
    return (
      <>
        <Near left={left} />
        <BidDamaged packages={damaged} changed={changed} />
        {settled ? (
          <BidDone stored={current} {...trust} replace={() => setReplacing(current)} changed={changed} />
        ) : (
          <BidSubmit stored={current} replaced={replaced} {...trust} changed={changed} />
        )}
      </>
    );
  }
  return (
    <>
      <Near left={left} />
      <BidDamaged packages={damaged} changed={changed} />
      {last?.state === 'withdrawn' && !replacing && <Withdrawn stored={last} />}
      {!replacing && <BidRecover roots={roots} changeRoots={null} changed={changed} />}
      <BidPrepare {...trust} replacing={replacing} stop={() => setReplacing(null)} changed={changed} />
    </>
  );
}

const HOUR = 3_600_000;
const TEN_MINUTES = 600_000;

/** Calm and exact: what still can be done in the time that is left. */
function Near({ left }: { readonly left: number }) {
  const { t } = useTranslation();
  if (left > HOUR) return null;
  return <p className="note">{t(left > TEN_MINUTES ? 'bid.soon' : 'bid.verySoon')}</p>;
}

function Cancelled() {
  const { t } = useTranslation();
  return (
    <Empty title={t('bid.cancelled')}>
      <p>{t('bid.cancelledNext')}</p>
    </Empty>
  );
}

function Withdrawn({ stored }: { readonly stored: StoredPackage }) {
  const { t } = useTranslation();
  const { moveReceipt } = stored;
  return (
    <div className="note">
      <strong>{t('bid.withdrawn')}</strong> {t('bid.withdrawnNext')}
      {moveReceipt && (
        <p className="actions no-print">
          <Button onClick={() => saveAs(jsonFile(canonicalBytes(moveReceipt)), 'move-receipt.json')}>
            {t('bid.saveMove')}
          </Button>
        </p>
      )}
    </div>
  );
}
