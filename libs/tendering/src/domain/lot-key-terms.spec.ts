import { makeLot, testCreditCode } from '../../../../test/support/lot-fixture.ts';
import {
  b64u,
  checkDealing,
  decodePoint,
  encodePoint,
  hashText,
  journalBody,
  journalLabel,
  lotKeyTermsOf,
  newKeyPair,
  provePossession,
  systemRandom,
  trusteeKeysOf,
} from '#trust';
import { makeJournalKey } from './journal-key.ts';
import { assembleLotKey, checkOffer } from './lot-key-terms.ts';

describe('checkOffer', () => {
  const setUp = async () => {
    const lot = await makeLot();
    const terms = lotKeyTermsOf(lot.lotKey);
    const [key, ...others] = lot.lotKey.trustees;
    const who = { creditCode: testCreditCode(1), fingerprint: lot.trustees[0]!.certificate.fingerprint };
    return { lot, terms, key: key!, others, who };
  };
  const codeOf = (checked: ReturnType<typeof checkOffer>) => (checked.ok ? 'ok' : checked.error.code);

  it('takes a key that its trustee proves', async () => {
    const { terms, key, others, who } = await setUp();
    expect(codeOf(checkOffer(key, terms, others, who))).toBe('ok');
  });
  it('refuses a seat that does not exist, and one of another organisation', async () => {
    const { terms, key, others, who } = await setUp();
    expect(codeOf(checkOffer({ ...key, i: 6 }, terms, others, who))).toBe('TENDERING.SEAT_UNKNOWN');
    expect(codeOf(checkOffer({ ...key, i: 2 }, terms, [], who))).toBe('TENDERING.NOT_YOURS');
    const stranger = { ...who, creditCode: testCreditCode(9) };
    expect(codeOf(checkOffer(key, terms, others, stranger))).toBe('TENDERING.NOT_YOURS');
  });
  it('refuses the certificate of another session and one that sits already', async () => {
    const { terms, key, others, who } = await setUp();
    const other = { ...who, fingerprint: b64u.encode(new Uint8Array(32)) };
    expect(codeOf(checkOffer(key, terms, others, other))).toBe('TENDERING.OFFER_REFUSED');
    const twice = [{ ...others[0]!, cert: key.cert }];
    expect(codeOf(checkOffer(key, terms, twice, who))).toBe('TENDERING.OFFER_REFUSED');
  });
  it("refuses another trustee's key and the room's", async () => {
    const { terms, key, others, who } = await setUp();
    const copied = { ...key, y: others[0]!.y };
    expect(codeOf(checkOffer(copied, terms, others, who))).toBe('TENDERING.OFFER_REFUSED');
    expect(codeOf(checkOffer({ ...key, y: terms.room }, terms, others, who))).toBe('TENDERING.OFFER_REFUSED');
  });
  it('refuses a key without proof, with a proof for other terms, and a point off the curve', async () => {
    const { terms, key, others, who } = await setUp();
    const unproven = { ...key, y: encodePoint(newKeyPair(systemRandom).public) };
    expect(codeOf(checkOffer(unproven, terms, others, who))).toBe('TENDERING.OFFER_REFUSED');
    const elsewhere = provePossession({
      x: newKeyPair(systemRandom).secret,
      terms: { ...terms, k: 2 },
      i: 1,
      org: who.creditCode,
      cert: who.fingerprint,
      random: systemRandom,
    });
    expect(codeOf(checkOffer(elsewhere, terms, others, who))).toBe('TENDERING.OFFER_REFUSED');
    const off = new Uint8Array(33).fill(0xff);
    off[0] = 2;
    expect(codeOf(checkOffer({ ...key, y: b64u.encode(off) }, terms, others, who))).toBe(
      'TENDERING.OFFER_REFUSED',
    );
  });
  it('takes nothing but a refusal of the key for a bad key', async () => {
    const { terms, key, others, who } = await setUp();
    expect(() => checkOffer({ ...key, pop: null as never }, terms, others, who)).toThrow(TypeError);
  });
});

describe('assembleLotKey', () => {
  it('waits for every seat and orders them', async () => {
    const { lotKey } = await makeLot();
    const terms = lotKeyTermsOf(lotKey);
    expect(assembleLotKey(terms, lotKey.trustees.slice(1))).toBeNull();
    expect(assembleLotKey(terms, [...lotKey.trustees].reverse())).toEqual(lotKey);
  });
});

describe('makeJournalKey', () => {
  it('deals the key to the trustees of the lot, provably, and never the same twice', async () => {
    const { lotKey, lotKeyHash } = await makeLot();
    const journal = makeJournalKey(lotKey, systemRandom);
    const claim = {
      dealing: journal.dealing,
      type: 'journal' as const,
      label: journalLabel(journal),
      body: journalBody(journal),
      trusteeKeys: trusteeKeysOf(lotKey),
      k: lotKey.k,
    };
    expect(journal.lotKeyHash).toBe(lotKeyHash);
    expect(checkDealing(claim)).toBe(true);
    expect(checkDealing({ ...claim, body: journalBody({ ...journal, key: lotKey.room }) })).toBe(false);
    expect(() => decodePoint(journal.key)).not.toThrow();
    expect(hashText('journal', makeJournalKey(lotKey, systemRandom))).not.toBe(hashText('journal', journal));
  });
});
