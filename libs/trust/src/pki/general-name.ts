import { context, DerError, members, readDer, TAG, type Der } from './der.ts';
import { ascii, readName, type DistinguishedName } from './distinguished-name.ts';

/** The name forms that name constraints are enforced on; any other form is kept as `other`. */
export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly text: string }
  | { readonly kind: 'directory'; readonly name: DistinguishedName }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  | { readonly kind: 'other' };

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

export const isHost = (text: string): boolean => text.length <= 253 && HOST.test(text);

export function readGeneralName(element: Der): GeneralName {
  switch (element.tag) {
    case context(1, false):
      return { kind: 'email', text: ascii(element.content) };
    case context(2, false):
      return { kind: 'dns', text: ascii(element.content) };
    case context(4, true):
      return { kind: 'directory', name: readName(readDer(element.content, TAG.SEQUENCE)) };
    case context(6, false):
      return { kind: 'uri', text: ascii(element.content) };
    case context(7, false):
      return { kind: 'ip', bytes: element.content };
    case context(0, true):
    case context(3, true):
    case context(5, true):
    case context(8, false):
      return { kind: 'other' };
    default:
      throw new DerError('not a general name');
  }
}

/** subjectAltName: at least one name, each well formed (RFC 5280 section 4.2.1.6). */
export function readAlternativeNames(value: Uint8Array): GeneralName[] {
  const names = members(readDer(value, TAG.SEQUENCE)).rest().map(readGeneralName);
  if (names.length === 0) throw new DerError('subjectAltName is empty');
  for (const name of names) assertUsable(name);
  return names;
}

function assertUsable(name: GeneralName): void {
  if (name.kind === 'dns' && !isHost(name.text.replace(/^\*\./, ''))) throw new DerError('dNSName form');
  if (name.kind === 'ip' && name.bytes.length !== 4 && name.bytes.length !== 16) {
    throw new DerError('iPAddress length');
  }
  if (name.kind === 'email' && !/^[^@\s]+@[^@\s]+$/.test(name.text)) throw new DerError('rfc822Name form');
  if (name.kind === 'uri' && !/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(name.text)) throw new DerError('URI form');
}

/** Subtrees of a nameConstraints extension. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

export function readNameConstraints(value: Uint8Array): NameConstraints {
  const reader = members(readDer(value, TAG.SEQUENCE));
  const permitted = reader.optional(context(0, true));
  const excluded = reader.optional(context(1, true));
  reader.end();
  if (!permitted && !excluded) throw new DerError('nameConstraints is empty');
  return { permitted: readSubtrees(permitted), excluded: readSubtrees(excluded) };
}

function readSubtrees(element: Der | null): GeneralName[] {
  if (!element) return [];
  const subtrees = members(element).rest();
  if (subtrees.length === 0) throw new DerError('nameConstraints has no subtree');
  return subtrees.map((subtree) => {
    const reader = members(readDer(subtree.bytes, TAG.SEQUENCE));
    const base = readGeneralName(reader.next());
    // minimum is 0 by default and maximum absent, always (RFC 5280 section 4.2.1.10).
    reader.end();
    return base;
  });
}
