import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, unwrap } from '../../api/client.ts';
import { lotsQuery } from '../../api/tendering.ts';
import type { Step } from '../../guide/progress.ts';
import type { Act } from '../../guide/use-act.ts';
import { become } from '../../session/demo.ts';
import { useServerNow } from '../../ui/clock.ts';
import { useDuration } from '../../ui/time.tsx';
import { FRESH } from './kept.ts';
import type { Kept } from './kept.ts';

interface Doing {
  readonly step: Step;
  readonly act: Act;
  readonly kept: Kept;
  readonly keep: (next: Kept) => void;
  readonly deadline: string | null;
}

/** What can be done in this step: by others, or by the reader on the page where it is done. */
export function Actions({ step, act, kept, keep, deadline }: Doing) {
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
