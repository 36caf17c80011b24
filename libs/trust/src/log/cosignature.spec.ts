import { createPrivateKey, sign } from 'node:crypto';
import fc from 'fast-check';
import { b64, concat, uint, utf8 } from '../encoding/bytes.ts';
import { edPublicKey } from '../encoding/ed25519.ts';
import { sha256 } from '../encoding/hash.ts';
import { checkpointText, openCheckpoint } from './checkpoint.ts';
import { cosign, cosignaturesOf, formatWitnessKey, parseWitnessKey, withSignatures } from './cosignature.ts';
import { formatVkey, signNote } from './note.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const signer = (name: string, fill: number) => {
  const secret = new Uint8Array(32).fill(fill);
  return { name, secret, publicKey: edPublicKey(secret) };
};
const log = signer('glasshall.example/log', 1);
const first = signer('witness.example/w1', 2);
const second = signer('witness.example/w2', 3);
const text = checkpointText({ origin: log.name, size: 5, root: new Uint8Array(32).fill(7) });
const note = signNote(text, [log]);
const TIME = 1_679_315_147;

/** The line as another implementation makes it: OpenSSL's Ed25519 over the message that the specification spells. */
function lineByHand({ name, secret, publicKey }: typeof first, body: string, seconds: number): string {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${body}`), key);
  const id = sha256(utf8.encode(name), Uint8Array.of(0x0a, 0x04), publicKey).slice(0, 4);
  return `— ${name} ${b64.encode(concat(id, uint(seconds, 8), new Uint8Array(signature)))}\n`;
}

describe('a cosignature', () => {
  it('is the line that the specification spells, byte for byte', () => {
    expect(cosign(text, first, TIME)).toBe(lineByHand(first, text, TIME));
  });

  it('counts for its witness, with its time, and leaves the log’s own signature as it was', () => {
    const cosigned = withSignatures(note, [cosign(text, first, TIME)]);
    expect(cosignaturesOf(cosigned, [second, first])).toEqual([{ witness: first, seconds: TIME }]);
    expect(openCheckpoint(cosigned, log)).toEqual(openCheckpoint(note, log));
  });

  it('of one witness counts once, at the earliest time', () => {
    const lines = [TIME + 9, TIME, TIME + 5].map((at) => cosign(text, first, at));
    expect(cosignaturesOf(withSignatures(note, lines), [first])).toEqual([{ witness: first, seconds: TIME }]);
  });

  it('of a stranger, or under the log’s key type, does not count', () => {
    const stranger = withSignatures(note, [cosign(text, signer(first.name, 9), TIME)]);
    expect(cosignaturesOf(stranger, [first])).toEqual([]);
    expect(cosignaturesOf(signNote(text, [log, first]), [first])).toEqual([]);
  });

  it('is bound to its checkpoint and its time: any flipped byte spoils the note', () => {
    const line = cosign(text, first, TIME);
    const [, , encoded = ''] = line.trimEnd().split(' ');
    const bytes = b64.decode(encoded);
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const changed = bytes.map((byte, i) => (i === at ? byte ^ by : byte));
          const other = withSignatures(note, [`— ${first.name} ${b64.encode(changed)}\n`]);
          expect(() => cosignaturesOf(other, [first])).toThrow(refusal('NOTE.SIGNATURE'));
        },
      ),
    );
    const larger = signNote(text.replace('\n5\n', '\n6\n'), [log]);
    expect(() => cosignaturesOf(withSignatures(larger, [line]), [first])).toThrow(refusal('NOTE.SIGNATURE'));
  });

  it.each([0, 8, 71, 73])('of %i bytes is none', (length) => {
    const id = Buffer.from(formatWitnessKey(first).split('+')[1] ?? '', 'hex');
    const line = `— ${first.name} ${b64.encode(concat(id, new Uint8Array(length + 1)))}\n`;
    expect(() => cosignaturesOf(withSignatures(note, [line]), [first])).toThrow(refusal('NOTE.SIGNATURE'));
  });

  it('with a name that no key may have is not made', () => {
    expect(() => cosign(text, { ...first, name: 'two words' }, TIME)).toThrow(refusal('NOTE.KEY'));
  });
});

describe('the key of a witness', () => {
  it('is read back in its own form', () => {
    const { name, publicKey } = first;
    expect(parseWitnessKey(formatWitnessKey(first))).toEqual({ name, publicKey });
  });

  it('is never taken for the key of a log, nor a log’s for a witness’s', () => {
    expect(() => parseWitnessKey(formatVkey(first))).toThrow(refusal('NOTE.KEY'));
  });
});

test('what is no signature line spoils the whole', () => {
  expect(() => withSignatures(note, ['nonsense\n'])).toThrow(refusal('NOTE.FORM'));
});
