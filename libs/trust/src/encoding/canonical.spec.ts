import fc from 'fast-check';
import { z } from 'zod';
import { hash32 } from '../records/index.ts';
import { utf8 } from './bytes.ts';
import { MAX_RECORD_BYTES, canonicalBytes, parseRecord } from './canonical.ts';
import { hashRecord, hashText, signatureInput } from './hash.ts';

const text = (record: unknown): string => utf8.decode(canonicalBytes(record));
const refusal = (code: string) => expect.objectContaining({ code });
const anything = z.any() as z.ZodType<unknown>;
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

const schema = z.strictObject({ a: z.number(), b: z.string().optional(), c: hash32.optional() });
const parse = (json: string) => parseRecord(schema as z.ZodType<unknown>, utf8.encode(json));

test('writes JCS: the order of RFC 8785 section 3.2.3 and its escapes', () => {
  const rfc = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  const values = (text(rfc).match(/:"[^"]*"/g) as string[]).map((member) => member.slice(2, -1));
  expect(values).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
  expect(text({ b: [null, true, -1], a: '\u20ac$\u000f\nA\'"\\/' })).toBe(
    '{"a":"€$\\u000f\\nA\'\\"\\\\/","b":[null,true,-1]}',
  );
});

test('an absent optional field is no field', () => {
  expect(() => canonicalBytes({ a: 1, b: undefined })).toThrow(refusal('RECORD.NOT_REPRESENTABLE'));
});

test.each([
  ['a float', 0.5],
  ['2^53', 2 ** 53],
  ['NaN', NaN],
  ['infinity', Infinity],
  ['minus zero', -0],
  ['undefined', undefined],
  ['a bigint', 1n],
  ['a function', () => 1],
  ['a date', new Date(0)],
  ['bytes', new Uint8Array(2)],
  ['a lone surrogate', '\ud800'],
  ['a sparse list', [1, undefined]],
])('does not write %s', (_, value) => {
  expect(() => canonicalBytes({ value })).toThrow(refusal('RECORD.NOT_REPRESENTABLE'));
});

test('eight levels are written and read, nine are not', () => {
  expect(text(nested(8))).toBe('[[[[[[[[1]]]]]]]]');
  expect(() => canonicalBytes(nested(9))).toThrow(refusal('RECORD.TOO_DEEP'));
  expect(parseRecord(anything, utf8.encode('[[[[[[[[1]]]]]]]]'))).toEqual(nested(8));
  expect(() => parseRecord(anything, utf8.encode('[[[[[[[[[1]]]]]]]]]'))).toThrow(refusal('RECORD.TOO_DEEP'));
  expect(() => parseRecord(anything, utf8.encode('['.repeat(60_000)))).toThrow(refusal('RECORD.TOO_DEEP'));
  expect(parseRecord(anything, utf8.encode('"[[[[[[[[[[\\"[["'))).toBe('[[[[[[[[[["[[');
});

test('64 KiB are read, one byte more is not', () => {
  const largest = `"${'a'.repeat(MAX_RECORD_BYTES - 2)}"`;
  expect(parseRecord(anything, utf8.encode(largest))).toHaveLength(MAX_RECORD_BYTES - 2);
  expect(() => parseRecord(anything, utf8.encode(`"${largest.slice(1)} `))).toThrow(
    refusal('RECORD.TOO_LARGE'),
  );
  expect(parseRecord(anything, utf8.encode('[1]'), 3)).toEqual([1]);
});

test('reads what it wrote, byte for byte', () => {
  const member = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.constant(null),
  );
  const record = fc.dictionary(fc.string(), fc.oneof(member, fc.array(member)));
  fc.assert(
    fc.property(record, (value) => {
      const plain = { ...value };
      const bytes = canonicalBytes(plain);
      expect(canonicalBytes(parseRecord(anything, bytes))).toEqual(bytes);
    }),
  );
});

test.each([
  ['a duplicate field', '{"a":1,"a":1}'],
  ['another order', '{"b":"","a":1}'],
  ['white space', '{"a": 1}'],
  ['a trailing newline', '{"a":1}\n'],
  ['a needless escape', '{"\\u0061":1}'],
  ['1.0', '{"a":1.0}'],
  ['1e0', '{"a":1e0}'],
  ['an integer that rounds to 2^53 - 1', '{"a":9007199254740991.2}'],
  ['half a record', '{"a":'],
  ['nothing', ''],
  ['a byte order mark', '\ufeff{"a":1}'],
  ['trailing bytes', '{"a":1}{}'],
])('does not read %s', (_, json) => {
  expect(() => parse(json)).toThrow(refusal('RECORD.NOT_CANONICAL'));
});

test.each([
  ['a float', '{"a":0.5}'],
  ['2^53', '{"a":9007199254740992}'],
  ['minus zero', '{"a":-0}'],
  ['an escaped lone surrogate', '{"a":"\\ud800"}'],
])('does not read %s', (_, json) => {
  expect(() => parse(json)).toThrow(refusal('RECORD.NOT_REPRESENTABLE'));
});

test('ill-formed UTF-8 is not read', () => {
  expect(() => parseRecord(anything, Uint8Array.of(0x22, 0xff, 0x22))).toThrow(
    refusal('RECORD.NOT_CANONICAL'),
  );
});

test.each([
  ['an unknown field', '{"a":1,"x":1}', '', 'unrecognized_keys'],
  ['a missing field', '{}', 'a', 'invalid_type'],
  ['another type', '{"a":"1"}', 'a', 'invalid_type'],
  ['base64url with unused bits', `{"a":1,"c":"${'A'.repeat(42)}B"}`, 'c', 'custom'],
])('a strict schema refuses %s and says where', (_, json, path, issue) => {
  expect(() => parse(json)).toThrow(
    expect.objectContaining({ code: 'RECORD.SCHEMA', facts: { path, issue } }),
  );
});

test('a __proto__ field is data, and is refused as unknown', () => {
  expect(() => parse('{"__proto__":{"b":"x"},"a":1}')).toThrow(refusal('RECORD.SCHEMA'));
});

test('a hash depends on the type, and no type runs into the record', () => {
  expect(hashText('a', {})).not.toBe(hashText('b', {}));
  expect(hashRecord('a', { b: 1 })).toHaveLength(32);
  expect(utf8.decode(signatureInput('login', { a: 1 }))).toBe('glasshall/1/sig\0login\0{"a":1}');
  // Pinned: `printf 'glasshall/1\0x\0{"a":1}' | sha256sum`
  expect(Buffer.from(hashRecord('x', { a: 1 })).toString('hex')).toBe(
    '1d21c5dad5da51687166e3de0b2cba8ae976c185b37355f977965799c1f4fe8b',
  );
});
