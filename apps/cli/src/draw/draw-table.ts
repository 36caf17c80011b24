/** What the draw's commands have in common: one DRAW.json, which each party completes by its part and hands on. */
import { z } from 'zod';
import { SystemClock, formatInstant } from '#kernel';
import type { Instant } from '#kernel';
import {
  MAX_DRAW_BYTES,
  b64u,
  drawCertificates,
  drawPurpose,
  readDrawFile,
  signRecord,
  uuid,
  writeDrawFile,
} from '#trust';
import type { CertificatesAt, DrawFile, DrawSeat, DrawTrust, Signed, Signer } from '#trust';
import { textOption } from '../command.ts';
import type { Input, Options, Outcome } from '../command.ts';
import { CommandFailure, cannotTell } from '../failure.ts';
import { CRLS, P12, PASSWORD, TRUST, readBytes, readSigner, readTrust, replaceFile } from '../files.ts';
import type { FolderKeystore } from '../trustee/folder-keystore.ts';

export const DRAW_FILE = { name: '<draw>', description: 'DRAW.json, which is completed in place' } as const;
export const PARTY_OPTIONS = [TRUST, CRLS, P12, PASSWORD] as const;
export const READING = {
  flags: '--value <text>',
  description: 'the public value as you read it yourself at its declared source',
} as const;

export async function readDraw(path: string): Promise<DrawFile> {
  return readDrawFile(await readBytes(path, MAX_DRAW_BYTES));
}

/** The reader's own roots; revocation is checked where lists were given. */
export async function readDrawTrust(options: Options): Promise<DrawTrust> {
  const { ca, crls } = await readTrust(options);
  return { ca, ...(textOption(options, 'crls') === undefined ? {} : { crls }) };
}

/** Whose turn it is in a draw's file. */
const NEXT = ['accept', 'deal', 'close', 'pool', 'ready', 'open', 'result', 'names', 'verify'] as const;
type Next = (typeof NEXT)[number];

export const partySchema = z.strictObject({
  ok: z.literal(true),
  file: z.string(),
  subject: uuid,
  purpose: drawPurpose,
  /** What this call did. */
  done: z.string(),
  /** The command that the draw waits for. */
  next: z.enum(NEXT),
});

function nextOf({ plan, dealings, dealt, pool, ready, shares, reveals, result, names }: DrawFile): Next {
  const { n, k, dealers } = plan.record;
  if (plan.record.trustees.length < n || plan.signatures.length < n) return 'accept';
  if (dealings.length < dealers.length) return 'deal';
  if (!dealt) return 'close';
  if ((pool?.signatures.length ?? 0) < 2) return 'pool';
  if ((ready?.signatures.length ?? 0) < 2) return 'ready';
  if (!result && shares.length < k && reveals.length < dealers.length) return 'open';
  if (!result) return 'result';
  return names.length === 0 ? 'names' : 'verify';
}

/** A party at the table: the file, its own certificate and roots, its own clock. */
export class Party {
  private constructor(
    readonly path: string,
    readonly file: DrawFile,
    readonly signer: Signer,
    readonly trust: DrawTrust,
    readonly now: Instant,
  ) {}

  static async sit({ args, options }: Input): Promise<Party> {
    const [path = ''] = args;
    const [file, signer, trust] = await Promise.all([
      readDraw(path),
      readSigner(options),
      readDrawTrust(options),
    ]);
    return new Party(path, file, signer, trust, new SystemClock().now());
  }

  get org(): string {
    return this.signer.certificate.holder.creditCode ?? '';
  }

  get nowText(): string {
    return formatInstant(this.now);
  }

  /** With the own certificates too, which the file holds only after the first own signature. */
  get at(): CertificatesAt {
    return drawCertificates({ certificates: this.withOwnCertificates() }, this.trust).at;
  }

  async sign<T extends { readonly type: string }>(record: T): Promise<SigningOf<T>> {
    const { signatures } = await signRecord(record.type, record, [this.signer]);
    return { record, signatures: [...signatures] };
  }

  /** The own signature beside those that are there. */
  async cosign<T extends { readonly type: string }>(signed: Signed<T>): Promise<SigningOf<T>> {
    const own = await this.sign(signed.record);
    const { fingerprint } = this.signer.certificate;
    return {
      record: signed.record,
      signatures: [...signed.signatures.filter(({ signer }) => signer !== fingerprint), ...own.signatures],
    };
  }

  /** The regulator's or a trustee's memory of this plan. @throws CommandFailure DRAW.SEAT */
  async seat(keystore: FolderKeystore): Promise<DrawSeat> {
    const own = this.file.plan.record.trustees.find(
      ({ cert }) => cert === this.signer.certificate.fingerprint,
    );
    const seats = await keystore.drawSeats();
    const { subject, purpose, sequence } = this.file.plan.record;
    const seat = seats.find(
      (each) =>
        own !== undefined &&
        each.cert === own.cert &&
        each.subject === subject &&
        each.purpose === purpose &&
        each.sequence === sequence &&
        each.plan !== null,
    );
    if (!seat) throw new CommandFailure('DRAW.SEAT', { org: this.org });
    return seat;
  }

  /** Writes the file in one step, durably, with the own certificates. */
  async save(change: Partial<DrawFile>, done: string): Promise<Outcome> {
    const file: DrawFile = { ...this.file, ...change, certificates: this.withOwnCertificates() };
    await replaceFile(this.path, writeDrawFile(file), 0o644);
    return outcome(this.path, file, done);
  }

  private withOwnCertificates(): string[] {
    const own = [this.signer.certificate, ...this.signer.chain].map(({ der }) => b64u.encode(der));
    return [...new Set([...this.file.certificates, ...own])];
  }
}

type SigningOf<T> = { record: T; signatures: { signer: string; sig: string }[] };

export function outcome(path: string, file: DrawFile, done: string): Outcome {
  const { subject, purpose } = file.plan.record;
  const next = nextOf(file);
  return {
    data: { ok: true, file: path, subject, purpose, done, next },
    text: [`${path}: ${done}`, `next: glasshall draw ${next}`],
    exit: 0,
  };
}

/**
 * JSON that a person wrote, in any layout.
 * @throws CommandFailure `code` with the first field that is wrong
 */
export async function readWritten<T>(
  path: string,
  { schema, max, code }: { readonly schema: z.ZodType<T>; readonly max: number; readonly code: string },
): Promise<T> {
  const text = new TextDecoder().decode(await readBytes(path, max));
  let json: unknown;
  try {
    json = JSON.parse(text) as unknown;
  } catch {
    throw cannotTell(code, { path, issue: 'not JSON' });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CommandFailure(code, { path: issue?.path.join('.') ?? '', issue: issue?.code ?? '' });
}
