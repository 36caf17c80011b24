/** A tender that names an outside time-stamp authority, on the real application and a real second authority. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { toPem, verifyEvidence } from '#trust';
import { verifierTools } from '../support/evidence-forger.ts';
import { describeWith } from '../support/programs.ts';
import { BundleEditor } from '../support/story/bundle-editor.ts';
import { downloadEvidence, problemsOf, verifyFile } from '../support/story/evidence.ts';
import { runOpening, signOpeningRecord } from '../support/story/opening.ts';
import { beginSmallStory } from '../support/story/small-story.ts';
import type { SmallStory } from '../support/story/small-story.ts';
import { POLICY, startTimeAuthority } from '../support/time-authority.ts';
import type { TimeAuthorityServer } from '../support/time-authority.ts';

describeWith('openssl', 'a tender that names an outside time-stamp authority', () => {
  let server: TimeAuthorityServer;
  let small: SmallStory;
  let settings: string;

  beforeAll(async () => {
    server = await startTimeAuthority();
    settings = await mkdtemp(join(tmpdir(), 'outside-'));
    const file = join(settings, 'authorities.json');
    const national = { name: 'national', url: server.url, ca: [toPem([server.root])], policy: POLICY };
    await writeFile(file, JSON.stringify({ everySeconds: 1, timeoutSeconds: 2, authorities: [national] }));
    small = await beginSmallStory(40_000, [0, 1], { TIME_AUTHORITIES_FILE: file });
  }, 200_000);
  afterAll(async () => {
    await small.close();
    await server.close();
    await rm(settings, { recursive: true });
  });

  it('closes on its word, and the evidence holds only with it', async () => {
    const { people, lot, trust, visitor } = small.story;
    await runOpening(people, lot);
    await signOpeningRecord(people, lot);
    const file = await downloadEvidence(visitor, lot.lotId, join(small.folder, 'evidence.zip'));
    const report = await verifyFile(file, trust);
    expect(problemsOf(report)).toEqual([]);
    expect(trust.outside.get('national')?.policy).toBe(POLICY);
    const bundle = await BundleEditor.read(file);
    const stamps = bundle.paths.filter((path) => path.startsWith('times/'));
    expect(stamps.length).toBeGreaterThan(0);
    const without = bundle
      .copy()
      .remove(/^times\//)
      .index();
    const found = problemsOf(await verifyEvidence(without.reader(), trust, verifierTools));
    expect(found.filter((line) => JSON.stringify(line).includes('NO_OUTSIDE_TIME'))).toHaveLength(2);
    expect(found.every((line) => JSON.stringify(line).includes('V08'))).toBe(true);
  }, 200_000);
});
