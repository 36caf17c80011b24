import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpeningRecord, Signed } from '#trust';
import { BundleReader } from '#trust/node';
import { BundleEditor } from '../support/story/bundle-editor.ts';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { beginSmallStory, finishSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';

let small: SmallStory;
let file: string;
let good: Buffer;
let bundle: BundleEditor;
let [first, second]: string[] = [];
beforeAll(async () => {
  small = await beginSmallStory();
  await finishSmallStory(small);
  file = await downloadEvidence(
    small.story.visitor,
    small.story.lot.lotId,
    join(small.folder, 'evidence.zip'),
  );
  good = await readFile(file);
  bundle = await BundleEditor.read(file);
  [first, second] = small.bids.map(({ c }) => c);
}, 180_000);
afterAll(() => small.close());

const changed = (): string => join(small.folder, 'changed.zip');
const verify = (path: string) => verifyFile(path, small.story.trust);

async function problems(editor: BundleEditor): Promise<string[]> {
  const report = await verify(await editor.write(changed()));
  expect(report.verdict).toBe('fails');
  return problemsOf(report);
}

it('holds as it was downloaded, and is the same file when it is put together again', async () => {
  const report = await verify(file);
  expect(problemsOf(report)).toEqual([]);
  expect(report.verdict).toBe('holds');
  expect((await readFile(await bundle.copy().write(changed()))).equals(good)).toBe(true);
});

describe('a flipped byte', () => {
  /** Where each entry's content lies, by looking for it: the file is stored, not compressed. */
  const places = (): { path: string; from: number; until: number }[] =>
    bundle.paths.map((path) => {
      const header = good.indexOf(Buffer.from(path));
      const from = header + Buffer.byteLength(path);
      return { path, from, until: from + bundle.bytes(path).length };
    });

  async function finding(at: number): Promise<{ path: string | null } | null> {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
    await writeFile(changed(), bad);
    try {
      const reader = await BundleReader.open(changed());
      try {
        return await reader.findDeviation();
      } finally {
        reader.close();
      }
    } catch (error) {
      return { path: (error as { path?: string | null }).path ?? null };
    }
  }

  it('is found in every entry, at its ends and between, and the entry is named', async () => {
    for (const { path, from, until } of places()) {
      const middle = Math.floor((from + until) / 2);
      for (const at of new Set([from, middle, until - 1]))
        if (until > from) expect([path, at, (await finding(at))?.path]).toEqual([path, at, path]);
    }
  }, 120_000);

  it('is found wherever the file has no content: headers, descriptors, directory, end', async () => {
    const content = places();
    const outside: number[] = [];
    for (let at = 0; at < good.length; at++)
      if (!content.some(({ from, until }) => at >= from && at < until)) outside.push(at);
    expect(outside.length).toBeGreaterThan(1000);
    // Every entry is written alike: each 29th byte meets every field of the headers many times over.
    for (const at of outside.filter((_, n) => n % 29 === 0))
      expect([at, (await finding(at)) !== null]).toEqual([at, true]);
  }, 120_000);

  it('makes the verifier fail, and name the entry', async () => {
    for (const path of ['close.json', 'log/checkpoint', 'bundle.json']) {
      const place = places().find((one) => one.path === path);
      const bad = Buffer.from(good);
      bad[place?.from ?? 0] = 0x5b;
      await writeFile(changed(), bad);
      const report = await verify(changed());
      expect([path, report.verdict]).toEqual([path, 'fails']);
      expect(problemsOf(report).join('\n')).toContain(path);
    }
  }, 120_000);
});

describe('a forger who makes every hash of the index fit', () => {
  it('cannot change a price in the record', async () => {
    const found = await problems(
      bundle.copy().edit<Signed<OpeningRecord>>('record.json', (signed) => {
        const [bid, ...others] = signed.record.bids;
        const sheet = bid?.sheet ? { ...bid.sheet, price: '1.00' } : null;
        return { ...signed, record: { ...signed.record, bids: [{ ...bid, sheet }, ...others] } };
      }),
    );
    expect(found.join('\n')).toMatch(/V16 \S+ record\.json/);
    expect(found.join('\n')).toMatch(/V16 EVIDENCE\.OTHER_SHEET/);
    expect(found.join('\n')).toMatch(/V05 EVIDENCE\.NO_INCLUSION_PROOF record\.json/);
  });

  it('cannot drop a bid with its leaf', async () => {
    const editor = bundle.copy().remove(new RegExp(`/${first}(\\.json|/)`));
    editor.edit<{ leaves: { hash: string }[] }>('log/proofs.json', (proofs) => ({
      ...proofs,
      leaves: proofs.leaves.filter(({ hash }) => hash !== first),
    }));
    const found = (await problems(editor)).join('\n');
    expect(found).toContain(`V07 EVIDENCE.NO_COMMIT ${first} platform`);
    expect(found).toContain(`V07 EVIDENCE.NO_RECEIPT ${first} platform`);
    expect(found).toContain(`V05 EVIDENCE.OTHER_LEAF ${first} platform`);
  });

  it('cannot drop a bid from CLOSE as well', async () => {
    const editor = bundle.copy().remove(new RegExp(`/${first}(\\.json|/)`));
    editor.edit<{ record: { accepted: { c: string }[] } }>('close.json', (signed) => {
      const accepted = signed.record.accepted.filter(({ c }) => c !== first);
      return { ...signed, record: { ...signed.record, accepted } };
    });
    const found = (await problems(editor)).join('\n');
    expect(found).toMatch(/V07 SIGNATURE\.\S+ close\.json platform/);
    expect(found).toContain('V05 EVIDENCE.NO_INCLUSION_PROOF close.json platform');
  });

  it('cannot swap the envelopes of two bids', async () => {
    const found = await problems(
      bundle.copy().swap(`envelopes/${first}/E0.sealed`, `envelopes/${second}/E0.sealed`),
    );
    for (const c of [first, second])
      expect(found.join('\n')).toMatch(new RegExp(`V13 SEAL\\.ROOT envelopes/${c}/E0\\.sealed platform`));
  });

  it('cannot swap two bids’ commitments', async () => {
    const found = (
      await problems(bundle.copy().swap(`commits/${first}.json`, `commits/${second}.json`))
    ).join('\n');
    expect(found).toContain(`commits/${first}.json`);
    expect(found).toContain(`commits/${second}.json`);
  });

  it('cannot show one bidder’s receipt for another’s bid', async () => {
    const editor = bundle.copy();
    editor.set(`arrivals/${first}.json`, editor.bytes(`arrivals/${second}.json`));
    const found = (await problems(editor)).join('\n');
    expect(found).toContain(`V21 EVIDENCE.NAME arrivals/${first}.json bundle`);
    expect(found).toMatch(new RegExp(`V08 \\S+ ${first}`));
  });

  it('cannot take away so many shares that fewer than k are left', async () => {
    const found = (await problems(bundle.copy().remove('shares/1-public-2.json'))).join('\n');
    expect(found).toContain('V12 SHARE.TOO_FEW stage 1, public platform');
  });

  it('cannot give a leaf another blind, or another place', async () => {
    const change = (editor: BundleEditor, leaf: object) =>
      editor.edit<{ leaves: { hash: string }[] }>('log/proofs.json', (proofs) => ({
        ...proofs,
        leaves: proofs.leaves.map((one) => (one.hash === first ? { ...one, ...leaf } : one)),
      }));
    for (const leaf of [{ blind: 'A'.repeat(43) }, { index: 0 }]) {
      const found = (await problems(change(bundle.copy(), leaf))).join('\n');
      expect(found).toContain(`V05 EVIDENCE.NOT_IN_LOG ${first} platform`);
    }
  });

  it('cannot show another checkpoint of the same size', async () => {
    const editor = bundle.copy();
    const text = editor.bytes('log/checkpoint').toString().split('\n');
    text[2] = Buffer.alloc(32, 7).toString('base64');
    const found = (await problems(editor.set('log/checkpoint', Buffer.from(text.join('\n'))))).join('\n');
    expect(found).toMatch(/V03 \S+ log\/checkpoint platform/);
  });

  it('cannot slip in what nothing explains', async () => {
    const found = (await problems(bundle.copy().set('extra/note.txt', Buffer.from('trust me')))).join('\n');
    expect(found).toMatch(/V21 \S+ extra\/note\.txt/);
  });

  it('cannot leave out a certificate or a revocation list', async () => {
    const crl = bundle.paths.find((path) => path.startsWith('crls/')) ?? '';
    expect((await problems(bundle.copy().remove(crl))).join('\n')).toContain(`V01 EVIDENCE.MISSING ${crl}`);
    const found = await problems(bundle.copy().remove(/^certificates\//));
    expect(found.some((line) => line.startsWith('V0'))).toBe(true);
  });
});
