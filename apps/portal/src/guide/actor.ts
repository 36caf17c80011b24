import { SystemClock } from '#kernel';
import { Platform } from '#client';
import { readTrustFile, signRecord } from '#trust';
import type { ClientTrust, Signer } from '#trust';
import { fetchRoots } from '../api/platform-state.ts';
import { demoSigner } from '../session/demo.ts';

/** A line of what somebody did, in the log of the step. */
export type Say = (line: string) => void;

export const clock = new SystemClock();

/** Somebody of the demonstration who acts in this page, with a session of its own beside the reader's. */
export interface Actor {
  readonly name: string;
  readonly signer: Signer;
  readonly platform: Platform;
  /** The platform's own word: enough to show how it goes, not to prove anything. */
  readonly trust: ClientTrust;
}

export async function actorOf(name: string): Promise<Actor> {
  const signer = await demoSigner(name);
  if (!signer) throw new RangeError(`the demonstration has no ${name}`);
  const platform = new Platform(window.location.origin);
  await platform.signIn(signer);
  return { name, signer, platform, trust: { ...readTrustFile(await fetchRoots()), crls: [] } };
}

export const ask = (actor: Actor, path: string): Promise<unknown> =>
  actor.platform.http.json({ method: 'GET', path: `/api/v1${path}` });

export const send = (actor: Actor, path: string, body: object = {}): Promise<unknown> =>
  actor.platform.http.json({ method: 'POST', path: `/api/v1${path}`, body: JSON.stringify(body) });

/** The platform's draft, signed by whoever asked for it, and back. */
export async function signDraft(actor: Actor, type: string, path: string): Promise<void> {
  const { record } = (await send(actor, `${path}/draft`)) as { record: object };
  await send(actor, path, await signRecord(type, record, [actor.signer]));
}

/** Asks until there is something; `signal` ends it with the page. */
export async function until<T>(look: () => Promise<T | null>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
