import fc from 'fast-check';
import { instant } from '#kernel';
import { fromHex, toHex } from './bytes.ts';
import {
  assertDer,
  DerError,
  members,
  readBoolean,
  readDer,
  readInteger,
  readNamedBits,
  readOid,
} from './der.ts';
import {
  bitString,
  generalizedTime,
  integer,
  namedBits,
  oid,
  octetString,
  sequence,
  setOf,
  time,
} from './der-writer.ts';
import { readTime, readTimestampTime } from './time.ts';

const read = (hex: string) => readDer(fromHex(hex));
const check = (hex: string) => () => {
  assertDer(read(hex));
};

describe('the DER reader', () => {
  it.each([
    ['an indefinite length', '30800000'],
    ['a long form where the short one fits', '04810100'],
    ['a length with a leading zero octet', `0482000f${'00'.repeat(15)}`],
    ['content that is cut off', '0405000000'],
    ['bytes after the end', '050000'],
    ['a tag number above 30', '1f2000'],
    ['a constructed string', '2403040100'],
    ['a primitive sequence', '1000'],
    ['a BOOLEAN of 1', '010101'],
    ['a padded INTEGER', '02020001'],
    ['a padded negative INTEGER', '0202ff80'],
    ['an empty INTEGER', '0200'],
    ['a NULL with content', '050100'],
    ['an OID arc with leading zeros', '060380012a'],
    ['an OID that ends within an arc', '06022a86'],
    ['unused bits that are set', '03020101'],
    ['a bit count without bits', '030101'],
    ['an empty input', ''],
  ])('refuses %s', (_, hex) => {
    expect(check(hex)).toThrow(DerError);
  });

  it('refuses structures nested deeper than any certificate', () => {
    let deep: Uint8Array = new Uint8Array([5, 0]);
    for (let i = 0; i < 30; i++) deep = sequence(deep);
    expect(() => {
      assertDer(readDer(deep));
    }).toThrow('nested');
  });

  it('refuses a named-bit list whose last bit is zero', () => {
    expect(() => readNamedBits(readDer(bitString(new Uint8Array([0x80]))))).toThrow(DerError);
  });

  it('reads back every integer, bit list and object identifier that the writer makes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 300n }), (n) => readInteger(readDer(integer(n))) === n),
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(20)), (bits) => {
        expect(readNamedBits(readDer(namedBits(bits)))).toEqual(bits.toSorted((a, b) => a - b));
      }),
    );
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.nat(39),
        fc.array(fc.bigInt({ min: 0n, max: 1n << 40n }), { maxLength: 6 }),
        (a, b, rest) => {
          const dotted = [a, b, ...rest].join('.');
          expect(readOid(readDer(oid(dotted)))).toBe(dotted);
        },
      ),
    );
  });

  it('accepts only the encodings that it would write itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), (bytes) => {
        const input = new Uint8Array([2, bytes.length, ...bytes]);
        let value: bigint;
        try {
          value = readInteger(readDer(input));
        } catch (error) {
          return error instanceof DerError;
        }
        return value < 0n || toHex(integer(value)) === toHex(input);
      }),
    );
  });

  it('reads negative integers as such', () => {
    expect(readInteger(read('0201ff'))).toBe(-1n);
  });

  it('keeps long lengths', () => {
    const long = octetString(new Uint8Array(70_000));
    expect(readDer(long).content.length).toBe(70_000);
    expect(members(readDer(sequence(long))).next().bytes.length).toBe(long.length);
  });

  it('sorts a SET OF by encoding', () => {
    expect(toHex(setOf(integer(2), integer(1)))).toBe('3106020101020102');
  });

  it('reads TRUE and FALSE', () => {
    expect([readBoolean(read('0101ff')), readBoolean(read('010100'))]).toEqual([true, false]);
  });
});

describe('times', () => {
  it.each([
    ['1950-01-01T00:00:00Z', '170d'],
    ['2049-12-31T23:59:59Z', '170d'],
    ['2050-01-01T00:00:00Z', '180f'],
    ['1949-12-31T23:59:59Z', '180f'],
  ])('writes %s in its one form and reads it back', (text, start) => {
    const at = instant(Date.parse(text));
    expect(toHex(time(at)).slice(0, 4)).toBe(start);
    expect(readTime(readDer(time(at)))).toBe(at);
  });

  const stamp = (text: string) =>
    readDer(new Uint8Array([0x18, text.length, ...new TextEncoder().encode(text)]));

  it.each([
    '20260101000000.100Z',
    '20260101000000.Z',
    '20260101000000.0Z',
    '20260101000000',
    '20260230000000Z',
    '20260101240000Z',
    '20260101000000.1234Z',
    '20260101000060Z',
  ])('refuses %s as the time of a token', (text) => {
    expect(() => readTimestampTime(stamp(text))).toThrow(DerError);
  });

  it('refuses a GeneralizedTime before 2050 in a certificate', () => {
    expect(() => readTime(stamp('20260101000000Z'))).toThrow(DerError);
  });

  it('keeps milliseconds of a token, without trailing zeros', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
        const der = readDer(generalizedTime(instant(ms)));
        expect(String.fromCharCode(...der.content)).not.toMatch(/0Z$.*\.|\.\d*0Z$|\.Z$/);
        expect(readTimestampTime(der)).toBe(ms);
      }),
    );
  });
});
