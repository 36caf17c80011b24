import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { DAY, instant } from '#kernel';
import { writeSignedData } from '../pki/cms.ts';
import { createDevelopmentCa } from '../pki/development-ca.ts';
import {
  generalizedTime,
  integer,
  oid,
  sequence,
  tagged,
  element,
  octetString,
  nullValue,
} from '../pki/der-writer.ts';
import { OID } from '../pki/oids.ts';
import { writeImprint } from './imprint.ts';
import { parseTimestampRequest, writeTimestampRequest } from './request.ts';
import { readTimestampResponse, writeTimestampRefusal, writeTimestampResponse } from './response.ts';
import { createTimestampToken, verifyTimestampToken, type TimestampQuestion } from './token.ts';

const NOW = instant(Date.UTC(2026, 0, 15) + 120);
const validity = { notBefore: instant(NOW - DAY), notAfter: instant(NOW + 30 * DAY) };
const policy = '1.3.6.1.4.1.99999.1';
const hash = sha256(new TextEncoder().encode('a commitment'));
const ca = await createDevelopmentCa({ name: 'Root', ...validity });
const authority = await ca.issueSigner({
  subject: { organisation: 'TSA' },
  ...validity,
  eku: [OID.timeStamping],
});
const token = await createTimestampToken({ hash, time: NOW, policy }, authority);
const question: TimestampQuestion = { roots: [ca.certificate] };

const codeOf = (bytes: Uint8Array, over = hash, asked = question) => {
  const answer = verifyTimestampToken(bytes, over, asked);
  return answer.ok ? 'OK' : answer.error.code;
};
const signedInfo = (info: Uint8Array) =>
  writeSignedData(info, authority, { type: OID.tstInfo, embed: true, certificates: true });

describe('a timestamp token', () => {
  it('tells its time to the millisecond, a serial number of 16 bytes and its policy', () => {
    const answer = verifyTimestampToken(token, hash, question);
    expect(answer).toMatchObject({ ok: true, value: { time: NOW, policy } });
    expect(answer.ok && answer.value.serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  it('never repeats a serial number', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => createTimestampToken({ hash, time: NOW, policy }, authority)),
    );
    const serials = all.map((each) => {
      const answer = verifyTimestampToken(each, hash, question);
      return answer.ok ? answer.value.serial : '';
    });
    expect(new Set(serials).size).toBe(20);
  });

  it('is refused with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = token.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        return codeOf(changed) !== 'OK';
      }),
      { numRuns: 500 },
    );
  });

  it('has one form: the case of a letter that names the signer counts too', () => {
    for (let at = 0; at < token.length; at++) {
      const changed = token.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x20;
      expect([at, codeOf(changed) === 'OK']).toEqual([at, false]);
    }
  });

  it('is refused over another hash, under another root, and outside its certificate', async () => {
    const other = await createDevelopmentCa({ name: 'Root', ...validity });
    expect(codeOf(token, sha256(hash))).toBe('TIMESTAMP.HASH_DIFFERS');
    expect(codeOf(token, hash, { roots: [other.certificate] })).toBe('CERT.UNTRUSTED');
    expect(codeOf(token, hash, { ...question, at: instant(NOW + 60 * DAY) })).toBe('CERT.EXPIRED');
    const late = await createTimestampToken({ hash, time: instant(NOW + 60 * DAY), policy }, authority);
    expect(codeOf(late)).toBe('CERT.EXPIRED');
  });

  it('comes only from an authority for timestamps alone', async () => {
    const { timeStamping, clientAuth } = OID;
    for (const eku of [[], [clientAuth], [timeStamping, clientAuth]]) {
      const signer = await ca.issueSigner({ subject: { organisation: 'TSA' }, ...validity, eku });
      const bytes = await createTimestampToken({ hash, time: NOW, policy }, signer);
      expect(codeOf(bytes)).toBe('TIMESTAMP.NOT_AN_AUTHORITY');
    }
  });

  it('may travel without certificates to who knows the authority', async () => {
    const bare = await createTimestampToken({ hash, time: NOW, policy, certificates: false }, authority);
    expect(codeOf(bare)).toBe('CMS.SIGNER_UNKNOWN');
    expect(codeOf(bare, hash, { ...question, known: [authority.certificate] })).toBe('OK');
  });

  it('carries the nonce that was sent', async () => {
    const nonce = new Uint8Array([1, 2, 3]);
    const answered = await createTimestampToken({ hash, time: NOW, policy, nonce }, authority);
    expect(codeOf(answered, hash, { ...question, nonce })).toBe('OK');
    expect(codeOf(answered, hash, { ...question, nonce: new Uint8Array([1, 2, 4]) })).toBe(
      'TIMESTAMP.NONCE_DIFFERS',
    );
    expect(codeOf(token, hash, { ...question, nonce })).toBe('TIMESTAMP.NONCE_DIFFERS');
  });

  it('respects revocation of the authority', async () => {
    const revoked = [{ certificate: authority.certificate, revokedAt: NOW }];
    const list = await ca.issueCrl({ number: 1, thisUpdate: NOW, nextUpdate: instant(NOW + DAY), revoked });
    expect(codeOf(token, hash, { ...question, crls: [list], at: instant(NOW + 1000) })).toBe('CERT.REVOKED');
    expect(
      codeOf(token, hash, {
        ...question,
        crls: [list],
        at: instant(NOW - 1000),
        crlsAt: instant(NOW + 1000),
      }),
    ).toBe('OK');
  });

  it.each<[string, () => Uint8Array, string]>([
    [
      'put together right',
      () => sequence(integer(1), oid(policy), writeImprint(hash), integer(5), generalizedTime(NOW)),
      'OK',
    ],
    [
      'of version 2',
      () => sequence(integer(2), oid(policy), writeImprint(hash), integer(5), generalizedTime(NOW)),
      'TIMESTAMP.MALFORMED',
    ],
    [
      'with an extension',
      () =>
        sequence(
          integer(1),
          oid(policy),
          writeImprint(hash),
          integer(5),
          generalizedTime(NOW),
          tagged(1, sequence()),
        ),
      'TIMESTAMP.MALFORMED',
    ],
    [
      'with ordering FALSE spelled out',
      () =>
        sequence(
          integer(1),
          oid(policy),
          writeImprint(hash),
          integer(5),
          generalizedTime(NOW),
          element(1, new Uint8Array([0])),
        ),
      'TIMESTAMP.MALFORMED',
    ],
    [
      'over SHA-1',
      () =>
        sequence(
          integer(1),
          oid(policy),
          sequence(sequence(oid('1.3.14.3.2.26'), nullValue()), octetString(hash.subarray(0, 20))),
          integer(5),
          generalizedTime(NOW),
        ),
      'TIMESTAMP.MALFORMED',
    ],
  ])('%s', async (_, info, code) => {
    expect(codeOf(await signedInfo(info()))).toBe(code);
  });
});

describe('a timestamp query', () => {
  const request = { hash, policy, nonce: new Uint8Array([9]), certificates: true };

  it('reads what it writes', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.option(fc.constant(policy)),
        fc.option(fc.integer({ min: 1, max: 127 })),
        (certificates, asked, n) => {
          const each = { hash, policy: asked, nonce: n === null ? null : new Uint8Array([n]), certificates };
          expect(parseTimestampRequest(writeTimestampRequest(each))).toEqual({ ok: true, value: each });
        },
      ),
    );
  });

  it.each<[string, Uint8Array, string]>([
    ['of another version', sequence(integer(2), writeImprint(hash)), 'TIMESTAMP.REQUEST_MALFORMED'],
    [
      'with extensions',
      sequence(integer(1), writeImprint(hash), tagged(0, sequence())),
      'TIMESTAMP.REQUEST_MALFORMED',
    ],
    [
      'with a nonce beyond reason',
      writeTimestampRequest({ ...request, nonce: new Uint8Array(40).fill(1) }),
      'TIMESTAMP.REQUEST_MALFORMED',
    ],
    [
      'with certReq FALSE spelled out',
      sequence(integer(1), writeImprint(hash), element(1, new Uint8Array([0]))),
      'TIMESTAMP.REQUEST_MALFORMED',
    ],
    [
      'over another hash',
      sequence(
        integer(1),
        sequence(sequence(oid('2.16.840.1.101.3.4.2.3')), octetString(new Uint8Array(64))),
      ),
      'TIMESTAMP.HASH_UNSUPPORTED',
    ],
    [
      'of a wrong length',
      sequence(integer(1), sequence(sequence(oid(OID.sha256)), octetString(new Uint8Array(31)))),
      'TIMESTAMP.REQUEST_MALFORMED',
    ],
    ['too long', new Uint8Array(5000), 'TIMESTAMP.REQUEST_MALFORMED'],
  ])('is refused %s', (_, der, code) => {
    expect(parseTimestampRequest(der)).toMatchObject({ ok: false, error: { code } });
  });
});

describe('a timestamp reply', () => {
  it('hands out the token, or the status', () => {
    expect(readTimestampResponse(writeTimestampResponse(token))).toEqual({ ok: true, value: token });
    expect(readTimestampResponse(writeTimestampRefusal('badAlg', 'SHA-256 only'))).toMatchObject({
      error: { code: 'TIMESTAMP.NOT_GRANTED', facts: { status: 2 } },
    });
    expect(readTimestampResponse(new Uint8Array(3))).toMatchObject({
      error: { code: 'TIMESTAMP.RESPONSE_MALFORMED' },
    });
  });
});
