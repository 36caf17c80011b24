/** roots.json: what a verifier pins. Nothing in a bundle may replace it. */
import { z } from 'zod';
import { parseInstant, type Instant } from '#kernel';
import { TrustError } from '../encoding/index.ts';
import { parseWitnessKey } from '../log/index.ts';
import type { NoteKey } from '../log/index.ts';
import type { Certificate } from '../pki/certificate.ts';
import { parsePem } from '../pki/pem.ts';
import { anchorsOf, type TrustAnchor } from '../pki/recognition.ts';
import { authorityName, hash32, instantText, objectIdentifier } from '../records/index.ts';

const pem = z.string().max(64 * 1024);

const region = z.string().regex(/^\d{6}$/);

export const trustFile = z.strictObject({
  type: z.literal('trust'),
  /** The log's origin line. */
  origin: z.string().min(1).max(200),
  /** The log's verifier key in C2SP form. */
  log: z.string().min(1).max(400),
  /** Verifier keys of witnesses (C2SP tlog-cosignature): only these count, whatever a tender declares. */
  witnesses: z.array(z.string().max(400)).max(15),
  /** How many of a tender's witnesses must have cosigned, at least; a tender may declare more. */
  q: z.number().int().min(0).max(15),
  ca: z.array(pem).min(1).max(100),
  tsa: z.array(pem).min(1).max(100),
  /** SHA-256 of the certificates that sign as the platform. */
  platform: z.array(hash32).min(1).max(100),
  /** GB/T 2260, six digits: where the platform is. With it, `ca` counts only as far as `recognition` says. */
  region: region.optional(),
  recognition: z
    .array(
      z.strictObject({
        /** SHA-256 of a root in `ca`. */
        ca: hash32,
        regions: z.array(region).min(1).max(50),
        from: instantText,
        until: instantText.nullable(),
      }),
    )
    .max(1000)
    .optional(),
  /** Outside time-stamp authorities by name, each with its own roots; absent for none. */
  outside: z
    .array(
      z.strictObject({
        name: authorityName,
        ca: z.array(pem).min(1).max(8),
        /** Object identifier that its tokens must bear; absent for any. */
        policy: objectIdentifier.optional(),
      }),
    )
    .max(8)
    .optional(),
  /** The log appends dummy leaves, so that a bundle without their account (V06) is not whole; absent for a log without. */
  dummies: z.literal(true).optional(),
});

export interface PinnedTrust {
  readonly origin: string;
  readonly log: string;
  readonly witnesses: readonly NoteKey[];
  readonly q: number;
  readonly ca: readonly TrustAnchor[];
  readonly tsa: readonly Certificate[];
  readonly platform: ReadonlySet<string>;
  readonly outside: ReadonlyMap<string, TimeAuthority>;
  readonly dummies: boolean;
}

/** An outside time-stamp authority as it is pinned. */
export interface TimeAuthority {
  readonly roots: readonly Certificate[];
  /** Null for any. */
  readonly policy: string | null;
}

/** @throws TrustError EVIDENCE.TRUST_FILE: without roots nothing can be told (exit 2), which is not a failed check. */
export function readTrustFile(text: string): PinnedTrust {
  const parsed = trustFile.safeParse(parseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new TrustError('EVIDENCE.TRUST_FILE', {
      path: issue?.path.join('.') ?? '',
      issue: issue?.code ?? '',
    });
  }
  const { origin, log, q, platform } = parsed.data;
  const certificates = (texts: readonly string[]) => texts.flatMap((each) => readRoots(each));
  const { ca, tsa } = parsed.data;
  const outside = (parsed.data.outside ?? []).map(
    (each) => [each.name, { roots: certificates(each.ca), policy: each.policy ?? null }] as const,
  );
  if (new Set(outside.map(([name]) => name)).size !== outside.length)
    throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'outside', issue: 'a name twice' });
  const witnesses = parsed.data.witnesses.map(readWitness);
  if (q > witnesses.length)
    throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'q', issue: 'too few witnesses' });
  return {
    origin,
    log,
    witnesses,
    q,
    ca: anchors(certificates(ca), parsed.data),
    tsa: certificates(tsa),
    platform: new Set(platform),
    outside: new Map(outside),
    dummies: parsed.data.dummies ?? false,
  };
}

function readWitness(vkey: string): NoteKey {
  try {
    return parseWitnessKey(vkey);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'witnesses', issue: error.code });
  }
}

type Table = Pick<z.infer<typeof trustFile>, 'region' | 'recognition'>;

/** Both or neither: a table without a place says nothing, and a place without a table would recognise nobody. */
function anchors(
  roots: readonly Certificate[],
  { region: here, recognition }: Table,
): readonly TrustAnchor[] {
  if (here === undefined && recognition === undefined) return roots;
  if (here === undefined || recognition === undefined)
    throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'recognition', issue: 'without region' });
  const table = recognition.map((line) => ({
    ...line,
    from: instantOf(line.from),
    until: line.until === null ? null : instantOf(line.until),
  }));
  return anchorsOf(roots, here, table);
}

function instantOf(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === null) throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'recognition', issue: 'instant' });
  return parsed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TrustError('EVIDENCE.TRUST_FILE', { path: '', issue: 'not JSON' });
  }
}

function readRoots(text: string): readonly Certificate[] {
  const chain = parsePem(text);
  if (!chain.ok) throw new TrustError('EVIDENCE.TRUST_FILE', { path: 'ca', issue: chain.error.code });
  return chain.value;
}
