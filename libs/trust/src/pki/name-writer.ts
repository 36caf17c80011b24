import { oid, printableString, sequence, setOf, utf8String } from './der-writer.ts';
import { OID } from './oids.ts';

/** The subject of a certificate in this profile; see `Holder` for what each field means. */
export interface SubjectFields {
  readonly person?: string;
  readonly personIdHash?: string;
  readonly organisation?: string;
  readonly creditCode?: string;
  readonly unit?: string;
}

/** Country first and person last, the order that X.500 trees have from the root down. */
export function writeName(fields: SubjectFields): Uint8Array {
  const parts: Uint8Array[] = [part(OID.country, printableString('CN'))];
  const add = (type: string, value: string | undefined) => {
    if (value !== undefined) parts.push(part(type, utf8String(value)));
  };
  add(OID.organisation, fields.organisation);
  add(OID.organisationIdentifier, fields.creditCode);
  add(OID.organisationalUnit, fields.unit);
  add(OID.userId, fields.personIdHash);
  add(OID.commonName, fields.person);
  return sequence(...parts);
}

const part = (type: string, value: Uint8Array): Uint8Array => setOf(sequence(oid(type), value));
