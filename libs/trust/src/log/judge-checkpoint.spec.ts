import fc from 'fast-check';
import { edPublicKey } from '../encoding/ed25519.ts';
import { TrustError } from '../encoding/trust-error.ts';
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts';
import { checkpointText } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { judgeSubmission, readSubmission } from './judge-checkpoint.ts';
import type { Submission } from './judge-checkpoint.ts';
import { EMPTY_ROOT, consistencyProof, leafHash, merkleRoot } from './merkle.ts';
import { signNote } from './note.ts';

const signer = (name: string, fill: number) => {
  const secret = new Uint8Array(32).fill(fill);
  return { name, secret, publicKey: edPublicKey(secret) };
};
const log = signer('glasshall.example/log', 1);
const leaves = Array.from({ length: 12 }, (_, i) => leafHash(Uint8Array.of(i)));
const forked = leaves.map((leaf, i) => (i === 3 ? leafHash(Uint8Array.of(99)) : leaf));

const tree = (size: number, of = leaves): Checkpoint => ({
  origin: log.name,
  size,
  root: merkleRoot(of.slice(0, size)),
});
const noteOf = (checkpoint: Checkpoint, by = [log]): string => signNote(checkpointText(checkpoint), by);
const request = (oldSize: number, size: number, of = leaves): string => {
  const proof = oldSize === 0 || oldSize === size ? [] : consistencyProof(of.slice(0, size), oldSize);
  return formatAddCheckpoint({ oldSize, proof, note: noteOf(tree(size, of)) });
};

function opened(body: string): Submission {
  const read = readSubmission(body, [log]);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

describe('a request', () => {
  it('is written and read back', () => {
    const body = request(5, 9);
    expect(body.split('\n')[0]).toBe('old 5');
    expect(formatAddCheckpoint(parseAddCheckpoint(body))).toBe(body);
    expect(opened(body)).toMatchObject({ oldSize: 5, checkpoint: { size: 9 } });
  });

  it.each([
    ['an empty body', ''],
    ['no old size', request(0, 3).replace('old 0', 'size 0')],
    ['an old size with a leading zero', request(0, 3).replace('old 0', 'old 00')],
    ['an old size above the new one', request(3, 3).replace('old 3', 'old 4')],
    ['a hash that is too short', request(0, 3).replace('old 0\n', 'old 0\nAAAA\n')],
    ['a hash that is not base64', request(0, 3).replace('old 0\n', 'old 0\n*\n')],
    ['64 lines of proof', request(0, 3).replace('old 0\n', `old 0\n${`${'A'.repeat(43)}=\n`.repeat(64)}`)],
    ['no note', 'old 0\n\n'],
    ['a note that is no checkpoint', `old 0\n\n${signNote('words\n', [log])}`],
  ])('with %s is malformed', (_name, body) => {
    expect(readSubmission(body, [log])).toBe('malformed');
  });

  it('of a log that nobody told the witness of is unknown', () => {
    expect(readSubmission(request(0, 3), [signer('other.example/log', 1)])).toBe('unknown-log');
    expect(readSubmission(request(0, 3), [])).toBe('unknown-log');
  });

  it('that the log’s own key did not sign is unsigned, whoever else did', () => {
    const impostor = { ...log, ...signer(log.name, 9) };
    const body = formatAddCheckpoint({ oldSize: 0, proof: [], note: noteOf(tree(3), [impostor]) });
    expect(readSubmission(body, [log])).toBe('unsigned');
  });

  it('of any bytes ends in an answer, not in a crash', () => {
    const pieces = fc.constantFrom(
      'old 1\n',
      'old ',
      '\n',
      '\n\n',
      '— ',
      'AAAA',
      request(3, 5),
      '\u0000',
      '招',
    );
    fc.assert(
      fc.property(fc.array(pieces), (some) => {
        expect(readSubmission(some.join(''), [log])).toBeDefined();
      }),
    );
    expect(() => parseAddCheckpoint('x')).toThrow(TrustError);
  });
});

describe('a witness', () => {
  it('takes a log’s first checkpoint as it is', () => {
    expect(judgeSubmission(opened(request(0, 7)), null)).toEqual({ kind: 'cosign', isNew: true });
  });

  it('takes an empty log, and none that only says it is empty', () => {
    expect(judgeSubmission(opened(request(0, 0)), null)).toEqual({ kind: 'cosign', isNew: true });
    expect(judgeSubmission(opened(request(0, 4)), tree(0))).toEqual({ kind: 'cosign', isNew: true });
    const note = noteOf({ ...tree(0), root: leaves[0] ?? EMPTY_ROOT });
    const lie = opened(formatAddCheckpoint({ oldSize: 0, proof: [], note }));
    expect(judgeSubmission(lie, null)).toEqual({ kind: 'unproved' });
    expect(judgeSubmission(lie, tree(0))).toEqual({ kind: 'equivocation', size: 0 });
  });

  it('takes every tree that continues the last one, and the same one again', () => {
    for (let size1 = 1; size1 <= leaves.length; size1 += 1)
      for (let size2 = size1; size2 <= leaves.length; size2 += 1)
        expect(judgeSubmission(opened(request(size1, size2)), tree(size1))).toEqual({
          kind: 'cosign',
          isNew: size1 !== size2,
        });
  });

  it('refuses another old size than the one it cosigned last, and says that one', () => {
    expect(judgeSubmission(opened(request(0, 9)), tree(5))).toEqual({ kind: 'conflict', size: 5 });
    expect(judgeSubmission(opened(request(4, 9)), tree(5))).toEqual({ kind: 'conflict', size: 5 });
    expect(judgeSubmission(opened(request(6, 9)), tree(5))).toEqual({ kind: 'conflict', size: 5 });
    // A smaller tree, consistent or not: it would roll the history back.
    expect(judgeSubmission(opened(request(3, 4)), tree(5))).toEqual({ kind: 'conflict', size: 5 });
    expect(judgeSubmission(opened(request(3, 9)), null)).toEqual({ kind: 'conflict', size: 0 });
  });

  it('refuses a tree that does not continue the last one', () => {
    const fork = opened(request(5, 9, forked));
    expect(judgeSubmission(fork, tree(5))).toEqual({ kind: 'unproved' });
    expect(judgeSubmission({ ...opened(request(5, 9)), proof: [] }, tree(5))).toEqual({ kind: 'unproved' });
    const padded = { ...opened(request(0, 9)), proof: leaves.slice(0, 1) };
    expect(judgeSubmission(padded, null)).toEqual({ kind: 'unproved' });
  });

  it('finds two trees of one size, whatever the request says of the old size', () => {
    for (const oldSize of [0, 4, 5]) {
      const fork = opened(request(oldSize, 5, forked));
      expect(judgeSubmission(fork, tree(5))).toEqual({ kind: 'equivocation', size: 5 });
    }
  });
});
