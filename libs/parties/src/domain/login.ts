import { formatInstant, ok, parseInstant, refuse } from '#kernel';
import type { Instant, Result } from '#kernel';
import type { Certificate, Login } from '#trust';
import { b64u, signatureInput, verifySignature } from '#trust';
import type { PartyRefusal } from './refusals.ts';

/** How long a challenge may be answered: time for a card and its PIN. */
export const CHALLENGE_MS = 2 * 60_000;
/** A session ends after a working day, whatever it does. */
export const SESSION_MS = 8 * 3_600_000;

/** The record that a certificate signs: bound to this server, one nonce and a short time. */
export const loginRecord = (origin: string, nonce: string, expiresAt: Instant): Login => ({
  type: 'login',
  origin,
  nonce,
  expiresAt: formatInstant(expiresAt),
});

/** The answer names our own challenge: nothing that another server handed out, nothing old. Gives it as we issued it. */
export function checkLogin(
  login: Login,
  issued: { readonly origin: string; readonly expiresAt: Instant },
  now: Instant,
): Result<Login, PartyRefusal> {
  if (login.origin !== issued.origin)
    return refuse('PARTIES.LOGIN_WRONG_ORIGIN', { expected: issued.origin });
  if (parseInstant(login.expiresAt) !== issued.expiresAt) return refuse('PARTIES.LOGIN_UNKNOWN');
  if (now >= issued.expiresAt) return refuse('PARTIES.LOGIN_EXPIRED', { expiresAt: login.expiresAt });
  return ok(loginRecord(issued.origin, login.nonce, issued.expiresAt));
}

/** `signature` is base64url over `signatureInput('login', login)`; the sender controls it. */
export function checkLoginSignature(
  login: Login,
  signature: string,
  certificate: Certificate,
): Result<Certificate, PartyRefusal> {
  return verifySignature(certificate, signatureInput('login', login), b64u.decode(signature))
    ? ok(certificate)
    : refuse('PARTIES.LOGIN_SIGNATURE', { certificate: certificate.fingerprint });
}
