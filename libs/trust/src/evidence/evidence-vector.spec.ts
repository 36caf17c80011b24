import { b64u, sha256 } from '../encoding/index.ts';
import { blindedLeaf, checkpointText, inclusionProof, leafHash, merkleRoot, signNote } from '../log/index.ts';
import type { LogReceipt } from '../records/index.ts';
import { LOT, findingsOf, readVector, verifierTools } from '../../../../test/support/evidence-forger.ts';
import type { EvidenceVector } from '../../../../test/support/evidence-forger.ts';
import { problemsOf, verifyFile } from '../../../../test/support/story/evidence.ts';
import type { BundleEditor } from '../../../../test/support/story/bundle-editor.ts';
import { checkShownReceipts } from './check-receipts.ts';
import { checkArrival, checkReceipt } from './receipt.ts';
import { loadEvidence } from './bundle.ts';
import { Findings } from './report.ts';
import type { VerificationReport } from './report.ts';
import { verifyEvidence } from './verify.ts';

/** Evidence that was given out once: by this version's rules, for ever. */
const vector = await readVector('v1');

const linesOf = ({ checks }: VerificationReport): string[] =>
  checks.flatMap(({ id, problems }) =>
    problems.map(({ code, subject, blame }) => `${id} ${code} ${subject} ${blame}`),
  );
const verify = (bundle: BundleEditor) => verifyEvidence(bundle.reader(), vector.trust, verifierTools);
const withReceipt = async (receipt: EvidenceVector['receipts']['bids'][number]): Promise<readonly string[]> =>
  (await findingsOf(vector.bundle.copy(), vector.trust, (v) => checkShownReceipts(v, [receipt]))).lines;

/** The same record under the log's key, in a tree of its own. */
function secondPlace(log: LogReceipt): LogReceipt {
  const leaves = [new Uint8Array(32), blindedLeaf(b64u.decode(log.subject), b64u.decode(log.blind))].map(
    leafHash,
  );
  const text = checkpointText({ origin: vector.trust.origin, size: 2, root: merkleRoot(leaves) });
  const checkpoint = signNote(text, [{ name: vector.trust.origin, secret: vector.logSecret }]);
  return { ...log, index: 1, checkpoint, proof: inclusionProof(leaves, 1).map(b64u.encode) };
}

/** The same of a log that appends dummies, as its roots say. */
const hidden = await readVector('v1-dummies');

describe('the evidence of a log with dummies', () => {
  it('verifies as it was served, every dummy of the tender’s days accounted for', async () => {
    const report = await verifyFile(hidden.file, hidden.trust);
    expect(problemsOf(report)).toEqual([]);
    expect(Object.fromEntries(report.checks.map(({ id, state }) => [id, state]))).toEqual(
      hidden.expected.states,
    );
    expect(hidden.expected.states['V06']).toBe('holds');
  });

  it('is not whole without the account of them', async () => {
    const without = hidden.bundle.copy().remove('log/dummies.json').index();
    expect(linesOf(await verifyEvidence(without.reader(), hidden.trust, verifierTools))).toContain(
      'V06 EVIDENCE.MISSING log/dummies.json bundle',
    );
  });
});

describe('the evidence of a whole tender, version 1', () => {
  it('verifies as it was served, every check in the state that it had', async () => {
    const report = await verifyFile(vector.file, vector.trust);
    expect(problemsOf(report)).toEqual([]);
    expect(Object.fromEntries(report.checks.map(({ id, state }) => [id, state]))).toEqual(
      vector.expected.states,
    );
    expect(report).toMatchObject({ verdict: 'holds', lot: vector.expected.lot, audience: 'public' });
  });

  it('agrees with what its bidders hold in their hands', async () => {
    const { bids, withdrawal } = vector.receipts;
    const shown = [...bids, { arrival: withdrawal, stored: null, log: null }];
    const report = await verifyEvidence(vector.bundle.reader(), vector.trust, verifierTools, [], shown);
    expect(linesOf(report)).toEqual([]);
  });

  it('does not agree with a receipt of another place in the log, or of another lot', async () => {
    const [receipt] = vector.receipts.bids;
    if (!receipt?.log) throw new Error('no receipt');
    const subject = receipt.arrival.record.subject;
    const log = secondPlace(receipt.log);
    expect(await withReceipt({ ...receipt, log })).toEqual([
      `V05 EVIDENCE.OTHER_LEAF receipt of ${subject} platform`,
    ]);
    // Whose word it is that the leaf stands there is seen by the log's signature.
    const invented = { ...receipt, log: { ...receipt.log, index: receipt.log.index + 1 } };
    expect(await withReceipt(invented)).toEqual([`V05 LOG.CHECKPOINT receipt of ${subject} bundle`]);
    const record = { ...receipt.arrival.record, lot: LOT };
    const other = { ...receipt, arrival: { ...receipt.arrival, record } };
    expect(await withReceipt(other)).toEqual([`V05 EVIDENCE.OTHER_LOT receipt of ${subject} bundle`]);
  });

  it('takes no receipt that the platform did not sign', async () => {
    const [receipt] = vector.receipts.bids;
    if (!receipt?.stored) throw new Error('no receipt');
    const subject = receipt.arrival.record.subject;
    const late = { ...receipt.arrival.record, arrivedAt: '2026-11-22T07:13:00.000Z' };
    const arrival = { ...receipt, arrival: { ...receipt.arrival, record: late } };
    const storedAt = '2026-11-22T07:13:01.000Z';
    const stored = {
      ...receipt,
      stored: { ...receipt.stored, record: { ...receipt.stored.record, storedAt } },
    };
    for (const forged of [arrival, stored])
      expect(await withReceipt(forged)).toEqual([`V05 SIGNATURE.INVALID receipt of ${subject} bundle`]);
  });
});

describe('a bidder’s receipt file', () => {
  const certificates = (fingerprint: string) =>
    [vector.signers.receipt, vector.signers.platform, vector.signers.agency].find(
      ({ certificate }) => certificate.fingerprint === fingerprint,
    )?.certificate;
  const first = () => {
    const [receipt] = vector.receipts.bids;
    if (!receipt?.log || !receipt.stored) throw new Error('no receipt');
    return { ...receipt, log: receipt.log, stored: receipt.stored };
  };

  it('shows arrival, time stamp, place in the log and storage', () => {
    const verdict = checkReceipt(first(), vector.trust, certificates);
    expect(verdict).toMatchObject({ kind: 'commit', inTime: true, logged: true, stored: true });
    const partial = checkReceipt({ ...first(), log: null, stored: null }, vector.trust, certificates);
    expect(partial).toMatchObject({ logged: false, stored: false, stampedAt: verdict.stampedAt });
  });

  it('is refused where its parts do not belong together, or nobody pinned signed it', () => {
    const receipt = first();
    const [, other] = vector.receipts.bids;
    if (!other?.log || !other.stored) throw new Error('no second receipt');
    const check = (change: object) => () =>
      checkReceipt({ ...receipt, ...change }, vector.trust, certificates);
    expect(check({ token: other.token })).toThrow('TIMESTAMP.REFUSED');
    expect(check({ log: other.log })).toThrow('LOG.CHECKPOINT');
    expect(check({ log: { ...receipt.log, blind: b64u.encode(new Uint8Array(32)) } })).toThrow(
      'LOG.CHECKPOINT',
    );
    expect(check({ stored: other.stored })).toThrow('SEAL.RECEIPT');
    const elsewhere = { ...vector.trust, platform: new Set<string>() };
    expect(() => checkReceipt(receipt, elsewhere, certificates)).toThrow('SIGNATURE.UNKNOWN_SIGNER');
    expect(() =>
      checkReceipt(receipt, { ...vector.trust, origin: 'another.example/log' }, certificates),
    ).toThrow('EVIDENCE.TRUST_FILE');
    expect(() =>
      checkArrival(receipt.arrival, receipt.token, { ...vector.trust, tsa: [] }, certificates),
    ).toThrow('TIMESTAMP.REFUSED');
  });
});

describe('a file that is no whole bundle', () => {
  /** What reading the file finds, before any record is judged. */
  const found = async (forge: (bundle: BundleEditor) => BundleEditor): Promise<readonly string[]> => {
    const findings = new Findings();
    await loadEvidence(forge(vector.bundle.copy()).reader(), findings, verifierTools.newHash);
    return findings
      .results()
      .flatMap(({ id, problems }) =>
        problems.map(({ code, subject, blame }) => `${id} ${code} ${subject} ${blame}`),
      );
  };
  interface Index {
    readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
  }
  const files = (change: (list: Index['files']) => Index['files']) => (bundle: BundleEditor) =>
    bundle.edit<Index>('bundle.json', (index) => ({ ...index, files: change(index.files) }));

  it('has no check that holds where its index cannot be read', async () => {
    for (const forge of [
      (bundle: BundleEditor) => bundle.remove('bundle.json'),
      (bundle: BundleEditor) => bundle.set('bundle.json', Buffer.from('{}')),
    ]) {
      const report = await verify(forge(vector.bundle.copy()));
      expect(linesOf(report)).toEqual([expect.stringMatching(/^V21 \S+ bundle\.json bundle$/)]);
      expect(new Set(report.checks.map(({ state }) => state))).toEqual(new Set(['absent', 'fails']));
      expect(report).toMatchObject({ verdict: 'fails', lot: '', audience: '' });
    }
  });

  it('is refused without the log', async () => {
    const without = (path: string) => (bundle: BundleEditor) => bundle.remove(path).index();
    expect(await found(without('log/checkpoint'))).toEqual(['V03 EVIDENCE.MISSING log/ bundle']);
    expect(await found(without('log/proofs.json'))).toEqual(['V03 EVIDENCE.MISSING log/ bundle']);
  });

  it('lists each file once, with its size and hash, and nothing else', async () => {
    const path = 'award.json';
    const change = (to: object) =>
      files((list) => list.map((one) => (one.path === path ? { ...one, ...to } : one)));
    expect(await found(files((list) => [...list, ...list.slice(0, 1)]))).toEqual([
      'V21 EVIDENCE.LISTED_TWICE bundle.json bundle',
    ]);
    expect(await found(change({ size: 1 }))).toEqual([`V21 EVIDENCE.SIZE ${path} bundle`]);
    expect(await found(change({ sha256: 'A'.repeat(43) }))).toEqual([`V21 EVIDENCE.HASH ${path} bundle`]);
    expect(await found((bundle) => bundle.set('more.txt', Buffer.from('x')))).toEqual([
      'V21 EVIDENCE.UNLISTED more.txt bundle',
    ]);
    expect(await found((bundle) => bundle.set('more.txt', Buffer.from('x')).index())).toEqual([
      'V21 EVIDENCE.UNEXPLAINED more.txt bundle',
    ]);
    expect(await found((bundle) => bundle.remove('destroyed/1.json'))).toEqual(
      expect.arrayContaining(['V21 EVIDENCE.MISSING destroyed/1.json bundle']),
    );
  });

  it('holds records in their one byte form, and what is named by its hash under that name', async () => {
    const spaced = (bundle: BundleEditor) =>
      bundle
        .set('destroyed/1.json', Buffer.concat([bundle.bytes('destroyed/1.json'), Buffer.from('\n')]))
        .index();
    expect(await found(spaced)).toContain('V21 RECORD.NOT_CANONICAL destroyed/1.json bundle');
    const other = `certificates/${'A'.repeat(43)}.der`;
    expect(await found((bundle) => bundle.set(other, Buffer.from('x')).index())).toEqual([
      `V21 EVIDENCE.NAME ${other} bundle`,
    ]);
    const named = `certificates/${b64u.encode(sha256(Buffer.from('x')))}.der`;
    expect(await found((bundle) => bundle.set(named, Buffer.from('x')).index())).toEqual([
      expect.stringMatching(/^V01 CERT\.\S+ certificates\/\S+ bundle$/),
    ]);
  });

  it('is a finding, not a crash, where a record that its schema lets pass cannot be used', async () => {
    const report = await verify(
      vector.bundle
        .copy()
        .edit<{ record: object }>('award.json', (signed) => ({
          ...signed,
          record: { ...signed.record, awardedAt: '2026-13-45T25:61:61.000Z' },
        }))
        .index(),
    );
    expect(linesOf(report)).toContain('V20 EVIDENCE.INSTANT award bundle');
  });
});
