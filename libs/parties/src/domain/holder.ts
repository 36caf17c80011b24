import { ok, refuse } from '#kernel';
import type { Result } from '#kernel';
import type { Certificate } from '#trust';
import type { PartyRefusal } from './refusals.ts';

/** Who a certificate's subject names. Nothing here is typed in by hand: the certificate authority checked it. */
export interface Holder {
  readonly creditCode: string;
  readonly organisation: string;
  readonly person: string;
  /** Tells two people of one name apart: the authority's hash of the identity number, else the name. */
  readonly personKey: string;
}

const MAX_NAME = 200;
/** Control characters and lone surrogates have no place in a name (and PostgreSQL takes no NUL). */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

const isName = (text: string | null): text is string =>
  text !== null && text.trim() !== '' && text.length <= MAX_NAME && !UNPRINTABLE.test(text);

/** A certificate can sign in only when its subject names organisation, credit code and person. */
export function holderOf(certificate: Certificate): Result<Holder, PartyRefusal> {
  const { creditCode, organisation, person, personIdHash } = certificate.holder;
  const missing = [
    ...(creditCode === null ? ['creditCode'] : []),
    ...(isName(organisation) ? [] : ['organisation']),
    ...(isName(person) ? [] : ['person']),
    ...(personIdHash === null || isName(personIdHash) ? [] : ['personIdHash']),
  ];
  if (creditCode === null || !isName(organisation) || !isName(person) || missing.length > 0)
    return refuse('PARTIES.CERTIFICATE_WITHOUT_HOLDER', { missing: missing.join(', ') });
  return ok({ creditCode, organisation, person, personKey: personIdHash ?? person });
}
