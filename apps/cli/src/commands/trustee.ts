import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  ClientFailure,
  Platform,
  destroyWhenOver,
  fileDestruction,
  releaseShares,
  canSeat,
  seatOf,
  takeSeat,
  watchDeadline,
} from '#client';
import type { Confirm, LotSecret, ReleaseState, Trustee } from '#client';
import { SystemClock } from '#kernel';
import { TrustError } from '#trust';
import { flagOption, mustOption } from '../command.ts';
import type { CommandSpec, Input, Outcome } from '../command.ts';
import { reportOf } from '../failure-report.ts';
import { CommandFailure } from '../failure.ts';
import { CRLS, P12, PASSWORD, SERVER, TRUST, readSigner, readTrust } from '../files.ts';
import { KEYSTORE_OPTIONS, openKeystore } from './trustee-keys.ts';

const OPTIONS = [SERVER, TRUST, CRLS, P12, PASSWORD, ...KEYSTORE_OPTIONS] as const;

const LOT = { name: '<lot>', description: 'the lot’s id' } as const;

async function begin({ options, progress }: Input): Promise<Trustee> {
  const trust = await readTrust(options);
  const signer = await readSigner(options);
  const keystore = await openKeystore(options);
  const platform = new Platform(mustOption(options, 'server'));
  await platform.signIn(signer);
  return {
    platform,
    trust,
    signer,
    keystore,
    clock: new SystemClock(),
    progress,
    permitted: new Map(),
  };
}

export const trusteeAccept: CommandSpec = {
  name: 'trustee accept',
  summary:
    'take your seat for a lot with a fresh key, and sign the lot’s key record once every seat is taken',
  arguments: [LOT],
  options: [
    ...OPTIONS,
    {
      flags: '--wait <seconds>',
      description: 'wait this long for the other seats and their signatures',
      default: '0',
    },
  ],
  schema: z.strictObject({
    ok: z.literal(true),
    lot: z.string(),
    i: z.number(),
    state: z.enum(['offered', 'signed', 'keyed']),
  }),
  async run(input) {
    const trustee = await begin(input);
    const lot = input.args[0] ?? '';
    const waitUntil = performance.now() + Number(mustOption(input.options, 'wait')) * 1000;
    let seat = await takeSeat(trustee, lot);
    while (seat.state !== 'keyed' && performance.now() < waitUntil) {
      await sleep(1000);
      seat = await takeSeat(trustee, lot).catch(unlessNotLogged(seat));
    }
    return {
      data: { ok: true, lot, ...seat },
      text: [`seat ${String(seat.i)} of lot ${lot}: ${seat.state}`],
      exit: 0,
    };
  },
};

/** The key is complete and waits for its place in the log: a moment later it can be checked. */
const unlessNotLogged =
  <T>(seat: T) =>
  (error: unknown): T => {
    if (error instanceof ClientFailure && error.code === 'CLIENT.LOT_NOT_READY') return seat;
    throw error;
  };

const releaseSchema = z.strictObject({
  ok: z.literal(true),
  lot: z.string(),
  state: z.enum(['waiting', 'released', 'failed', 'destroyed']),
  released: z.array(z.string()),
  bids: z.number(),
  standing: z.number().nullable(),
  reason: z.string().nullable(),
});

export const trusteeOpen: CommandSpec = {
  name: 'trustee open',
  summary:
    'check a closed lot and release your shares of it, asking before each stage; once its opening is recorded, destroy your key',
  arguments: [LOT],
  options: [...OPTIONS, { flags: '--yes', description: 'do not ask' }],
  schema: releaseSchema,
  async run(input) {
    const trustee = await begin(input);
    const lot = input.args[0] ?? '';
    const secret = await keyed(trustee, lot);
    if (!secret && (await fileDestruction(trustee, lot))) return destroyed(lot);
    if (!secret) throw new CommandFailure('TRUSTEE.NO_KEY', { lot });
    const opening = await trustee.platform.opening(lot);
    if (opening.record && (await destroyWhenOver(trustee, secret, opening.record))) return destroyed(lot);
    const confirm = flagOption(input.options, 'yes') ? always : ask;
    const watched = await watchDeadline(trustee, secret);
    const state = await releaseShares(trustee, watched, opening, confirm);
    return { data: { ok: true, lot, ...state }, text: describe(lot, state), exit: 0 };
  },
};

/** The seat's key; of a trustee that signed and went, with the key record that was completed since, checked as ever. */
async function keyed(trustee: Trustee, lot: string): Promise<LotSecret | null> {
  const secret = await trustee.keystore.load(lot);
  if (!secret || secret.lotKeyHash) return secret;
  await takeSeat(trustee, lot);
  return trustee.keystore.load(lot);
}

const destroyed = (lot: string): Outcome => ({
  data: { ok: true, lot, state: 'destroyed', released: [], bids: 0, standing: null, reason: null },
  text: [`lot ${lot}: the opening is recorded; your key is destroyed and your statement filed`],
  exit: 0,
});

const always: Confirm = () => Promise.resolve(true);

const ask: Confirm = async (summary) => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`Everything was verified. Release ${summary}? Type yes: `)).trim() === 'yes';
  } finally {
    lines.close();
  }
};

const describe = (lot: string, { state, released, bids, standing, reason }: ReleaseState): string[] => [
  `lot ${lot}: ${state}${reason === null ? '' : ` (${reason})`}`,
  `${String(bids)} bids${standing === null ? '' : `, ${String(standing)} bidders stand`}; released now: ${released.join(', ') || 'nothing'}`,
];

export const trusteeServe: CommandSpec = {
  name: 'trustee serve',
  summary: 'run unattended: take seats, sign key records, and release shares when your own checks allow it',
  arguments: [],
  options: [
    ...OPTIONS,
    { flags: '--poll-ms <ms>', description: 'how often to look', default: '5000' },
    { flags: '--once', description: 'look once and end' },
  ],
  schema: z.strictObject({
    ok: z.literal(true),
    rounds: z.number(),
    lots: z.array(z.strictObject({ lot: z.string(), state: z.string(), reason: z.string().nullable() })),
  }),
  async run(input) {
    let trustee = await begin(input);
    const stop = stopSignal();
    const once = flagOption(input.options, 'once');
    const pollMs = Math.max(50, Number(mustOption(input.options, 'pollMs')) || 5000);
    let round: LotState[] = [];
    let rounds = 0;
    input.progress(`serving as ${trustee.signer.certificate.holder.organisation ?? ''}`);
    while (!stop.aborted) {
      rounds += 1;
      try {
        round = await serveRound(trustee, round);
      } catch (error) {
        const { report } = reportOf(error);
        input.progress(`${report.code} ${JSON.stringify(report.facts)}`);
        // The session may have ended, the platform may be restarting: sign in again at the next round.
        trustee = await signInAgain(trustee);
      }
      if (once) break;
      await sleep(pollMs, undefined, { signal: stop }).catch(() => undefined);
    }
    return {
      data: { ok: true, rounds, lots: round },
      text: round.map(({ lot, state }) => `lot ${lot}: ${state}`),
      exit: 0,
    };
  },
};

async function signInAgain(trustee: Trustee): Promise<Trustee> {
  const platform = new Platform(trustee.platform.server);
  try {
    await platform.signIn(trustee.signer);
    return { ...trustee, platform };
  } catch {
    return trustee;
  }
}

interface LotState {
  readonly lot: string;
  readonly state: string;
  readonly reason: string | null;
}

/** Every lot by itself: what is wrong with one never stops another. */
async function serveRound(trustee: Trustee, before: readonly LotState[]): Promise<LotState[]> {
  const states: LotState[] = [];
  for (const listed of await openLots(trustee.platform)) {
    const { id } = listed;
    const known = before.find(({ lot }) => lot === id);
    if (known?.state === 'destroyed' || known?.state === 'no-seat') {
      states.push(known);
      continue;
    }
    const now = await serveLot(trustee, listed, known);
    if (known?.state !== now.state || known.reason !== now.reason) {
      trustee.progress(`lot ${id}: ${now.state}${now.reason === null ? '' : ` (${now.reason})`}`);
    }
    states.push(now);
  }
  return states;
}

async function openLots(platform: Platform): Promise<{ id: string; state: string }[]> {
  const found: { id: string; state: string }[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Awaited<ReturnType<Platform['lots']>> = await platform.lots(cursor);
    found.push(...page.items.map(({ id, state }) => ({ id, state })));
    cursor = page.nextCursor;
    if (cursor === null) return found;
  }
}

async function serveLot(
  trustee: Trustee,
  { id: lot, state: platformState }: { id: string; state: string },
  before: LotState | undefined,
): Promise<LotState> {
  const as = (state: string, reason: string | null = null): LotState => ({ lot, state, reason });
  try {
    const secret = await trustee.keystore.load(lot);
    if (!secret && (await fileDestruction(trustee, lot))) return as('destroyed');
    if (!secret?.lotKeyHash) {
      if (platformState !== 'published' && !secret) return as('no-seat');
      const terms = await trustee.platform.lotKeyTerms(lot);
      // A seat of another suite is for a trustee of this organisation with another certificate.
      if (seatOf(terms, trustee) === null || !canSeat(terms, trustee)) return as('no-seat');
      return as((await takeSeat(trustee, lot)).state);
    }
    const opening = await trustee.platform.opening(lot);
    const { record } = opening;
    if (record && (await destroyWhenOver(trustee, secret, record))) return as('destroyed');
    if (before?.state === 'released' || before?.state === 'failed') return before;
    const watched = await watchDeadline(trustee, secret);
    const { state, reason } = await releaseShares(trustee, watched, opening, always);
    return as(state, reason);
  } catch (error) {
    if (error instanceof TrustError) return as('refused', error.code);
    return as('error', reportOf(error).report.code);
  }
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}
