import { SystemClock, formatInstant } from '#kernel';
import {
  bindPlan,
  checkDrawTerms,
  checkUnsignedPlan,
  drawPlanHash,
  drawTerms,
  mergeDrawFiles,
  newDrawFile,
  seatEntry,
  systemRandom,
  takeDrawSeat,
  verifyDraw,
  writeDrawFile,
} from '#trust';
import type { DrawFile, DrawTerms } from '#trust';
import { listOption, mustOption, textOption } from '../command.ts';
import type { CommandSpec } from '../command.ts';
import {
  DRAW_FILE,
  PARTY_OPTIONS,
  Party,
  outcome,
  partySchema,
  readDraw,
  readWritten,
} from '../draw/draw-table.ts';
import { cannotTell } from '../failure.ts';
import { createFile, replaceFile } from '../files.ts';
import { KEYSTORE_OPTIONS, openKeystore } from './trustee-keys.ts';

/** What a person writes; the rest follows. */
const TERMS_FILE = {
  schema: drawTerms.omit({
    type: true,
    suite: true,
    n: true,
    sequence: true,
    previous: true,
    createdAt: true,
  }),
  max: 256 * 1024,
  code: 'CLI.DRAW_TERMS',
};

export const drawPlanCommand: CommandSpec = {
  name: 'draw plan',
  summary:
    'begin a draw: who may be drawn for what, who contributes, who holds a key, where the public value comes from',
  arguments: [{ name: '<terms>', description: 'terms.json: the fields of a DRAW-PLAN that people decide' }],
  options: [
    { flags: '--out <file>', description: 'DRAW.json to make', required: true },
    { flags: '--previous <file>', description: 'DRAW.json of the plan before this one, for the same draw' },
    { flags: '--because <reason>', description: 'why another is needed: exhausted or abandoned' },
  ],
  schema: partySchema,
  async run({ args, options }) {
    const terms = await readWritten(args[0] ?? '', TERMS_FILE);
    const previous = textOption(options, 'previous');
    const before = previous === undefined ? null : (await readDraw(previous)).plan.record;
    const reason = textOption(options, 'because');
    if (before && reason !== 'exhausted' && reason !== 'abandoned') throw cannotTell('CLI.DRAW_REASON', {});
    const plan: DrawTerms = {
      ...terms,
      type: 'draw-plan',
      suite: 'P256',
      n: terms.policy.seats.length,
      sequence: (before?.sequence ?? 0) + 1,
      previous: before && {
        plan: drawPlanHash(before),
        reason: reason === 'abandoned' ? reason : 'exhausted',
      },
      createdAt: formatInstant(new SystemClock().now()),
    };
    checkDrawTerms(plan);
    const file = newDrawFile({ ...plan, trustees: [] });
    const out = mustOption(options, 'out');
    await createFile(out, writeDrawFile(file), 0o644);
    return outcome(out, file, 'planned');
  },
};

export const drawAccept: CommandSpec = {
  name: 'draw accept',
  summary:
    'take your seat as a trustee of a draw with a fresh key; once every seat is taken, again: check the plan and sign it',
  arguments: [DRAW_FILE],
  options: [
    ...PARTY_OPTIONS,
    ...KEYSTORE_OPTIONS,
    {
      flags: '--previous <files...>',
      description: 'DRAW.json of earlier plans of this draw, where this is not the first',
    },
  ],
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file, signer, org } = party;
    const keystore = await openKeystore(input.options);
    const { trustees, ...terms } = file.plan.record;
    const own = { org, cert: signer.certificate.fingerprint };
    const held = (await keystore.drawSeats()).filter(
      ({ subject, purpose }) => subject === terms.subject && purpose === terms.purpose,
    );
    const exhausted = await exhaustedPlans(party, listOption(input.options, 'previous'));
    const { seat, givenUp } = takeDrawSeat(terms, own, held, exhausted, systemRandom);
    if (givenUp) await keystore.saveDrawSeat(givenUp);
    await keystore.saveDrawSeat(seat);
    const taken = trustees.find(({ i }) => i === seat.i) ?? seatEntry(seat, terms, systemRandom);
    const all = [...trustees.filter(({ i }) => i !== seat.i), taken].sort((a, b) => a.i - b.i);
    const record = { ...terms, trustees: all };
    if (all.length < terms.n)
      return party.save({ plan: { record, signatures: [] } }, `seat ${String(seat.i)} taken`);
    await keystore.saveDrawSeat(bindPlan(seat, checkUnsignedPlan(record)));
    const plan = await party.cosign({ record, signatures: file.plan.signatures });
    return party.save({ plan }, `seat ${String(seat.i)} signed the plan`);
  },
};

/** Plans whose whole file holds and is used up, by this party's own check. */
async function exhaustedPlans({ trust }: Party, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const reports = await Promise.all(paths.map(async (path) => verifyDraw(await readDraw(path), trust)));
  return new Set(reports.flatMap(({ exhausted, plan }) => (exhausted && plan !== null ? [plan] : [])));
}

export const drawMerge: CommandSpec = {
  name: 'draw merge',
  summary: 'unite copies of one draw that parties completed at the same time',
  arguments: [DRAW_FILE, { name: '<copy>', description: 'another copy; run again for a third' }],
  options: [],
  schema: partySchema,
  async run({ args }) {
    const [path = '', copy = ''] = args;
    const [file, other] = await Promise.all([readDraw(path), readDraw(copy)]);
    const merged: DrawFile = mergeDrawFiles(file, other);
    await replaceFile(path, writeDrawFile(merged), 0o644);
    return outcome(path, merged, `united with ${copy}`);
  },
};
