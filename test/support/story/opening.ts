import {
  byArrival,
  eciesSeal,
  b64u,
  hashText,
  journalTargets,
  makeShares,
  sealedSharesContent,
  sealedSharesInfo,
  sealedSharesOf,
  shareTargets,
  suiteField,
  suiteOf,
  systemRandom,
} from '#trust';
import type { Close, CloseAdd, Commit, OpeningRecord, ShareAudience, ShareTarget, Signed } from '#trust';
import { Refused, until } from './caller.ts';
import type { Caller } from './caller.ts';
import { SEATS } from './roster.ts';
import type { People } from './roster.ts';
import { unlessRefused } from './tender.ts';
import type { KeyedLot } from './tender.ts';

export interface OpeningView {
  readonly state: string;
  readonly close: Signed<Close> | null;
  readonly adds: readonly Signed<CloseAdd>[];
  readonly bids: readonly {
    readonly c: string;
    readonly arrivedAt: string;
    readonly progress: string;
    readonly damaged: string | null;
  }[];
  readonly trustees: readonly { readonly i: number; readonly stages: readonly string[] }[];
  readonly record: Signed<OpeningRecord> | null;
}

export const viewOpening = (caller: Caller, lotId: string): Promise<OpeningView> =>
  caller.get<OpeningView>(`/lots/${lotId}/opening`);

async function commitsOf(caller: Caller, lotId: string): Promise<ReadonlyMap<string, Commit>> {
  const found = new Map<string, Commit>();
  for (let cursor = ''; ;) {
    const query = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page = await caller.get<{ items: { c: string; commit: Commit }[]; nextCursor: string | null }>(
      `/lots/${lotId}/opening/commits${query}`,
    );
    for (const { c, commit } of page.items) found.set(c, commit);
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}

/** One seat's shares for one part of the opening, of exactly the bids that this stage opens. */
export async function shareOnce(
  trustee: Caller,
  lot: KeyedLot,
  i: number,
  view: OpeningView,
  part: { readonly stage: number; readonly audience: ShareAudience },
): Promise<void> {
  const { stage, audience } = part;
  if (!view.close) throw new Error('no CLOSE');
  const commits = await commitsOf(trustee, lot.lotId);
  const head = {
    ...suiteField(lot.lotKey.suite),
    lotKeyHash: hashText('lotkey', lot.lotKey),
    close: hashText('close', view.close.record),
    adds: view.adds.map(({ record }) => hashText('close-add', record)),
    stage,
    audience,
    i,
  };
  const x = lot.secrets[i - 1];
  if (x === undefined) throw new Error(`no seat ${i}`);
  const record = makeShares(head, targetsOf(view, commits, lot, part), x, systemRandom);
  const signed = await trustee.sign('shares', record);
  const path = `/lots/${lot.lotId}/opening`;
  if (audience !== 'committee') return void (await trustee.post(`${path}/shares`, signed));
  const announced = sealedSharesOf(record);
  const info = sealedSharesInfo(announced.shares);
  const room = suiteOf(lot.lotKey.suite).group.decodePoint(lot.lotKey.room);
  const box = b64u.encode(await eciesSeal(room, info, sealedSharesContent(signed), systemRandom));
  await trustee.post(`${path}/sealed-shares`, {
    signed: await trustee.sign('sealed-shares', announced),
    box,
  });
}

function targetsOf(
  view: OpeningView,
  commits: ReadonlyMap<string, Commit>,
  lot: KeyedLot,
  { stage, audience }: { stage: number; audience: ShareAudience },
): ShareTarget[] {
  if (audience === 'journal') return journalTargets(lot.journal.record);
  const going = view.bids
    .filter(({ progress }) => stage === 0 || !['withdrawn', 'invalid', 'sealed'].includes(progress))
    .sort(byArrival);
  const bids = going.map(({ c }) => {
    const commit = commits.get(c);
    if (!commit) throw new Error(`no COMMIT of ${c}`);
    return { c, commit };
  });
  return shareTargets(bids, stage, audience);
}

const PARTS = [
  { stage: 0, audience: 'journal', at: 'stage-0' },
  { stage: 0, audience: 'public', at: 'stage-0' },
  { stage: 1, audience: 'public', at: 'stage-1' },
  { stage: 1, audience: 'committee', at: 'stage-1' },
] as const;

/**
 * The trustees at these seats send what the hall waits for, until the opening has come to its end. `patienceMs` begins
 * now: whoever calls long before the deadline adds what is left of it.
 */
export async function runOpening(
  people: People,
  lot: KeyedLot,
  seats: readonly number[] = [1, 2, 3],
  onView: (view: OpeningView) => Promise<void> = () => Promise.resolve(),
  patienceMs = 240_000,
): Promise<OpeningView> {
  const anyone = people.seats.agency;
  return until(
    'the opening',
    async () => {
      const view = await viewOpening(anyone, lot.lotId);
      await onView(view);
      if (['opened', 'failed', 'recorded'].includes(view.state)) return view;
      for (const i of seats) await sendMissing(people, lot, i, view);
      return null;
    },
    patienceMs,
    300,
  );
}

async function sendMissing(people: People, lot: KeyedLot, i: number, view: OpeningView): Promise<void> {
  const role = SEATS[i - 1];
  if (!role) throw new Error(`no seat ${i}`);
  const sent = view.trustees.find((trustee) => trustee.i === i)?.stages ?? [];
  for (const part of PARTS.filter(({ at }) => at === view.state)) {
    if (sent.includes(`${part.stage}/${part.audience}`)) continue;
    await shareOnce(people.seats[role], lot, i, view, part).catch((error: unknown) => {
      // Sent before, and the answer was lost: shares are randomised, so the second are others.
      const known = ['OPENING.SHARES_DIFFER', 'OPENING.STATE', 'OPENING.STAGE_NOT_OPEN'];
      if (!(error instanceof Refused) || !known.includes(error.code)) throw error;
    });
  }
}

/** The agency signs the record as it stands, which publishes it. */
export async function signOpeningRecord(people: People, lot: KeyedLot): Promise<Signed<OpeningRecord>> {
  const { agency } = people.seats;
  return until('the opening record', async () => {
    const path = `/lots/${lot.lotId}/opening/record`;
    const shown = await agency
      .get<{ record: OpeningRecord; signed: Signed<OpeningRecord> | null }>(path)
      .catch(unlessRefused);
    if (shown?.signed) return shown.signed;
    if (!shown) return null;
    const [signature] = (await agency.sign('opening-record', shown.record)).signatures;
    await agency.post(`${path}/signatures`, { signature }).catch(unlessRefused);
    return null;
  });
}
