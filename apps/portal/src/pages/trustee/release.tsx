import Button from 'antd/es/button';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RELEASE_STEPS, releaseShares, watchDeadline } from '#client';
import type { Leaving, ReleaseState, ReleaseStep } from '#client';
import type { Opening } from '../../api/opening.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { alone, trusteeOf } from '../../trustee/desk.ts';
import type { Desk } from '../../trustee/desk.ts';
import { useTask } from '../../trustee/use-task.ts';
import { Final } from '../../ui/final.tsx';
import { Section } from '../../ui/parts.tsx';

interface Asking {
  readonly leaving: Leaving;
  readonly answer: (yes: boolean) => void;
}

/** The release policy, check by check; then, share by share, what may leave: nothing leaves that was not confirmed. */
export function Release({
  lotId,
  desk,
  opening,
  changed,
}: {
  readonly lotId: string;
  readonly desk: Desk;
  readonly opening: Opening;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const { task, held, asking, told, begin } = useRelease(lotId, desk, changed);
  return (
    <Section title={t('holder.release.title')}>
      <p>{t('holder.release.text')}</p>
      <Checks held={held} failed={task.fault !== null} running={task.busy} />
      {asking && <Ask key={nameOf(asking.leaving)} asking={asking} />}
      {told && !task.busy && <Told told={told} />}
      {task.fault !== null && <FaultView error={task.fault} />}
      {!asking && told?.state !== 'released' && told?.state !== 'failed' && (
        <Button type="primary" loading={task.busy} disabled={opening.close === null} onClick={begin}>
          {t('holder.release.check')}
        </Button>
      )}
    </Section>
  );
}

const nameOf = ({ stage, audience }: Leaving): string => `${String(stage)}-${audience}`;

function useRelease(lotId: string, desk: Desk, changed: () => void) {
  const task = useTask();
  const [held, setHeld] = useState<readonly ReleaseStep[]>([]);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [told, setTold] = useState<ReleaseState | null>(null);
  const open = useRef<Asking | null>(null);
  // Whoever leaves the page has confirmed nothing.
  useEffect(() => () => open.current?.answer(false), []);
  const ask = (leaving: Leaving): Promise<boolean> =>
    new Promise((resolve) => {
      const answer = (yes: boolean): void => {
        open.current = null;
        setAsking(null);
        resolve(yes);
      };
      open.current = { leaving, answer };
      setAsking(open.current);
    });
  const work = async (): Promise<void> => {
    const trustee = await trusteeOf(desk, (step) => setHeld((before) => [...before, step]));
    const secret = await trustee.keystore.load(lotId);
    if (!secret) return;
    const watched = await watchDeadline(trustee, secret);
    const seen = await trustee.platform.opening(lotId);
    setTold(await releaseShares(trustee, watched, seen, (_, leaving) => ask(leaving)));
    changed();
  };
  const begin = (): void => {
    setHeld([]);
    setTold(null);
    void task.run(() => alone(lotId, work));
  };
  return { task, held, asking, told, begin };
}

const MARKS = { held: '✓', failed: '✕', running: '…', open: '–' } as const;

/** In the order in which they are looked at: the first that does not hold ends it, and nothing leaves. */
function Checks({
  held,
  failed,
  running,
}: {
  readonly held: readonly ReleaseStep[];
  readonly failed: boolean;
  readonly running: boolean;
}) {
  const { t } = useTranslation();
  const next = RELEASE_STEPS.find((step) => !held.includes(step));
  const stateOf = (step: ReleaseStep): keyof typeof MARKS => {
    if (held.includes(step)) return 'held';
    if (step !== next) return 'open';
    return failed ? 'failed' : running ? 'running' : 'open';
  };
  return (
    <ol className="checks release-checks" aria-label={t('holder.release.checks')} aria-live="polite">
      {RELEASE_STEPS.map((step) => {
        const state = stateOf(step);
        return (
          <li key={step} className={`release-check release-${state}`} data-step={step} data-state={state}>
            <span>
              {t(`holder.step.${step}`)}
              <span className="quiet block">{t(`holder.stepText.${step}`)}</span>
            </span>
            <span className="release-state">
              <span aria-hidden="true">{MARKS[state]}</span> {t(`holder.checkState.${state}`)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Ask({ asking: { leaving, answer } }: { readonly asking: Asking }) {
  const { t } = useTranslation();
  const what = t(`holder.leaving.${leaving.audience}`);
  return (
    <div className="card" role="status">
      <h3>{t('holder.release.ask', { what })}</h3>
      <p>{t('holder.release.askText', { count: leaving.dealings, stage: leaving.stage })}</p>
      <div className="actions">
        <Final
          word={t('holder.release.go')}
          title={t('holder.release.goTitle', { what })}
          run={() => {
            answer(true);
            return Promise.resolve();
          }}
        >
          <p>{t('holder.release.goText')}</p>
        </Final>
        <Button onClick={() => answer(false)}>{t('holder.release.not')}</Button>
      </div>
    </div>
  );
}

function Told({ told: { state, released, bids, standing, reason } }: { readonly told: ReleaseState }) {
  const { t } = useTranslation();
  return (
    <div className="card" role="status" data-release={state}>
      <p>
        <strong>{t(`holder.told.${state}`)}</strong>
      </p>
      <p>
        {t('holder.release.counts', { bids })}
        {standing !== null && ` ${t('holder.release.standing', { standing })}`}
      </p>
      {released.length > 0 && <p>{t('holder.release.left', { what: released.join(', ') })}</p>}
      {reason !== null && state === 'waiting' && <p className="quiet">{t('holder.release.later')}</p>}
    </div>
  );
}
