import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { hmac } from '@noble/hashes/hmac.js';
import { hex } from '../encoding/bytes.ts';
import { sm3 } from './sm3.ts';
import { stanzas, valueOf, wycheproof } from '../../../../test/support/sm-vectors.ts';

test("SM3 is what OpenSSL's vectors say", () => {
  const all = stanzas('sm/evpmd_sm3.txt').filter((stanza) => stanza.get('Digest') === 'SM3');
  expect(all).toHaveLength(8);
  for (const stanza of all) {
    expect(hex.encode(sm3(valueOf(stanza.get('Input'))))).toBe(stanza.get('Output')?.toLowerCase());
  }
});

test("SM3 is node:crypto's, at once and in pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
      const [ours, theirs] = [sm3.create(), createHash('sm3')];
      for (const piece of pieces) {
        ours.update(piece);
        theirs.update(piece);
      }
      const half = ours.clone();
      expect(hex.encode(ours.digest())).toBe(theirs.digest('hex'));
      expect(half.digest()).toHaveLength(32);
    }),
  );
});

test("HMAC-SM3 is what OpenSSL's vectors and Wycheproof say", () => {
  const all = stanzas('sm/evpmac_sm3.txt').filter((stanza) => stanza.has('MAC'));
  expect(all).toHaveLength(4);
  for (const stanza of all) {
    const found = hmac(sm3, valueOf(stanza.get('Key')), valueOf(stanza.get('Input')));
    expect(hex.encode(found)).toBe(stanza.get('Output'));
  }
  interface Test {
    key: string;
    msg: string;
    tag: string;
    result: string;
  }
  let checked = 0;
  for (const { tests, tagSize } of wycheproof<{ tests: Test[]; tagSize: number }>('hmac_sm3_test')) {
    for (const { key, msg, tag, result } of tests) {
      const found = hex.encode(hmac(sm3, valueOf(key), valueOf(msg))).slice(0, tagSize / 4);
      expect(found === tag).toBe(result === 'valid');
      checked += 1;
    }
  }
  expect(checked).toBe(174);
});
