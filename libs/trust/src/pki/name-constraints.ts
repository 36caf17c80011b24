import type { Certificate } from './certificate.ts';
import { isWithin } from './distinguished-name.ts';
import { isHost, type GeneralName, type NameConstraints } from './general-name.ts';
import { OID } from './oids.ts';

/**
 * True when every name of the certificate keeps the constraints (RFC 5280 section 4.2.1.10). A form that is not
 * understood, or a constraint or name that is badly formed, counts as broken: refusing is the safe error.
 */
export function keepsNameConstraints(certificate: Certificate, constraints: NameConstraints): boolean {
  const bases = [...constraints.permitted, ...constraints.excluded];
  if (!bases.every(isWellFormedBase)) return false;
  return namesOf(certificate).every(
    (name) => isPermitted(name, constraints) && !isExcluded(name, constraints),
  );
}

function namesOf({ subject, extensions }: Certificate): GeneralName[] {
  const names = [...(extensions.alternativeNames ?? [])];
  if (subject.relativeNames.length > 0) names.push({ kind: 'directory', name: subject });
  for (const { type, value } of subject.relativeNames.flat()) {
    if (type === OID.emailAddress) names.push({ kind: 'email', text: value });
  }
  return names;
}

function isWellFormedBase(base: GeneralName): boolean {
  switch (base.kind) {
    case 'dns':
      return isHost(base.text);
    case 'uri':
      return isHost(base.text.replace(/^\./, ''));
    case 'email':
      return /^(?:[^@\s]+@)?[^@\s]+$/.test(base.text) && isHost(base.text.replace(/^.*@|^\./, ''));
    case 'ip':
      return (base.bytes.length === 8 || base.bytes.length === 32) && isPrefixMask(base.bytes);
    case 'directory':
      return true;
    case 'other':
      return false;
  }
}

function isPrefixMask(bytes: Uint8Array): boolean {
  const mask = [...bytes.subarray(bytes.length / 2)]
    .map((octet) => octet.toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(mask);
}

function isPermitted(name: GeneralName, { permitted }: NameConstraints): boolean {
  const sameForm = permitted.filter((base) => base.kind === name.kind);
  return sameForm.length === 0 || sameForm.some((base) => matches(name, base, false));
}

const isExcluded = (name: GeneralName, { excluded }: NameConstraints): boolean =>
  excluded.some((base) => base.kind === name.kind && matches(name, base, true));

/** `whenUnclear` is the answer for a name that cannot be judged: excluded, and not permitted. */
function matches(name: GeneralName, base: GeneralName, whenUnclear: boolean): boolean {
  if (name.kind === 'directory' && base.kind === 'directory') return isWithin(name.name, base.name);
  if (name.kind === 'dns' && base.kind === 'dns') return matchesDns(name.text, base.text, whenUnclear);
  if (name.kind === 'email' && base.kind === 'email') return matchesEmail(name.text, base.text, whenUnclear);
  if (name.kind === 'uri' && base.kind === 'uri') return matchesUri(name.text, base.text, whenUnclear);
  if (name.kind === 'ip' && base.kind === 'ip') return matchesIp(name.bytes, base.bytes);
  return whenUnclear;
}

function matchesDns(name: string, base: string, excluding: boolean): boolean {
  const [host, tree] = [name.toLowerCase(), base.toLowerCase()];
  const within = (inner: string, outer: string) => inner === outer || inner.endsWith(`.${outer}`);
  if (!host.startsWith('*.')) return within(host, tree);
  const parent = host.slice(2);
  // A wildcard also names hosts inside an excluded tree below it.
  return within(parent, tree) || (excluding && within(tree, parent));
}

const matchesHost = (host: string, base: string): boolean =>
  base.startsWith('.') ? host.endsWith(base) && host.length > base.length : host === base;

function matchesEmail(address: string, base: string, whenUnclear: boolean): boolean {
  const at = address.lastIndexOf('@');
  const host = address.slice(at + 1).toLowerCase();
  if (at <= 0 || !isHost(host)) return whenUnclear;
  const baseAt = base.lastIndexOf('@');
  if (baseAt < 0) return matchesHost(host, base.toLowerCase());
  // The local part keeps its case; only the host does not (RFC 5280 section 7.5).
  return address.slice(0, at) === base.slice(0, baseAt) && host === base.slice(baseAt + 1).toLowerCase();
}

function matchesUri(uri: string, base: string, whenUnclear: boolean): boolean {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@:]+)(?::\d*)?(?:[/?#].*)?$/.exec(uri);
  const host = authority?.[1]?.toLowerCase();
  // No host, or an address in place of a name, must be refused when a URI constraint applies.
  if (host === undefined || !isHost(host) || /^[\d.]+$/.test(host)) return whenUnclear;
  return matchesHost(host, base.toLowerCase());
}

function matchesIp(address: Uint8Array, base: Uint8Array): boolean {
  if (base.length !== address.length * 2) return false;
  return address.every((octet, i) => {
    const mask = base[address.length + i] ?? 0;
    return (octet & mask) === ((base[i] ?? 0) & mask);
  });
}
