import { addMs, DAY, formatInstant, instant, SystemClock } from '#kernel';
import type { Instant, LotId } from '#kernel';
import { newKeyPair, provePossession, systemRandom } from '#trust';
import type {
  DocumentRef,
  JournalKey,
  LogReceipt,
  LotKey,
  LotKeyTerms,
  Notice,
  Scalar,
  Signed,
  SuiteId,
} from '#trust';
import { Refused, until } from './caller.ts';
import type { Caller } from './caller.ts';
import { SEATS } from './roster.ts';
import type { People } from './roster.ts';

export interface Tender {
  readonly lotId: LotId;
  readonly deadline: Instant;
  readonly documents: readonly DocumentRef[];
}

export interface KeyedLot extends Tender {
  readonly lotKey: LotKey;
  readonly journal: Signed<JournalKey>;
  /** x_1…x_5, on the trustees' machines. */
  readonly secrets: readonly Scalar[];
}

export interface TenderPlan {
  /** From now to the deadline; the twenty days of 法24 are scaled to a quarter of it. */
  readonly biddingMs: number;
  /** Protocol waits are divided by this: 60 s before CLOSE, 5 min to find yourself. */
  readonly waits: number;
  /** Default P256. */
  readonly suite?: SuiteId;
}

const METHOD = {
  kind: 'lowest-evaluated-price',
  controlPrice: '9000000.00',
  basePeriodDays: 90,
  lateDayBasisPoints: 10,
  earlyDayBasisPoints: 0,
  maxPeriodDays: 365,
  rounding: 'half-up',
  tieBreak: 'price-then-arrival',
} as const;

/** Project, lot, a tender document, the notice. Every step may be interrupted and is simply taken again. */
export async function publishTender({ seats }: People, plan: TenderPlan): Promise<Tender> {
  const { agency } = seats;
  const codeOf = (caller: Caller) => caller.signer?.certificate.holder.creditCode ?? '';
  const now = new SystemClock().now();
  const deadline = addMs(now, plan.biddingMs);
  const project = await agency.post<{ id: string }>('/projects', {
    name: '文三路道路改造工程',
    kind: 'engineering',
    level: 'district',
    tenderee: codeOf(seats.tenderee),
    regulator: codeOf(seats.regulator),
  });
  const lot = await agency.post<{ id: string }>(`/projects/${project.id}/lots`, {
    name: '第一标段',
    estimate: '10000000.00',
    method: METHOD,
    deadline: formatInstant(deadline),
    documentsFrom: formatInstant(now),
    documentsUntil: formatInstant(deadline),
    acceleration: { periods: Math.ceil((20 * DAY) / (plan.biddingMs / 4)), waits: plan.waits },
    ...(plan.suite ? { suite: plan.suite } : {}),
  });
  await agency.putBytes(`/lots/${lot.id}/documents/tender.txt`, Buffer.from('招标文件 '.repeat(300)));
  const notice = await publishNotice(agency, lot.id);
  return { lotId: lot.id as LotId, deadline, documents: notice.documents };
}

async function publishNotice(agency: Caller, lotId: string): Promise<Notice> {
  const published = async (): Promise<Notice | null> => {
    const lot = await agency.get<{ notice?: Signed<Notice> }>(`/lots/${lotId}`).catch(unlessRefused);
    return lot?.notice?.record ?? null;
  };
  return until('the notice', async () => {
    const known = await published();
    if (known) return known;
    const draft = await agency
      .post<{ record: Notice }>(`/lots/${lotId}/notices/draft`, { kind: 'notice', summary: '' })
      .catch(unlessRefused);
    if (!draft) return null;
    const signed = await agency.sign('notice', draft.record);
    await agency.post(`/lots/${lotId}/notices`, { signed }).catch(unlessRefused);
    return published();
  });
}

/** A refusal here is the trace of an earlier try whose answer was lost: the state is asked for again. */
export function unlessRefused(error: unknown): null {
  if (error instanceof Refused && error.status < 500) return null;
  throw error;
}

interface LotKeyView {
  readonly record: LotKey | null;
  readonly signed: Signed<LotKey> | null;
  readonly journal: Signed<JournalKey> | null;
  readonly log: LogReceipt | null;
}

/** Each seat offers a key, then signs the assembled LOTKEY; done when the platform takes bids. */
export async function makeLotKey(people: People, tender: Tender): Promise<KeyedLot> {
  const { lotId } = tender;
  const callers = SEATS.map((role) => people.seats[role]);
  const anyone = people.seats.agency;
  const terms = await anyone.get<LotKeyTerms>(`/lots/${lotId}/lotkey/terms`);
  const pairs = callers.map(() => newKeyPair(systemRandom, terms.suite));
  for (const [at, caller] of callers.entries()) await offer(caller, lotId, terms, at + 1, pairs[at]?.secret);
  const view = () => anyone.get<LotKeyView>(`/lots/${lotId}/lotkey`);
  const { record } = await view();
  if (!record) throw new Error('five offers gave no LOTKEY');
  for (const caller of callers) {
    const [signature] = (await caller.sign('lotkey', record)).signatures;
    await caller.post(`/lots/${lotId}/lotkey/signatures`, { signature }).catch(unlessRefused);
  }
  const journal = await until('the journal key', async () => {
    const { signed, journal: made, log } = await view();
    return signed && log ? made : null;
  });
  return { ...tender, lotKey: record, journal, secrets: pairs.map(({ secret }) => secret) };
}

async function offer(caller: Caller, lotId: string, terms: LotKeyTerms, i: number, x: Scalar | undefined) {
  if (x === undefined || !caller.signer) throw new Error('a seat without a key');
  const { holder, fingerprint } = caller.signer.certificate;
  const org = holder.creditCode ?? '';
  const key = provePossession({ x, terms, i, org, cert: fingerprint, random: systemRandom });
  await caller.post(`/lots/${lotId}/lotkey/offers`, { key });
}

/** The platform's clock, which decides. */
export async function serverTime(caller: Caller, lotId: string): Promise<Instant> {
  const { serverTime: text } = await caller.get<{ serverTime: string }>(`/lots/${lotId}`);
  return instant(Date.parse(text));
}
