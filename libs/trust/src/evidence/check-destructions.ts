/** Trustees' words that their keys of this lot are gone. */
import { hashText, TrustError } from '../encoding/index.ts';
import type { LotKey } from '../records/index.ts';
import type { Verification } from './context.ts';
import { checkSeat } from './shares.ts';

/** Each by the seat itself, about this lot and this opening. */
export function checkDestructions(v: Verification, lotKey: LotKey, opening: string): void {
  for (const [name, signed] of v.evidence.records['key-destroyed']) {
    const { record } = signed;
    const path = `destroyed/${name}.json`;
    v.findings.expect(name === String(record.i), 'V21', 'EVIDENCE.NAME', path, 'bundle');
    const own = record.lot === lotKey.lot && record.lotKeyHash === hashText('lotkey', lotKey);
    v.findings.expect(own && record.record === opening, 'V02', 'EVIDENCE.OTHER_LOT', path, 'platform');
    try {
      checkSeat('key-destroyed', signed, lotKey, (fingerprint) => v.evidence.certificates.get(fingerprint));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      v.findings.fail('V02', error.code, path, `trustee-${record.i}`, error.facts);
    }
  }
}
