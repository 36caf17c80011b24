import fc from 'fast-check';
import { b64u, uint } from '../encoding/bytes.ts';
import { TrustError, canonicalBytes } from '../encoding/index.ts';
import { Ceremony, canonical } from './ceremony.fixture.ts';
import type { Drawn } from './ceremony.fixture.ts';
import { mergeDrawFiles, readDrawFile, writeDrawFile } from './draw-file.ts';
import { verifyDraw } from './verify-draw.ts';

let ceremony: Ceremony;
let drawn: Drawn;

beforeAll(async () => {
  ceremony = await Ceremony.begin();
  drawn = await ceremony.all();
});

const states = (file: Drawn['file']) =>
  Object.fromEntries(verifyDraw(file, ceremony.trust).checks.map(({ id, state }) => [id, state]));

it('a draw that five parties made holds, check by check, and says who was drawn', () => {
  const report = verifyDraw(drawn.file, ceremony.trust);
  expect(report.checks.flatMap(({ problems }) => problems)).toEqual([]);
  expect(report.verdict).toBe('holds');
  expect(report.strata.map(({ members }) => members.length)).toEqual([3, 2]);
  expect(report.strata.flatMap(({ members }) => members).every(({ id }) => id !== null)).toBe(true);
});

it('is unfinished, and never failed, wherever it stands', async () => {
  const file = drawn.file;
  const steps = [
    { dealings: [], dealt: null },
    { pool: null, leaves: [] },
    { ready: null },
    { shares: [] },
    { result: null },
    { names: [] },
  ];
  for (let at = steps.length - 1, rest = file; at >= 0; at--) {
    rest = { ...rest, ...steps[at] };
    expect(verifyDraw(rest, ceremony.trust).verdict).toBe('unfinished');
  }
  expect(states({ ...file, names: [] })['V18.8']).toBe('pending');
});

it('does not hold under roots that did not issue its certificates', async () => {
  const other = await Ceremony.begin();
  expect(verifyDraw(drawn.file, other.trust)).toMatchObject({ verdict: 'fails', strata: [] });
});

it('any byte of the file changed is refused or fails', () => {
  const bytes = writeDrawFile(drawn.file);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = bytes.map((byte, i) => (i === at ? byte ^ by : byte));
      let verdict: string;
      try {
        verdict = verifyDraw(readDrawFile(changed), ceremony.trust).verdict;
      } catch (error) {
        if (!(error instanceof TrustError)) throw error;
        verdict = 'refused';
      }
      expect(['refused', 'fails']).toContain(verdict);
    }),
    { numRuns: 150, seed: 42 },
  );
}, 120_000);

it('has one order: the same parts in another are refused', () => {
  const [first, ...others] = drawn.file.shares;
  const file = { ...drawn.file, shares: [...others, ...(first ? [first] : [])] };
  expect(states(file)['V18.1']).toBe('fails');
  expect(writeDrawFile(file)).toEqual(writeDrawFile(drawn.file));
});

it('is never written so that nobody could read it again', () => {
  const stranger = (at: number): string => b64u.encode(uint(at, 32));
  const certificates = Array.from({ length: 201 }, (_, at) => stranger(at));
  expect(() => writeDrawFile({ ...drawn.file, certificates: certificates.slice(1) })).not.toThrow();
  expect(() => writeDrawFile({ ...drawn.file, certificates })).toThrow(
    expect.objectContaining({ code: 'RECORD.SCHEMA' }),
  );
});

it('copies that parties worked on apart become one, whoever comes first', () => {
  const { file } = drawn;
  const [a, b, c] = file.shares.map((share) => ({ ...file, shares: [share], names: [] }));
  const merged = mergeDrawFiles(mergeDrawFiles(c as typeof file, a as typeof file), {
    ...(b as typeof file),
    names: file.names,
  });
  expect(canonicalBytes(canonical(merged))).toEqual(canonicalBytes(file));
  const other = {
    ...file,
    dealt: file.dealt && {
      ...file.dealt,
      record: { ...file.dealt.record, closedAt: '2026-03-02T10:00:00.001Z' },
    },
  };
  expect(() => mergeDrawFiles(file, other)).toThrow(expect.objectContaining({ code: 'DRAW.FILE' }));
});

it('any three trustees, or all dealers without one, come to the same result; two trustees to none', async () => {
  const { shares: _, ...rest } = drawn.file;
  const sealed = { ...drawn, file: { ...rest, shares: [] } };
  const result = (file: Drawn['file']) => verifyDraw(file, ceremony.trust);
  for (const seats of [
    [1, 2, 4],
    [2, 3, 4, 5],
  ])
    expect(result((await ceremony.open(sealed, seats)).file).verdict).toBe('holds');
  expect(result((await ceremony.reveal(sealed)).file).verdict).toBe('holds');
  expect(result((await ceremony.open(sealed, [2, 4])).file).verdict).toBe('unfinished');
  expect(result((await ceremony.reveal(sealed, ['centre', 'tenderee'])).file).verdict).toBe('unfinished');
}, 60_000);
