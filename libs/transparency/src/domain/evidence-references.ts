/** What the records of a bundle name, and what must therefore be in it. */
export interface References {
  /** Fingerprints of certificates: signers, and trustees' `cert`. */
  readonly certificates: Set<string>;
  /** SHA-256 of revocation lists that CLOSE names. */
  readonly crls: Set<string>;
  /** Checkpoints that CLOSE names. */
  readonly checkpoints: Set<string>;
  /** Outside time-stamp authorities that LOTKEY names. */
  readonly outside: Set<string>;
  /** Places in the log of what CLOSE and its additions list. */
  readonly listed: Set<number>;
}

export const noReferences = (): References => ({
  certificates: new Set(),
  crls: new Set(),
  checkpoints: new Set(),
  outside: new Set(),
  listed: new Set(),
});

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
const addText = (to: Set<string>, value: unknown): void => {
  if (typeof value === 'string') to.add(value);
};

/** Adds what a Signed record names; anything else names nothing. The records are ours, already checked at their door. */
export function collectReferences(value: unknown, into: References): void {
  if (!isFields(value)) return;
  for (const signature of fieldsOf(value['signatures'])) addText(into.certificates, signature['signer']);
  const { record } = value;
  if (!isFields(record)) return;
  if (record['type'] === 'lotkey') {
    for (const trustee of fieldsOf(record['trustees'])) addText(into.certificates, trustee['cert']);
    for (const name of textsOf(record['outsideTime'])) into.outside.add(name);
  }
  const listed = [record['accepted'], record['moves'], [record['bid']]].flatMap(fieldsOf);
  for (const { index } of listed) if (typeof index === 'number') into.listed.add(index);
  if (record['type'] !== 'close') return;
  addText(into.checkpoints, record['checkpoint']);
  if (Array.isArray(record['crls'])) for (const crl of record['crls']) addText(into.crls, crl);
}
