import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { resultQuery } from '../../api/award.ts';
import { api, unwrap } from '../../api/client.ts';
import { openingQuery } from '../../api/opening.ts';
import { overviewQuery } from '../../api/platform-state.ts';
import { lotQuery, lotsQuery } from '../../api/tendering.ts';
import { STEPS, stepOf } from '../../guide/progress.ts';
import type { Step } from '../../guide/progress.ts';
import { useAct } from '../../guide/use-act.ts';
import type { Act } from '../../guide/use-act.ts';
import { become, demoIdentitiesQuery } from '../../session/demo.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useDuration } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';
import './guide.css';

/** A first visit: one tender in all roles, by the reader's own hand or by others' on the reader's word. */
export default function GuidePage() {
  const { t } = useTranslation();
  useTitle(t('guide.title'));
  const { data: overview } = useQuery(overviewQuery());
  const people = useQuery(demoIdentitiesQuery(overview?.demo ?? false));
  if (!overview || (overview.demo && people.isPending)) return <Loading />;
  return (
    <div className="page">
      <h1>{t('guide.title')}</h1>
      {(people.data ?? []).length > 0 ? (
        <Visit />
      ) : (
        <Empty title={t('guide.none')}>
          <p>{t('guide.noneNext')}</p>
        </Empty>
      )}
    </div>
  );
}

interface Kept {
  readonly lotId: string | null;
  /** Rivals that bid already: how many bid is a secret that the platform tells nobody. */
  readonly rivals: boolean;
  readonly own: boolean;
}
const FRESH: Kept = { lotId: null, rivals: false, own: false };

function Visit() {
  const { t } = useTranslation();
  const [kept, keep, forget] = useDraft<Kept>('guide', FRESH, true);
  const { lotId } = kept;
  const queries = useQueryClient();
  const act = useAct(() => void queries.invalidateQueries());
  const fast = { enabled: lotId !== null, refetchInterval: 2_000 };
  const lot = useQuery({ ...lotQuery(lotId ?? ''), ...fast });
  const keyed = { ...fast, enabled: lot.data?.state === 'keyed' };
  const opening = useQuery({ ...openingQuery(lotId ?? ''), ...keyed });
  const recorded = { ...fast, enabled: opening.data?.state === 'recorded' };
  const result = useQuery({ ...resultQuery(lotId ?? ''), ...recorded });
  const gone = lot.isError && lot.data === undefined;
  if (gone)
    return (
      <>
        <ProblemView error={lot.error} retry={() => void lot.refetch()} />
        <Button onClick={forget}>{t('guide.again')}</Button>
      </>
    );
  if (lotId !== null && !lot.data) return <Loading />;
  const step = stepOf(lot.data ?? null, opening.data ?? null, result.data ?? null);
  const now = step === 'failed' ? STEPS.length : STEPS.indexOf(step);
  return (
    <>
      <p className="lead">{t('guide.lead')}</p>
      {step === 'failed' && <p role="alert">{t('guide.failed')}</p>}
      <ol className="guide">
        {STEPS.map((each, at) => (
          <li
            key={each}
            className={at < now ? 'guide-done' : at === now ? 'guide-now' : 'guide-later'}
            aria-current={at === now ? 'step' : undefined}
          >
            <h2>
              {t(`guide.step.${each}`)}
              {at < now && step !== 'failed' && <span className="quiet"> {t('guide.done')}</span>}
            </h2>
            {at === now && (
              <>
                <p>{t(`guide.why.${each}`)}</p>
                <Actions
                  step={each}
                  act={act}
                  kept={kept}
                  keep={keep}
                  deadline={lot.data?.deadline ?? null}
                />
                <Said act={act} />
              </>
            )}
          </li>
        ))}
      </ol>
      {lotId !== null && (
        <p>
          <Link to={`/lots/${lotId}`}>{t('guide.lot')}</Link>{' '}
          <Button disabled={act.busy} onClick={forget}>
            {t('guide.again')}
          </Button>
        </p>
      )}
    </>
  );
}

/** Who did what, as it happens. */
function Said({ act }: { readonly act: Act }) {
  return (
    <>
      <ul className="guide-said" aria-live="polite">
        {act.said.map((line, at) => (
          <li key={at}>{line}</li>
        ))}
      </ul>
      {act.fault !== null && <FaultView error={act.fault} />}
    </>
  );
}

interface Doing {
  readonly step: Step;
  readonly act: Act;
  readonly kept: Kept;
  readonly keep: (next: Kept) => void;
  readonly deadline: string | null;
}

function Actions({ step, act, kept, keep, deadline }: Doing) {
  const lotId = kept.lotId ?? '';
  switch (step) {
    case 'publish':
      return <Publish act={act} keep={keep} />;
    case 'seats':
      return (
        <Row>
          <Others
            act={act}
            work={async (say, signal) => {
              const { takeSeats } = await import('../../guide/trustees.ts');
              await takeSeats(lotId, say, signal);
            }}
          />
          <Own as="tenderee" path={`/trustee/lots/${lotId}`} />
        </Row>
      );
    case 'bids':
      return <Bids act={act} kept={kept} keep={keep} deadline={deadline} />;
    case 'opening':
      return (
        <Row>
          <Others
            act={act}
            work={async (say, signal) => {
              const { release } = await import('../../guide/trustees.ts');
              await release(lotId, say, signal);
            }}
          />
          <Own as={null} path={`/lots/${lotId}/hall`} />
        </Row>
      );
    case 'record':
      return (
        <Row>
          <Others
            act={act}
            work={async (_, signal) => {
              const { signOpeningRecord } = await import('../../guide/agency.ts');
              await signOpeningRecord(lotId, signal);
            }}
          />
          <Own as="agency" path={`/lots/${lotId}/hall`} />
        </Row>
      );
    case 'candidates':
      return (
        <Row>
          <Others
            act={act}
            work={async (_, signal) => {
              const { publishCandidates } = await import('../../guide/agency.ts');
              await publishCandidates(lotId, signal);
            }}
          />
          <Own as="agency" path={`/agency/lots/${lotId}`} />
        </Row>
      );
    case 'award':
      return (
        <Row>
          <Others
            act={act}
            work={async (_, signal) => {
              const { award } = await import('../../guide/agency.ts');
              await award(lotId, signal);
            }}
          />
          <Own as="agency" path={`/agency/lots/${lotId}`} />
        </Row>
      );
    case 'check':
      return (
        <Row>
          <a href={`/api/v1/lots/${encodeURIComponent(lotId)}/evidence`} download="evidence.zip">
            <Evidence />
          </a>
          <Own as={null} path="/verify" />
        </Row>
      );
  }
}

const MINUTES = [
  [1, 'guide.minutes.m1'],
  [5, 'guide.minutes.m5'],
  [15, 'guide.minutes.m15'],
] as const;

function Publish({ act, keep }: Pick<Doing, 'act' | 'keep'>) {
  const { t } = useTranslation();
  const newest = useInfiniteQuery({ ...lotsQuery({ text: '', stage: null }, 1), refetchInterval: 3_000 });
  const open = newest.data?.pages[0]?.items.find(
    ({ stage }) => stage === 'key-ceremony' || stage === 'bidding',
  );
  const [minutes, setMinutes] = useState<(typeof MINUTES)[number][0]>(5);
  return (
    <>
      <fieldset className="guide-pace">
        <legend>{t('guide.pace')}</legend>
        {MINUTES.map(([each, word]) => (
          <label key={each}>
            <input type="radio" name="pace" checked={each === minutes} onChange={() => setMinutes(each)} />{' '}
            {t(word)}
          </label>
        ))}
      </fieldset>
      <Row>
        <Others
          act={act}
          work={async () => {
            const body = { biddingMinutes: minutes };
            const { lotId } = await unwrap(api.POST('/api/v1/demo/tenders', { body }));
            keep({ ...FRESH, lotId });
          }}
        />
        <Own as="agency" path="/agency" />
        {open && (
          <Button onClick={() => keep({ ...FRESH, lotId: open.id })}>
            {t('guide.newest', { lot: `${open.projectName} ${open.name}` })}
          </Button>
        )}
      </Row>
    </>
  );
}

const Row = ({ children }: { readonly children: ReactNode }) => (
  <div className="guide-actions">{children}</div>
);

function Evidence() {
  const { t } = useTranslation();
  return t('guide.evidence');
}

/** Prices of the two rivals; the reader's own is the reader's. */
const RIVALS = [
  ['bidder-2', '9260000.00'],
  ['bidder-3', '9480000.00'],
] as const;

function Bids({ act, kept, keep, deadline }: Omit<Doing, 'step'>) {
  const { t } = useTranslation();
  const now = useServerNow();
  const duration = useDuration();
  const lotId = kept.lotId ?? '';
  const left = now === null || deadline === null ? null : Date.parse(deadline) - now;
  return (
    <>
      {left !== null && (
        <p role="timer">{left > 0 ? t('guide.left', { time: duration(left) }) : t('guide.closing')}</p>
      )}
      <Row>
        <Own as="bidder-1" path={`/lots/${lotId}/bid`} />
        {!kept.rivals && (
          <Others
            act={act}
            word={t('guide.rivals')}
            work={async (say) => {
              const { bid } = await import('../../guide/bidder.ts');
              for (const [name, price] of RIVALS) await bid(lotId, name, price, say);
              keep({ ...kept, rivals: true });
            }}
          />
        )}
        {!kept.own && (
          <Others
            act={act}
            word={t('guide.ownByOthers')}
            work={async (say) => {
              const { bid } = await import('../../guide/bidder.ts');
              await bid(lotId, 'bidder-1', '9120000.00', say);
              keep({ ...kept, own: true });
            }}
          />
        )}
      </Row>
      <p className="quiet">{t('guide.three')}</p>
    </>
  );
}

function Others({
  act,
  work,
  word,
}: {
  readonly act: Act;
  readonly work: Parameters<Act['run']>[0];
  readonly word?: string;
}) {
  const { t } = useTranslation();
  return (
    <Button type="primary" loading={act.busy} onClick={() => act.run(work)}>
      {word ?? t('guide.others')}
    </Button>
  );
}

/** The page where the reader does it, as somebody who may. */
function Own({ as, path }: { readonly as: string | null; readonly path: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const go = async (): Promise<void> => {
    await become(as);
    await navigate(path);
  };
  return <Button onClick={() => void go()}>{t(as === null ? 'guide.look' : 'guide.own')}</Button>;
}
