import type { Signer } from '#trust';
import { api, unwrap } from '../api/client.ts';
import { forgetDownloads } from '../ui/save-stream.ts';
import { KeyFault } from './key-file.ts';
import { currentSession, setSession } from './session-store.ts';

/** A signature for another server's challenge would let this one sign in there. */
async function answerChallenge(signer: Signer) {
  const { b64u, signatureInput, toPem } = await import('#trust');
  const { login } = await unwrap(api.POST('/api/v1/auth/challenge'));
  const { origin } = window.location;
  if (!URL.canParse(login.origin) || new URL(login.origin).origin !== origin)
    throw new KeyFault('otherOrigin', { asked: login.origin, origin });
  const signature = b64u.encode(await signer.sign(signatureInput('login', login)));
  return { login, chain: toPem([signer.certificate, ...signer.chain]), signature };
}

/** @throws ProblemError (`PARTIES.NOT_ENROLLED` where enrolment comes first), KeyFault */
export async function signIn(signer: Signer, demo: string | null = null): Promise<void> {
  const { organisation, person } = signer.certificate.holder;
  if (!organisation) throw new KeyFault('noHolder');
  const body = await answerChallenge(signer);
  const opened = await unwrap(api.POST('/api/v1/auth/session', { body }));
  setSession({ ...opened, organisation, person: person ?? '', demo }, signer);
}

export type Role = 'tenderee' | 'agency' | 'bidder' | 'regulator' | 'notary' | 'audit' | 'auditor';
/** What may be asked for here; `operator` is named at installation, `expert` comes with the pool of experts. */
export const ROLES: readonly Role[] = [
  'bidder',
  'tenderee',
  'agency',
  'regulator',
  'notary',
  'audit',
  'auditor',
];

/** Enrols the certificate's organisation and person, then signs in. */
export async function enrol(signer: Signer, roles: readonly Role[]): Promise<void> {
  const body = { ...(await answerChallenge(signer)), roles: [...roles] };
  await unwrap(api.POST('/api/v1/organisations', { body }));
  await signIn(signer);
}

/** Also where the platform does not answer: this tab forgets it at once. */
export async function signOut(): Promise<void> {
  if (!currentSession()) return;
  const closing = api.DELETE('/api/v1/auth/session');
  setSession(null, null);
  await forgetDownloads();
  await closing.catch(() => undefined);
}
