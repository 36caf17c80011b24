import { findingsOf, readVector, resign } from '../../../../test/support/evidence-forger.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { b64u, edPublicKey } from '../encoding/index.ts';
import {
  blindedLeaf,
  checkpointText,
  cosign,
  leafHash,
  openCheckpoint,
  parseVkey,
  signNote,
  withSignatures,
} from '../log/index.ts';
import type { NoteKey, NoteSigner } from '../log/index.ts';
import type { Close, LotKey } from '../records/index.ts';
import type { LogProofs } from './bundle.ts';
import { checkLog } from './check-log.ts';
import { checkOtherViews, readOtherView, viewOfCheckpoint } from './other-view.ts';
import type { OtherView } from './other-view.ts';
import { checkQuorum } from './quorum.ts';

const witness = (name: string, fill: number): NoteKey & NoteSigner => {
  const secret = new Uint8Array(32).fill(fill);
  return { name, secret, publicKey: edPublicKey(secret) };
};
const [one, two, stranger] = [
  witness('witness.example/w1', 2),
  witness('witness.example/w2', 3),
  witness('witness.example/w3', 4),
] as const;
const declared = ({ name, publicKey }: NoteKey) => ({ name, key: b64u.encode(publicKey) });

const vector = await readVector();
const logKey = parseVkey(vector.trust.log);
const logSigner = { name: logKey.name, secret: vector.logSecret };
const TIME = 1_760_000_000;
const cosigned = (note: string, by: readonly NoteSigner[]): string => {
  const { origin, size, root } = openCheckpoint(note, logKey);
  return withSignatures(
    note,
    by.map((signer) => cosign(checkpointText({ origin, size, root }), signer, TIME)),
  );
};

describe('the quorum of a checkpoint', () => {
  const note = vector.bundle.bytes('log/checkpoint').toString();
  const terms = { q: 2, witnesses: [one, two].map(declared) };
  const pins = { q: 1, witnesses: [one, two] };
  const codeOf = (...question: Parameters<typeof checkQuorum>): string => {
    try {
      return `${String(checkQuorum(...question).length)} cosigned`;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('is there when as many of the lot’s witnesses cosigned as it declares, all of them pinned', () => {
    expect(codeOf(cosigned(note, [one, two]), terms, pins)).toBe('2 cosigned');
    expect(codeOf(note, { q: 0, witnesses: [] }, { q: 0, witnesses: [] })).toBe('0 cosigned');
  });

  it.each([
    ['no cosignature', note, terms, pins, 'EVIDENCE.QUORUM_MISSING'],
    ['one too few', cosigned(note, [one]), terms, pins, 'EVIDENCE.QUORUM_MISSING'],
    ['one witness twice', cosigned(note, [one, one]), terms, pins, 'EVIDENCE.QUORUM_MISSING'],
    ['a stranger', cosigned(note, [one, stranger]), terms, pins, 'EVIDENCE.QUORUM_MISSING'],
    [
      'a stranger that the lot declares',
      cosigned(note, [one, stranger]),
      { q: 2, witnesses: [one, stranger].map(declared) },
      pins,
      'EVIDENCE.WITNESS_UNPINNED',
    ],
    [
      'a pinned witness that the lot does not declare',
      cosigned(note, [one, two]),
      { q: 1, witnesses: [declared(stranger)] },
      pins,
      'EVIDENCE.WITNESS_UNPINNED',
    ],
    [
      'another key under the name of a witness',
      cosigned(note, [one, two]),
      { q: 2, witnesses: [declared(one), declared({ ...stranger, name: two.name })] },
      pins,
      'EVIDENCE.WITNESS_UNPINNED',
    ],
    [
      'fewer than the reader asks for',
      cosigned(note, [one, two]),
      { q: 0, witnesses: [] },
      pins,
      'EVIDENCE.QUORUM',
    ],
  ])('is not there with %s', (_name, text, asked, pinned, code) => {
    expect(codeOf(text, asked, pinned)).toBe(code);
  });

  it('is not there with a line that claims a witness and does not hold', () => {
    const [, , line = ''] = cosigned(note, [one]).trimEnd().split('\n').slice(-3);
    const wrong = `${note}${line.replace(/.{4}$/, 'AAAA')}\n`;
    expect(codeOf(wrong, { q: 1, witnesses: [declared(one)] }, pins)).toBe('NOTE.SIGNATURE');
  });
});

/** The vector's tender as if it had declared these two, and they had cosigned. */
async function witnessed(latest: readonly NoteSigner[], closing: readonly NoteSigner[]) {
  const bundle = vector.bundle.copy();
  await resign<LotKey>(bundle, 'lotkey.json', 'lotkey', vector.trustees, (key) => ({
    ...key,
    q: 2,
    witnesses: [one, two].map(declared),
  }));
  let before = '';
  await resign<Close>(bundle, 'close.json', 'close', [vector.signers.platform], (close) => {
    before = close.checkpoint;
    return { ...close, checkpoint: cosigned(close.checkpoint, closing) };
  });
  bundle.edit('log/proofs.json', (proofs: LogProofs) => ({
    ...proofs,
    checkpoints: proofs.checkpoints.map(({ text, proof }) => ({
      text: text === before ? cosigned(text, closing) : text,
      proof,
    })),
  }));
  const note = bundle.bytes('log/checkpoint').toString();
  return bundle.set('log/checkpoint', Buffer.from(cosigned(note, latest)));
}

const trust = { ...vector.trust, q: 2, witnesses: [one, two] };
const v04 = async (bundle: BundleEditor, pinned = trust): Promise<readonly string[]> =>
  (await findingsOf(bundle, pinned, checkLog)).lines.filter((line) => /^V0[34]/.test(line));

describe('V04', () => {
  it('holds where both checkpoints that matter have their quorum', async () => {
    const { lines, states } = await findingsOf(await witnessed([one, two], [two, one]), trust, checkLog);
    expect(lines.filter((line) => /^V0[34]/.test(line))).toEqual([]);
    expect(states['V04']).toBe('holds');
  });

  it.each([
    ['CLOSE’s', [one, two], [one], 'close.json'],
    ['the newest', [stranger], [one, two], 'log/checkpoint'],
  ])(
    'fails where %s checkpoint has not, and blames the platform',
    async (_name, latest, closing, subject) => {
      const lines = await v04(await witnessed(latest, closing));
      expect(lines).toEqual([`V04 EVIDENCE.QUORUM_MISSING ${subject} platform`]);
    },
  );

  it('fails for a tender that declares none, where the reader asks for two', async () => {
    expect(await v04(vector.bundle.copy())).toEqual([
      'V04 EVIDENCE.QUORUM log/checkpoint platform',
      'V04 EVIDENCE.QUORUM close.json platform',
    ]);
  });
});

describe('two histories that were shown to two people', () => {
  const genuine = vector.bundle.bytes('log/checkpoint').toString();
  const { size, root } = openCheckpoint(genuine, logKey);
  const forked = signNote(checkpointText({ origin: logKey.name, size, root: root.map((byte) => byte ^ 1) }), [
    logSigner,
  ]);
  const compared = async (bundle: BundleEditor, ...views: OtherView[]) => {
    const { lines, states } = await findingsOf(bundle, trust, (v) => checkOtherViews(v, views));
    return { lines, state: states['V04'] };
  };

  it('are found by a checkpoint of the same size, and laid to the log', async () => {
    const { lines } = await compared(vector.bundle.copy(), viewOfCheckpoint('friend.note', forked));
    expect(lines).toEqual(['V04 EVIDENCE.SPLIT_VIEW friend.note platform']);
  });

  it('are laid to the witness too that cosigned both', async () => {
    const bundle = vector.bundle.copy().set('log/checkpoint', Buffer.from(cosigned(genuine, [one, two])));
    const view = viewOfCheckpoint('friend.note', cosigned(forked, [two]));
    expect((await compared(bundle, view)).lines).toEqual([
      'V04 EVIDENCE.SPLIT_VIEW friend.note platform',
      'V04 EVIDENCE.SPLIT_COSIGNED friend.note witness',
    ]);
  });

  it('are found by another evidence file, also where the logs have other sizes', async () => {
    const other = await readOtherView('other.zip', vector.bundle.copy().index().reader());
    expect(other.leaves.length).toBeGreaterThan(30);
    expect((await compared(vector.bundle.copy(), other)).lines).toEqual([]);
    // A log of one leaf, which is another record than the first of this log: signed by its key, proved by the file.
    const [last] = other.leaves.filter(({ index }) => index !== 0);
    if (!last) throw new Error('the vector has leaves');
    const alone = leafHash(blindedLeaf(b64u.decode(last.hash), b64u.decode(last.blind)));
    const short = signNote(checkpointText({ origin: logKey.name, size: 1, root: alone }), [logSigner]);
    const view = {
      name: 'other.zip',
      checkpoints: [short] as const,
      leaves: [{ ...last, index: 0, proof: [] }],
    };
    expect((await compared(vector.bundle.copy(), view)).lines).toEqual([
      'V04 EVIDENCE.SPLIT_VIEW other.zip platform',
    ]);
    // Without the proof the leaf is somebody's word.
    const claimed = { ...view, leaves: [{ ...last, index: 0, proof: [last.hash] }] };
    expect((await compared(vector.bundle.copy(), claimed)).lines).toEqual([]);
  });

  it('are not made up: what the log did not sign accuses nobody', async () => {
    const { name } = logKey;
    const made = signNote(forked.slice(0, forked.indexOf('\n\n') + 1), [{ name, secret: one.secret }]);
    const { lines } = await compared(vector.bundle.copy(), viewOfCheckpoint('made.note', made));
    expect(lines).toEqual(['V04 NOTE.UNSIGNED made.note bundle']);
  });

  it('cannot be told from a checkpoint of another size alone, and that is said', async () => {
    const larger = signNote(checkpointText({ origin: logKey.name, size: size + 1, root }), [logSigner]);
    const { lines } = await compared(vector.bundle.copy(), viewOfCheckpoint('larger.note', larger));
    expect(lines).toEqual([]);
  });
});
