import type { HallEvent } from '../../api/hall-stream.ts';

export type Phase = 'waiting' | 'closed' | 'stage-0' | 'stage-1' | 'opened' | 'failed' | 'recorded';

/** How far a bid is; what ends in an outcome of the record has that outcome's name. */
export type BidProgress =
  | 'sealed'
  | 'identity-opened'
  | 'standing'
  | 'sheet-opened'
  | 'damaged'
  | 'opened'
  | 'revoked-bidder-fault'
  | 'withdrawn-platform-fault'
  | 'superseded'
  | 'invalid-identity'
  | 'withdrawn';

/** What was read out (唱标). */
export interface Read {
  readonly price: string;
  readonly periodDays: number;
  readonly quality: string;
  readonly manager: string;
}

export interface HallBid {
  readonly c: string;
  readonly arrivedAt: string;
  /** Added in the find-yourself window. */
  readonly added: boolean;
  /** Null until the identity is opened; stays null where it does not hold. */
  readonly name: string | null;
  readonly creditCode: string | null;
  readonly progress: BidProgress;
  readonly reason: string;
  readonly sheet: Read | null;
}

export interface Present {
  readonly creditCode: string;
  readonly name: string;
  readonly role: string;
  readonly at: string;
}

export interface HallObjection {
  readonly n: number;
  readonly by: string;
  readonly text: string;
  readonly at: string;
  readonly answer: string | null;
  readonly answeredAt: string | null;
}

export interface HallState {
  readonly phase: Phase;
  /** Recorded as failed: fewer than three bidders. */
  readonly failed: boolean;
  readonly cancelled: boolean;
  /** As it was moved last; null: as the lot says. */
  readonly deadline: string | null;
  /** End of the find-yourself window. */
  readonly releaseAt: string | null;
  readonly distinctBidders: number | null;
  readonly present: readonly Present[];
  /** In order of arrival. */
  readonly bids: readonly HallBid[];
  /** Seats that released, by `stage-audience`. */
  readonly released: Readonly<Record<string, readonly number[]>>;
  readonly refused: readonly { readonly i: number; readonly part: string; readonly seq: number }[];
  readonly objections: readonly HallObjection[];
  readonly signed: { readonly by: string; readonly at: string; readonly record: string } | null;
  /** Everything that happened, newest last; at most {@link TOLD}. */
  readonly told: readonly HallEvent[];
}

const TOLD = 200;

export const EMPTY_HALL: HallState = {
  phase: 'waiting',
  failed: false,
  cancelled: false,
  deadline: null,
  releaseAt: null,
  distinctBidders: null,
  present: [],
  bids: [],
  released: {},
  refused: [],
  objections: [],
  signed: null,
  told: [],
};

const text = ({ facts }: HallEvent, name: string): string => {
  const value = facts[name];
  return typeof value === 'string' ? value : '';
};
const number = ({ facts }: HallEvent, name: string): number => {
  const value = facts[name];
  return typeof value === 'number' ? value : 0;
};

const isPhase = (kind: string): kind is Exclude<Phase, 'waiting'> =>
  ['closed', 'stage-0', 'stage-1', 'opened', 'failed', 'recorded'].includes(kind);

/** The hall after one more event of its feed: all that the page shows comes from here. */
export function afterEvent(state: HallState, event: HallEvent): HallState {
  const next = event.c === null ? ofHall(state, event) : ofBid(state, event, event.c);
  return { ...next, told: [...state.told, event].slice(-TOLD) };
}

function ofHall(state: HallState, event: HallEvent): HallState {
  const { kind } = event;
  if (isPhase(kind)) return inPhase(state, event, kind);
  switch (kind) {
    case 'deadline':
      return { ...state, deadline: text(event, 'deadline') };
    case 'cancelled':
      return { ...state, cancelled: true };
    case 'signed-in':
      return { ...state, present: [...state.present, presentOf(event)] };
    case 'shares':
      return { ...state, released: withSeat(state.released, partOf(event), number(event, 'i')) };
    case 'shares-refused': {
      const refused = { i: number(event, 'i'), part: partOf(event), seq: event.seq };
      return { ...state, refused: [...state.refused, refused] };
    }
    case 'objection':
      return { ...state, objections: [...state.objections, objectionOf(event)] };
    case 'answer':
      return { ...state, objections: state.objections.map((one) => answered(one, event)) };
    case 'signed':
      return {
        ...state,
        signed: { by: text(event, 'by'), at: event.at, record: text(event, 'record') },
      };
    default:
      return state;
  }
}

const partOf = (event: HallEvent): string => `${number(event, 'stage')}-${text(event, 'audience')}`;

const withSeat = (
  released: HallState['released'],
  part: string,
  seat: number,
): Record<string, readonly number[]> => ({
  ...released,
  [part]: [...(released[part] ?? []), seat],
});

const presentOf = (event: HallEvent): Present => ({
  creditCode: text(event, 'creditCode'),
  name: text(event, 'name'),
  role: text(event, 'role'),
  at: event.at,
});

const objectionOf = (event: HallEvent): HallObjection => ({
  n: number(event, 'n'),
  by: text(event, 'by'),
  text: text(event, 'text'),
  at: event.at,
  answer: null,
  answeredAt: null,
});

const answered = (one: HallObjection, event: HallEvent): HallObjection =>
  one.n === number(event, 'n') ? { ...one, answer: text(event, 'text'), answeredAt: event.at } : one;

function inPhase(state: HallState, event: HallEvent, phase: Exclude<Phase, 'waiting'>): HallState {
  const { facts } = event;
  const distinct = facts['distinctBidders'];
  return {
    ...state,
    phase,
    failed: state.failed || phase === 'failed',
    releaseAt: phase === 'closed' ? text(event, 'releaseAt') : state.releaseAt,
    distinctBidders: typeof distinct === 'number' ? distinct : state.distinctBidders,
    // Nothing more is opened: what was not decided stays sealed.
    bids: phase === 'failed' ? state.bids.map(staysSealed) : state.bids,
  };
}

const UNDECIDED: readonly BidProgress[] = ['identity-opened', 'standing', 'damaged'];
const staysSealed = (bid: HallBid): HallBid =>
  UNDECIDED.includes(bid.progress) ? { ...bid, progress: 'sealed' } : bid;

function ofBid(state: HallState, event: HallEvent, c: string): HallState {
  const known = state.bids.find((bid) => bid.c === c) ?? newBid(c, event);
  const bid = { ...known, ...changeOf(known, event, state.phase) };
  const others = state.bids.filter((one) => one.c !== c);
  return { ...state, bids: [...others, bid].sort(byArrival) };
}

const newBid = (c: string, event: HallEvent): HallBid => ({
  c,
  arrivedAt: text(event, 'arrivedAt'),
  added: event.kind === 'added',
  name: null,
  creditCode: null,
  progress: 'sealed',
  reason: '',
  sheet: null,
});

const byArrival = (a: HallBid, b: HallBid): number =>
  a.arrivedAt === b.arrivedAt ? (a.c < b.c ? -1 : 1) : a.arrivedAt < b.arrivedAt ? -1 : 1;

function changeOf(bid: HallBid, event: HallEvent, phase: Phase): Partial<HallBid> {
  const reason = text(event, 'reason');
  switch (event.kind) {
    case 'identity':
      return event.facts['valid'] === true
        ? { progress: 'identity-opened', name: text(event, 'name'), creditCode: text(event, 'creditCode') }
        : { progress: 'invalid-identity', reason };
    case 'decided':
      return { progress: text(event, 'outcome') as BidProgress, reason };
    case 'envelope': {
      const sheet = event.facts['sheet'];
      return sheet ? { progress: 'sheet-opened', sheet: sheet as Read } : {};
    }
    case 'opened':
      return { progress: 'opened', reason: '' };
    case 'revoked':
      return { progress: 'revoked-bidder-fault', reason, sheet: null };
    case 'damaged':
      return { progress: phase === 'stage-0' ? 'damaged' : 'withdrawn-platform-fault', reason };
    case 'restored':
      return { progress: bid.name === null ? 'sealed' : 'standing', reason: '' };
    default:
      return {};
  }
}

/** Whose fault it is that a bid was not opened; null where it is nobody's. */
export const faultOf = ({ progress }: HallBid): 'bidder' | 'platform' | null => {
  if (progress === 'revoked-bidder-fault' || progress === 'invalid-identity') return 'bidder';
  return progress === 'withdrawn-platform-fault' || progress === 'damaged' ? 'platform' : null;
};
