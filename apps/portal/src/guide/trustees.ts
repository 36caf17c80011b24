import { PlatformRefusal, releaseShares, seatOf, takeSeat } from '#client';
import type { Trustee } from '#client';
import { actorOf, ask, clock, until } from './actor.ts';
import type { Say } from './actor.ts';
import { OpenKeystore } from './open-keystore.ts';

const SEATS = ['tenderee', 'agency', 'regulator', 'centre', 'notary'] as const;
/** As many as are needed; the two others may stay away. */
const OPENING = 3;

async function trusteeOf(name: string, lot: string): Promise<Trustee | null> {
  const actor = await actorOf(name);
  const { platform, trust, signer } = actor;
  const keystore = new OpenKeystore(name);
  const trustee = {
    platform,
    trust,
    signer,
    keystore,
    clock,
    progress: () => undefined,
    permitted: new Map(),
  };
  if (await keystore.load(lot)) return trustee;
  // A seat that the reader took by hand has its key elsewhere: on the trustee's page, or with `glasshall trustee`.
  const { offered } = (await ask(actor, `/lots/${lot}/lotkey`)) as { offered: readonly number[] };
  const i = seatOf(await platform.lotKeyTerms(lot), trustee);
  return i === null || offered.includes(i) ? null : trustee;
}

/** Those whose seats this page may take, or has taken. */
async function ownTrustees(lot: string): Promise<Trustee[]> {
  const found: Trustee[] = [];
  for (const name of SEATS) {
    const trustee = await trusteeOf(name, lot);
    if (trustee) found.push(trustee);
  }
  return found;
}

const organisationOf = ({ signer }: Trustee): string => signer.certificate.holder.organisation ?? '';

/** Every seat: a fresh key with its proof, then, once all five are there, the signature of the lot's key record. */
export async function takeSeats(lot: string, say: Say, signal: AbortSignal): Promise<void> {
  const trustees = await ownTrustees(lot);
  for (const trustee of trustees) {
    signal.throwIfAborted();
    await takeSeat(trustee, lot);
    say(organisationOf(trustee));
  }
  // Each signs once all five are there, and the last signature makes the record.
  await until(async () => {
    const states: string[] = [];
    for (const trustee of trustees) states.push((await takeSeat(trustee, lot)).state);
    return states.every((state) => state === 'keyed') ? true : null;
  }, signal);
}

/** Three trustees check CLOSE, the log and every dealing for themselves, and release what may be released, step by step. */
export async function release(lot: string, say: Say, signal: AbortSignal): Promise<void> {
  const trustees = (await ownTrustees(lot)).slice(0, OPENING);
  const first = trustees[0];
  if (!first) return;
  // The key record that a seat signed is kept once it is whole; a visit that was left before then keeps it now.
  for (const trustee of trustees) await takeSeat(trustee, lot);
  await until(async () => {
    let over = true;
    for (const trustee of trustees) {
      const { state, released } = await step(trustee, lot);
      for (const each of released) say(`${organisationOf(trustee)} ${each}`);
      over &&= state !== 'waiting';
    }
    const { state } = await first.platform.opening(lot);
    return over || ['opened', 'failed', 'recorded'].includes(state) ? true : null;
  }, signal);
}

async function step(trustee: Trustee, lot: string) {
  const secret = await trustee.keystore.load(lot);
  const opening = await trustee.platform.opening(lot);
  if (!secret) return { state: 'waiting', released: [] };
  try {
    return await releaseShares(trustee, secret, opening, () => Promise.resolve(true));
  } catch (error) {
    // The lot went on between the look and the answer.
    if (error instanceof PlatformRefusal && error.status === 409) return { state: 'waiting', released: [] };
    throw error;
  }
}
