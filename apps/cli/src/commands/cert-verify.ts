import { z } from 'zod';
import { SystemClock, parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import { hash32, readPem, verifyCertificateChainFiles } from '#trust';
import { mustOption, textOption } from '../command.ts';
import type { CommandSpec, Options } from '../command.ts';
import { cannotTell } from '../failure.ts';
import { readBytes, readText } from '../files.ts';

export const certVerify: CommandSpec = {
  name: 'cert verify',
  summary: 'validate a certificate chain (leaf first, intermediates in any order) against given roots',
  arguments: [{ name: '<chain>', description: 'CHAIN.pem' }],
  options: [
    { flags: '--roots <file>', description: 'trusted roots (PEM)', required: true },
    { flags: '--crls <file>', description: 'CRLs (PEM); without it and --ocsp revocation is not checked' },
    { flags: '--ocsp <file>', description: 'an OCSP response (DER), or several (PEM `OCSP RESPONSE`)' },
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
    const eku = textOption(options, 'eku');
    const crls = textOption(options, 'crls');
    const ocsp = textOption(options, 'ocsp');
    const verdict = verifyCertificateChainFiles({
      chain: await readText(args[0] ?? ''),
      roots: await readText(mustOption(options, 'roots')),
      at: instantOf(options),
      ...(crls === undefined ? {} : { crls: await readText(crls) }),
      ...(ocsp === undefined ? {} : { ocsp: await readResponses(ocsp) }),
      ...(eku === undefined ? {} : { eku }),
    });
    if (!verdict.valid) return refused(verdict.code, verdict.facts);
    const path = verdict.path.map(({ fingerprint }) => fingerprint);
    return { data: { ok: true, code: null, facts: {}, path }, text: ['valid', ...path], exit: 0 };
  },
};

async function readResponses(path: string): Promise<readonly Uint8Array[]> {
  const bytes = await readBytes(path, 1024 * 1024);
  const blocks = readPem(new TextDecoder().decode(bytes), 'OCSP RESPONSE');
  return blocks.ok ? blocks.value : [bytes];
}

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
