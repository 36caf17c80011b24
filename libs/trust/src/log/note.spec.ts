import fc from 'fast-check';
import { b64, concat, systemRandom } from '../encoding/bytes.ts';
import { edPublicKey } from '../encoding/ed25519.ts';
import { checkpointText, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { formatVkey, noteKeyId, parseNote, parseVkey, signNote, verifyNote } from './note.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const signer = (name: string, fill: number) => {
  const secret = new Uint8Array(32).fill(fill);
  return { name, secret, publicKey: edPublicKey(secret) };
};
const log = signer('glasshall.example/log', 1);
const witness = signer('witness.example', 2);

// The example of Go's golang.org/x/mod/sumdb/note, whose keys have this form.
const GO_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const GO_NOTE =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

test("reads the key and the note of Go's note package", () => {
  const key = parseVkey(GO_VKEY);
  expect(key.name).toBe('PeterNeumann');
  expect(formatVkey(key)).toBe(GO_VKEY);
  expect(verifyNote(GO_NOTE, [key]).text).toMatch(/problem is\.\n$/);
});

test('signs and verifies, with each trusted key that signed, once', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '—', '招', '+') }), (body) => {
      const text = `${body}\n`;
      const note = signNote(text, [log, witness, log]);
      expect(verifyNote(note, [log]).text).toBe(text);
      expect(verifyNote(note, [witness, log]).signers.map(({ name }) => name)).toEqual([
        witness.name,
        log.name,
      ]);
    }),
  );
});

test('a vkey is read back, and holds its own key id', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (publicKey) => {
      const key = { name: 'a/b', publicKey };
      expect(parseVkey(formatVkey(key))).toEqual(key);
    }),
  );
});

test.each([
  ['no key', 'PeterNeumann+c74f20a3'],
  ['another id', GO_VKEY.replace('c74f20a3', 'c74f20a4')],
  ['an id in capitals', GO_VKEY.replace('c74f20a3', 'C74F20A3')],
  ['another name', GO_VKEY.replace('Peter', 'Petra')],
  ['no name', GO_VKEY.replace('PeterNeumann', '')],
  [
    'another algorithm',
    `PeterNeumann+c74f20a3+${b64.encode(concat(Uint8Array.of(2), parseVkey(GO_VKEY).publicKey))}`,
  ],
  ['a short key', 'x+00000000+AQ=='],
])('refuses a vkey with %s', (_, vkey) => expect(() => parseVkey(vkey)).toThrow(refusal('NOTE.KEY')));

test('a vkey in bad base64 is refused', () => {
  expect(() => parseVkey('x+00000000+A')).toThrow(refusal('ENCODING.BASE64URL'));
});

test('any changed character of a note is refused', () => {
  const note = signNote('origin\n5\n', [log]);
  fc.assert(
    fc.property(
      fc.nat(note.length - 1),
      fc.constantFrom('A', 'b', '+', ' ', '\n', '\u0000', '=', '—'),
      (at, other) => {
        fc.pre(note[at] !== other);
        expect(() => verifyNote(note.slice(0, at) + other + note.slice(at + 1), [log])).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^(NOTE|ENCODING)\./) as string }),
        );
      },
    ),
    { numRuns: 150 },
  );
});

test('signatures of strangers are ignored, also under a trusted name or id, but trusted ones must hold', () => {
  const impostor = { ...witness, name: log.name };
  const note = signNote('text\n', [impostor, log]);
  expect(verifyNote(note, [log]).signers).toHaveLength(1);
  expect(() => verifyNote(signNote('text\n', [impostor]), [log])).toThrow(refusal('NOTE.UNSIGNED'));
  const forged = b64.encode(concat(noteKeyId(log), new Uint8Array(64)));
  expect(() => verifyNote(`${signNote('text\n', [log])}— ${log.name} ${forged}\n`, [log])).toThrow(
    refusal('NOTE.SIGNATURE'),
  );
  expect(() => verifyNote(note, [])).toThrow(refusal('NOTE.UNSIGNED'));
});

test('the text ends at the last blank line', () => {
  const text = 'a\n\n— not a signature\n\nb\n';
  expect(parseNote(signNote(text, [log])).text).toBe(text);
});

test.each([
  ['no newline at its end', 'text'],
  ['a carriage return', 'text\r\n'],
  ['a tab', 'a\tb\n'],
  ['a lone surrogate', 'a\ud800\n'],
])('does not sign a text with %s', (_, text) =>
  expect(() => signNote(text, [log])).toThrow(refusal('NOTE.FORM')),
);

test.each(['', 'a b', 'a+b', 'a\u2003b', 'a\u0085b'])('does not sign under the name %j', (name) =>
  expect(() => signNote('text\n', [{ ...log, name }])).toThrow(refusal('NOTE.KEY')),
);

const line = (signNote('t\n', [log]).split('\n\n')[1] as string).slice(0, -1);
test.each([
  ['without signatures', 't\n\n'],
  ['without a blank line', `t\n${line}\n`],
  ['without a last newline', `t\n\n${line}`],
  ['with a control character', `t\u0007\n\n${line}\n`],
  ['with a lone surrogate', `t\udfff\n\n${line}\n`],
  ['with a hyphen for the dash', `t\n\n${line.replace('—', '-')}\n`],
  ['with a word too many', `t\n\n${line} x\n`],
  ['with a signature of no bytes', 't\n\n— name AAAAAA==\n'],
  ['with a nameless signature', `t\n\n${line.replace(log.name, '')}\n`],
  ['with too many signatures', `t\n\n${`${line}\n`.repeat(65)}`],
  ['that is too long', `${'t'.repeat(65_536)}\n\n${line}\n`],
])('refuses a note %s', (_, note) => expect(() => parseNote(note)).toThrow(refusal('NOTE.FORM')));

test('sixteen signatures are read', () => {
  const many = Array.from({ length: 16 }, (_, i) => signer(`w${i}.example`, i + 10));
  expect(verifyNote(signNote('text\n', many), many).signers).toHaveLength(16);
});

// ---- checkpoints -----------------------------------------------------------

const root = systemRandom(32);

test('a checkpoint is read back from its signed note', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (size, hash) => {
      const checkpoint = { origin: log.name, size, root: hash };
      expect(openCheckpoint(signNote(checkpointText(checkpoint), [log, witness]), log)).toEqual(checkpoint);
    }),
  );
});

test('reads the example of the specification', () => {
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
  expect(parseCheckpoint(text)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
  expect(checkpointText(parseCheckpoint(text))).toBe(text);
});

const hash = b64.encode(root);
test.each([
  ['no origin', `\n5\n${hash}\n`],
  ['a leading zero', `o\n05\n${hash}\n`],
  ['a sign', `o\n+5\n${hash}\n`],
  ['a negative size', `o\n-5\n${hash}\n`],
  ['an exponent', `o\n1e3\n${hash}\n`],
  ['a size from 2^53 on', `o\n9007199254740992\n${hash}\n`],
  ['a short root', 'o\n5\nAAAA\n'],
  ['an extension line', `o\n5\n${hash}\nextra\n`],
  ['no last newline', `o\n5\n${hash}`],
  ['nothing', ''],
])('refuses a checkpoint with %s', (_, text) => {
  expect(() => parseCheckpoint(text)).toThrow(refusal('LOG.CHECKPOINT'));
});

test('a checkpoint of another origin under this key is refused', () => {
  const other = checkpointText({ origin: 'other.example', size: 1, root });
  expect(() => openCheckpoint(signNote(other, [log]), log)).toThrow(refusal('LOG.CHECKPOINT'));
});
