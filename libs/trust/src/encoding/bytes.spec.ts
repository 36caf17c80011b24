import fc from 'fast-check';
import { b64, b64u, concat, equalBytes, hex, readUint, systemRandom, uint, utf8 } from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 80 });
const refusal = (code: string) => expect.objectContaining({ code });

test('base64url and base64 agree with the platform and return what they were given', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(b64u.encode(value)).toBe(Buffer.from(value).toString('base64url'));
      expect(b64.encode(value)).toBe(Buffer.from(value).toString('base64'));
      expect(hex.encode(value)).toBe(Buffer.from(value).toString('hex'));
      expect(b64u.decode(b64u.encode(value))).toEqual(value);
      expect(b64.decode(b64.encode(value))).toEqual(value);
    }),
  );
});

test('a text that decodes is the only spelling of its bytes', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12, unit: fc.constantFrom(...'AQgwz_-9+/=B \u00e9') }), (text) => {
      for (const codec of [b64u, b64]) {
        try {
          expect(codec.encode(codec.decode(text))).toBe(text);
        } catch (error) {
          expect(error).toEqual(refusal('ENCODING.BASE64URL'));
        }
      }
    }),
  );
});

test.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'AA=', 'A+AA', 'A/AA', 'AA A', 'A\u00e9AA', 'A\u4e2dAA'])(
  'refuses %j as base64url',
  (text) => expect(() => b64u.decode(text)).toThrow(refusal('ENCODING.BASE64URL')),
);

test.each(['AA', 'AA=', 'AA===', 'AB==', 'A_8=', 'A-8=', '====', '='])('refuses %j as base64', (text) =>
  expect(() => b64.decode(text)).toThrow(refusal('ENCODING.BASE64URL')),
);

test('UTF-8 is strict, and a byte order mark stays', () => {
  expect(utf8.decode(utf8.encode('\ufeff招标'))).toBe('\ufeff招标');
  expect(() => utf8.decode(Uint8Array.of(0xc0, 0x80))).toThrow(refusal('ENCODING.UTF8'));
});

test('integers are big-endian', () => {
  expect(uint(0x0102, 4)).toEqual(Uint8Array.of(0, 0, 1, 2));
  expect(readUint(Uint8Array.of(1, 0, 0))).toBe(65536n);
});

test('bytes are equal when they are', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  expect(concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
});

test('the random source gives as many bytes as asked, and others each time', () => {
  expect(systemRandom(32)).toHaveLength(32);
  expect(systemRandom(32)).not.toEqual(systemRandom(32));
});
