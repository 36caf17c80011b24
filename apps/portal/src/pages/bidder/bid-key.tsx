import Alert from 'antd/es/alert';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import type { CheckedKey } from '../../seal/messages.ts';
import { clocksApart, ownNow } from '../../seal/own-clock.ts';
import { fetchLotFile, fetchOwnChain } from '../../seal/submission.ts';
import { WorkRefused, ask } from '../../seal/worker-call.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { useServerNow } from '../../ui/clock.ts';
import { Fact, Facts, Hash } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import { beijing } from '../../ui/time.tsx';
import { useRun } from '../../ui/use-run.ts';
import type { Refused } from '../../verify/messages.ts';
import type { Roots } from '../../verify/use-verification.ts';
import { useLot } from '../public/lot.tsx';
import { VerifyRoots } from '../public/verify-roots.tsx';

/** The roots that the bidder chose, and the lot's key checked against them in a worker. */
export function BidKey({
  roots,
  changeRoots,
  checked,
  take,
}: {
  readonly roots: Roots | null;
  readonly changeRoots: (roots: Roots | null) => void;
  readonly checked: CheckedKey | null;
  readonly take: (checked: CheckedKey | null) => void;
}) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const now = useServerNow();
  const apart = clocksApart(now);
  const { busy, fault, run } = useRun();
  const check = async (): Promise<void> => {
    if (!roots || now === null || apart) return;
    const [file, chain] = await Promise.all([fetchLotFile(lot.id), fetchOwnChain()]);
    const question = { kind: 'check' as const, id: lot.id, lot: file, roots: roots.text, chain };
    take((await ask(question, 'checked')).checked);
  };
  return (
    <>
      <VerifyRoots roots={roots} change={changeRoots} />
      {apart && now !== null && <ClocksApart server={now} />}
      {!checked && (
        <p className="actions">
          <Button type="primary" disabled={!roots || apart} loading={busy} onClick={() => void run(check)}>
            {t('bid.checkKey')}
          </Button>
          {busy && <span role="status">{t('bid.checking')}</span>}
        </p>
      )}
      <div aria-live="polite">
        {checked && <Holds checked={checked} />}
        {checked?.own && (
          <Refusal title={t('bid.ownFails')} next={t('bid.ownFailsNext')} refused={checked.own} />
        )}
      </div>
      {fault instanceof WorkRefused && (
        <Refusal title={t('bid.keyFails')} next={t('bid.keyFailsNext')} refused={fault.refused} />
      )}
      {fault !== null && !(fault instanceof WorkRefused) && <FaultView error={fault} />}
    </>
  );
}

/** Which clock is wrong only the reader can find out. */
function ClocksApart({ server }: { readonly server: number }) {
  const { t } = useTranslation();
  const times = { own: `${beijing(ownNow())} UTC+8`, server: `${beijing(server)} UTC+8` };
  return (
    <Alert
      type="error"
      role="alert"
      className="problem"
      title={t('bid.clocks')}
      description={t('bid.clocksNext', times)}
    />
  );
}

function Holds({ checked }: { readonly checked: CheckedKey }) {
  const { t } = useTranslation();
  const { n, k } = checked.lotKey;
  const { projectName, lotName, agency, deadline } = checked.latest;
  return (
    <div className="card">
      <h3 className="good">
        <span aria-hidden="true">✓</span> {t('bid.keyHolds')}
      </h3>
      <p>{t('bid.keyHoldsText', { n, k })}</p>
      <Facts>
        <Fact name={t('bid.keyFor')}>
          {projectName} · {lotName}
        </Fact>
        <Fact name={t('bid.keyAgency')}>{agency.name}</Fact>
        <Fact name={t('bid.keyDeadline')}>
          <Time at={deadline} />
        </Fact>
        <Fact name={t('bid.keyHash')}>
          <Hash value={checked.lotKeyHash} />
        </Fact>
      </Facts>
    </div>
  );
}

/** What the verifier refused, in the page's words, with the stable code. */
export function Refusal({
  title,
  next,
  refused,
}: {
  readonly title: string;
  readonly next: string;
  readonly refused: Refused;
}) {
  return (
    <Alert
      type="error"
      role="alert"
      className="problem"
      title={title}
      description={
        <>
          <p>{next}</p>
          <p className="quiet">
            <code>{refused.code}</code>
          </p>
        </>
      }
    />
  );
}
