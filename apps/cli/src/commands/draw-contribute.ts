import { z } from 'zod';
import {
  buildPool,
  canonicalBytes,
  checkContributions,
  closeContributions,
  contributionsStep,
  creditCode,
  drawDealings,
  drawEntry,
  drawReveal,
  encodeScalar,
  hash32,
  makeContribution,
  parseRecord,
  permitPool,
  planStep,
  scalar,
  shortText,
  strikeGround,
  systemRandom,
} from '#trust';
import type { DrawFile, PoolRow } from '#trust';
import { textOption } from '../command.ts';
import type { CommandSpec, Outcome } from '../command.ts';
import { DRAW_FILE, PARTY_OPTIONS, Party, partySchema, readWritten } from '../draw/draw-table.ts';
import { CommandFailure, cannotTell } from '../failure.ts';
import { createFile, readBytes } from '../files.ts';

const MAX_ROWS_BYTES = 64 * 1024 * 1024;

/** What a dealer may keep, to open its contribution itself should the trustees fail. */
const keptSecret = z.strictObject({
  type: z.literal('draw-secret'),
  plan: hash32,
  dealer: drawReveal.shape.dealer,
  s: scalar,
});
export const readKeptSecret = async (path: string): Promise<z.infer<typeof keptSecret>> =>
  parseRecord(keptSecret, await readBytes(path, 64 * 1024));

/** The pool with its salts: secret until the result may be known. */
const sealedPool = z.strictObject({
  type: z.literal('draw-pool-entries'),
  plan: hash32,
  entries: z.array(drawEntry).max(200_000),
});
export const readSealedPool = async (path: string): Promise<z.infer<typeof sealedPool>> =>
  parseRecord(sealedPool, await readBytes(path, MAX_ROWS_BYTES), MAX_ROWS_BYTES);

const rowsSchema = z
  .array(
    z.strictObject({
      stratum: shortText,
      id: shortText,
      name: shortText,
      employer: creditCode.nullable(),
      struck: strikeGround.optional(),
    }),
  )
  .max(200_000);
const ROWS_FILE = { schema: rowsSchema, max: MAX_ROWS_BYTES, code: 'CLI.DRAW_ROWS' };

export const drawDeal: CommandSpec = {
  name: 'draw deal',
  summary: 'contribute to a draw: a fresh secret, sealed to its trustees and signed',
  arguments: [DRAW_FILE],
  options: [
    ...PARTY_OPTIONS,
    {
      flags: '--keep <file>',
      description: 'keep the secret here, to open it yourself should the trustees fail',
    },
  ],
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file, org } = party;
    if (file.dealings.some(({ record }) => record.dealer === org))
      throw new CommandFailure('CLI.DRAW_DONE', { dealer: org });
    const checked = planStep(file, party.at);
    const { record, secret } = makeContribution(checked, org, systemRandom);
    const keep = textOption(input.options, 'keep');
    if (keep !== undefined)
      await createFile(
        keep,
        canonicalBytes({ type: 'draw-secret', plan: checked.hash, dealer: org, s: encodeScalar(secret) }),
      );
    return party.save({ dealings: [...file.dealings, await party.sign(record)] }, 'contributed');
  },
};

export const drawClose: CommandSpec = {
  name: 'draw close',
  summary: 'as the organiser: close the list of contributions, once every party of the plan has made its own',
  arguments: [DRAW_FILE],
  options: PARTY_OPTIONS,
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file, at, now } = party;
    if (file.dealt) throw new CommandFailure('CLI.DRAW_DONE', { part: 'dealt' });
    const checked = planStep(file, at);
    checkContributions(checked, file.dealings, at(now));
    const dealt = await party.sign(closeContributions(checked, drawDealings(file), party.nowText));
    return checkedSave(party, { dealt }, 'closed', (next) => contributionsStep(next, checked, party.at));
  },
};

/** Nothing is written that its own check would refuse: for instance under another organisation's certificate. */
export async function checkedSave(
  party: Party,
  change: Partial<DrawFile>,
  done: string,
  check: (next: DrawFile) => unknown,
): Promise<Outcome> {
  check({ ...party.file, ...change });
  return party.save(change, done);
}

export const drawPool: CommandSpec = {
  name: 'draw pool',
  summary:
    'as the organiser, with --rows: commit to those who may be drawn; as the regulator: check the pool and sign it, before the public value is known',
  arguments: [DRAW_FILE],
  options: [
    ...PARTY_OPTIONS,
    { flags: '--rows <file>', description: 'JSON list of {stratum, id, name, employer, struck?}' },
    {
      flags: '--sealed <file>',
      description: 'where the entries with their salts are kept, secret until the result',
    },
  ],
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file, at, now } = party;
    const rows = textOption(input.options, 'rows');
    if (rows === undefined) {
      if (!file.pool) throw cannotTell('CLI.DRAW_MISSING', { part: 'pool' });
      permitPool(file, file.pool.record, { at, now });
      return party.save({ pool: await party.cosign(file.pool) }, 'pool signed');
    }
    if (file.pool) throw new CommandFailure('CLI.DRAW_DONE', { part: 'pool' });
    const sealed = textOption(input.options, 'sealed');
    if (sealed === undefined) throw cannotTell('CLI.DRAW_MISSING', { option: '--sealed' });
    const checked = planStep(file, at);
    const dealt = contributionsStep(file, checked, at);
    const list = (await readWritten(rows, ROWS_FILE)).map(rowOf);
    const built = buildPool(checked, dealt, list, party.nowText, systemRandom);
    const { entries } = built;
    const bytes = canonicalBytes({ type: 'draw-pool-entries', plan: checked.hash, entries });
    // Salts make it longer than the rows; what could never be read again is not sealed.
    if (bytes.length > MAX_ROWS_BYTES)
      throw new CommandFailure('CLI.FILE_TOO_LARGE', {
        path: sealed,
        size: bytes.length,
        max: MAX_ROWS_BYTES,
      });
    await createFile(sealed, bytes);
    const leaves = built.strata.map((each) => ({ name: each.name, leaves: [...each.leaves] }));
    return party.save({ pool: await party.sign(built.record), leaves }, 'pool made');
  },
};

const rowOf = ({ struck, ...row }: z.infer<typeof rowsSchema>[number]): PoolRow =>
  struck === undefined ? row : { ...row, struck };
