import {
  parseRecord,
  drawChange,
  drawCosignedValue,
  hashText,
  permitOpening,
  permitReady,
  openContributions,
  decodeScalar,
  systemRandom,
  planStep,
  contributionsStep,
  poolStep,
  readyStep,
  openingStep,
  computedStrata,
  drawDealings,
  resultStep,
  changesStep,
  everDrawn,
  firstConflict,
  openNames,
  standingAfter,
} from '#trust';
import type { DrawChange, DrawFile, DrawReady, DrawResult, DrawValue } from '#trust';
import { flagOption, mustOption, textOption } from '../command.ts';
import type { CommandSpec, Options } from '../command.ts';
import { DRAW_FILE, PARTY_OPTIONS, Party, READING, partySchema } from '../draw/draw-table.ts';
import { CommandFailure, cannotTell } from '../failure.ts';
import { readBytes } from '../files.ts';
import { checkedSave, readKeptSecret, readSealedPool } from './draw-contribute.ts';
import { openKeystore } from './trustee-keys.ts';

const OWN_KEYSTORE = [
  { flags: '--keystore <folder>', description: 'where your seat in the draw is kept' },
  {
    flags: '--passphrase-file <file>',
    description: 'the keystore’s passphrase, first line; else GLASSHALL_KEYSTORE_PASSPHRASE',
  },
] as const;

const there = <T>(record: T | null, part: string): T => {
  if (record === null) throw cannotTell('CLI.DRAW_MISSING', { part });
  return record;
};

export const drawReady: CommandSpec = {
  name: 'draw ready',
  summary:
    'fix the public value before anything opens: as the organiser, then as the regulator with --keystore, who signs one for each draw',
  arguments: [DRAW_FILE],
  options: [
    ...PARTY_OPTIONS,
    READING,
    {
      flags: '--cosigned <file>',
      description: 'JSON {checkpoint, blind, index, proof}, where witnesses are the source',
    },
    ...OWN_KEYSTORE,
  ],
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file, at, now } = party;
    const reading = textOption(input.options, 'value') ?? null;
    if (file.ready) {
      const { record } = file.ready;
      const keystore = await openKeystore(input.options);
      // Kept before the signature leaves: a second value for this draw is refused from here on.
      const seat = permitReady(file, record, await party.seat(keystore), { at, now, reading });
      await keystore.saveDrawSeat(seat);
      return party.save({ ready: await party.cosign(file.ready) }, 'public value signed');
    }
    const checked = planStep(file, at);
    const pool = poolStep(file, checked, contributionsStep(file, checked, at), at);
    const value = await valueOf(file, input.options, reading);
    const record: DrawReady = {
      type: 'draw-ready',
      plan: checked.hash,
      dealt: pool.dealt,
      pool: hashText('draw-pool', pool),
      value,
      fixedAt: party.nowText,
    };
    return party.save({ ready: await party.sign(record) }, 'public value named');
  },
};

async function valueOf({ plan }: DrawFile, options: Options, text: string | null): Promise<DrawValue> {
  const { kind } = plan.record.source;
  if (kind === 'witnesses') {
    const path = there(textOption(options, 'cosigned') ?? null, '--cosigned');
    return { kind, ...parseRecord(drawCosignedValue, await readBytes(path, 64 * 1024)) };
  }
  return { kind, text: there(text, '--value') };
}

export const drawOpen: CommandSpec = {
  name: 'draw open',
  summary:
    'as a trustee: check the draw and release your shares of it, once; as a party that contributed, with --kept: open your own contribution',
  arguments: [DRAW_FILE],
  options: [
    ...PARTY_OPTIONS,
    READING,
    ...OWN_KEYSTORE,
    { flags: '--kept <file>', description: 'the secret that `draw deal --keep` wrote' },
  ],
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const kept = textOption(input.options, 'kept');
    if (kept !== undefined) return reveal(party, kept);
    const { file, at, now } = party;
    const keystore = await openKeystore(input.options);
    const reading = textOption(input.options, 'value') ?? null;
    const permitted = permitOpening(file, await party.seat(keystore), { at, now, reading });
    await keystore.saveDrawSeat(permitted.seat);
    const { i } = permitted.seat;
    const x = decodeScalar(permitted.seat.x ?? '');
    const dealings = drawDealings(file);
    const record = openContributions({ x, i, ready: permitted.ready, dealings, random: systemRandom });
    const others = file.shares.filter((each) => each.record.i !== i);
    return party.save({ shares: [...others, await party.sign(record)] }, `seat ${String(i)} opened`);
  },
};

async function reveal(party: Party, path: string) {
  const { file, at } = party;
  const { plan, dealer, s } = await readKeptSecret(path);
  const checked = planStep(file, at);
  const ready = readyStep(
    file,
    checked,
    poolStep(file, checked, contributionsStep(file, checked, at), at),
    at,
  );
  if (plan !== checked.hash || dealer !== party.org)
    throw new CommandFailure('CLI.DRAW_SECRET', { plan, dealer });
  const record = { type: 'draw-reveal', plan, ready: hashText('draw-ready', ready), dealer, s } as const;
  const others = file.reveals.filter((each) => each.record.dealer !== dealer);
  return party.save({ reveals: [...others, await party.sign(record)] }, 'contribution opened');
}

/** Everything up to the seed, checked. */
function drawn({ file, at }: Party) {
  const checked = planStep(file, at);
  const pool = poolStep(file, checked, contributionsStep(file, checked, at), at);
  const ready = readyStep(file, checked, pool, at);
  return { checked, pool, ready, seed: openingStep(file, checked, ready, at) };
}

export const drawResult: CommandSpec = {
  name: 'draw result',
  summary: 'as the organiser: compute who is drawn and sign it; the names stay sealed',
  arguments: [DRAW_FILE],
  options: PARTY_OPTIONS,
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file } = party;
    if (file.result) throw new CommandFailure('CLI.DRAW_DONE', { part: 'result' });
    const so = drawn(party);
    const record: DrawResult = {
      type: 'draw-result',
      plan: so.checked.hash,
      ready: hashText('draw-ready', so.ready),
      strata: computedStrata(file, so.checked, so.pool, so.seed),
      drawnAt: party.nowText,
    };
    const result = await party.sign(record);
    return checkedSave(party, { result }, 'drawn', (next) => resultStep(next, so.checked, so, party.at));
  },
};

export const drawReplace: CommandSpec = {
  name: 'draw replace',
  summary:
    'as the organiser: a member goes and the next of the permutation comes, with --sealed also whoever the plan keeps apart; as the regulator, without either: sign the replacements',
  arguments: [DRAW_FILE],
  options: [
    ...PARTY_OPTIONS,
    { flags: '--leaf <leaf>', description: 'the member who goes' },
    {
      flags: '--ground <ground>',
      description: 'why: declined, absent, relative, interest, sanctioned, booked…',
    },
    {
      flags: '--sealed <file>',
      description: 'the entries that `draw pool` kept: finds everybody whom the plan keeps apart',
    },
  ],
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file } = party;
    const so = drawn(party);
    const result = resultStep({ ...file, result: there(file.result, 'result') }, so.checked, so, party.at);
    const leaf = textOption(input.options, 'leaf');
    const sealed = textOption(input.options, 'sealed');
    if (leaf === undefined && sealed === undefined) {
      const changes = await Promise.all(file.changes.map((change) => party.cosign(change)));
      const check = (next: DrawFile) => changesStep(next, so.checked, result, party.at);
      return checkedSave(party, { changes }, `${String(changes.length)} replacements signed`, check);
    }
    const records = file.changes.map(({ record }) => record);
    const add = (gone: string, ground: string): void => {
      records.push(changeOf(result, records, gone, ground, party.nowText));
    };
    if (leaf !== undefined) add(leaf, mustOption(input.options, 'ground'));
    if (sealed !== undefined)
      addConflicts(party, result, records, (await readSealedPool(sealed)).entries, add);
    const fresh = await Promise.all(records.slice(file.changes.length).map((record) => party.sign(record)));
    return party.save({ changes: [...file.changes, ...fresh] }, `${String(fresh.length)} replacements`);
  },
};

const changeOf = (
  result: DrawResult,
  before: readonly DrawChange[],
  leaf: string,
  ground: string,
  at: string,
): DrawChange => {
  const parsed = drawChange.shape.ground.safeParse(ground);
  if (!parsed.success) throw cannotTell('CLI.DRAW_GROUND', { ground });
  const change: DrawChange = {
    type: 'draw-change',
    plan: result.plan,
    result: hashText('draw-result', result),
    sequence: before.length + 1,
    leaf,
    ground: parsed.data,
    at,
  };
  standingAfter(result, [...before, change]);
  return change;
};

/** Whoever cannot stand beside those before it goes, one after the other, until nobody must. */
function addConflicts(
  { file }: Party,
  result: DrawResult,
  records: readonly DrawChange[],
  entries: DrawFile['names'],
  add: (leaf: string, ground: string) => void,
): void {
  const opened = openNames(result.plan, file.leaves, entries);
  for (;;) {
    const members = standingAfter(result, records).strata.flatMap((stratum) => stratum.members);
    const conflict = firstConflict(file.plan.record, members, opened);
    if (!conflict) return;
    add(conflict.leaf, conflict.ground);
  }
}

export const drawNames: CommandSpec = {
  name: 'draw names',
  summary:
    'once the result may be known: publish the names and salts of those who were drawn, or with --all of the whole pool for an auditor',
  arguments: [DRAW_FILE],
  options: [
    ...PARTY_OPTIONS,
    { flags: '--sealed <file>', description: 'the entries that `draw pool` kept', required: true },
    { flags: '--all', description: 'the whole pool' },
  ],
  schema: partySchema,
  async run(input) {
    const party = await Party.sit(input);
    const { file } = party;
    const result = there(file.result, 'result').record;
    const { entries } = await readSealedPool(mustOption(input.options, 'sealed'));
    openNames(result.plan, file.leaves, entries);
    const shown = new Set(
      everDrawn(
        result,
        file.changes.map(({ record }) => record),
      ),
    );
    const all = flagOption(input.options, 'all');
    const names = entries.filter((entry) => all || shown.has(hashText('draw-entry', entry)));
    return party.save({ names }, `${String(names.length)} names`);
  },
};
