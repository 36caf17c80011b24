import { z } from 'zod';
import { SystemClock, parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import { hash32, parsePem, validateChain } from '#trust';
import { mustOption, textOption } from '../command.ts';
import type { CommandSpec, Options } from '../command.ts';
import { cannotTell } from '../failure.ts';
import { readCrls, readText } from '../files.ts';

export const certVerify: CommandSpec = {
  name: 'cert verify',
  summary: 'validate a certificate chain (leaf first, intermediates in any order) against given roots',
  arguments: [{ name: '<chain>', description: 'CHAIN.pem' }],
  options: [
    { flags: '--roots <file>', description: 'trusted roots (PEM)', required: true },
    { flags: '--crls <file>', description: 'CRLs (PEM); without it revocation is not checked' },
    { flags: '--at <instant>', description: 'RFC 3339 instant to judge at; default now' },
    { flags: '--eku <oid>', description: 'extended key usage that the leaf must name' },
  ],
  schema: z.strictObject({
    ok: z.boolean(),
    code: z.string().nullable(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    /** Fingerprints, leaf first, root last. */
    path: z.array(hash32),
  }),
  async run({ args, options }) {
    const roots = parsePem(await readText(mustOption(options, 'roots')));
    if (!roots.ok) throw cannotTell('CLI.ROOTS', { cause: roots.error.code });
    const chain = parsePem(await readText(args[0] ?? ''));
    if (!chain.ok) return refused(chain.error.code, chain.error.facts);
    const [leaf, ...intermediates] = chain.value;
    if (!leaf) return refused('PEM.EMPTY', {});
    const eku = textOption(options, 'eku');
    const crls = await readCrls(options);
    const answer = validateChain({
      leaf,
      intermediates,
      roots: roots.value,
      at: instantOf(options),
      keyUsage: null,
      ...(crls ? { crls } : {}),
      ...(eku === undefined ? {} : { eku }),
    });
    if (!answer.ok) return refused(answer.error.code, answer.error.facts);
    const path = answer.value.path.map(({ fingerprint }) => fingerprint);
    return { data: { ok: true, code: null, facts: {}, path }, text: ['valid', ...path], exit: 0 };
  },
};

type Facts = Readonly<Record<string, string | number | boolean | null>>;

const refused = (code: string, facts: Facts) => ({
  data: { ok: false, code, facts, path: [] },
  text: [`refused: ${code} ${JSON.stringify(facts)}`],
  exit: 1 as const,
});

/** RFC 3339 with any offset and precision; a calendar day that does not exist is refused. */
function instantOf(options: Options): Instant {
  const text = textOption(options, 'at');
  if (text === undefined) return new SystemClock().now();
  const [, date, time, fraction, zone] =
    /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  const local = parseInstant(`${date ?? ''}T${time ?? ''}.${(fraction ?? '').slice(0, 3).padEnd(3, '0')}Z`);
  if (local === null || zone === undefined) throw cannotTell('CLI.INSTANT', { at: text });
  const [hours = 0, minutes = 0] = /\d/.test(zone) ? zone.slice(1).split(':').map(Number) : [];
  if (hours > 23 || minutes > 59) throw cannotTell('CLI.INSTANT', { at: text });
  return (local - (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000) as Instant;
}
