import { createHash, randomBytes } from 'node:crypto';
import { formatInstant } from '#kernel';
import type { Instant } from '#kernel';
import {
  edPublicKey,
  formatVkey,
  formatWitnessKey,
  parseCheckpoint,
  parseNote,
  parseVkey,
  parseWitnessKey,
  utf8,
} from '#trust';
import type { Checkpoint, NoteKey, NoteSigner } from '#trust';
import { DurableFolder } from './durable-folder.ts';

/** How many notes without a good proof are kept of one log: whoever has its notes can send them again and again. */
const UNPROVED = 8;
const NOTE = /^(\d{12})\.note$/;
const EQUIVOCATION = 'equivocation.json';

/** What this witness knows of one log. */
export interface LogState {
  /** Counts the checkpoints that were cosigned; 0 before the first. */
  readonly seq: number;
  readonly note: string | null;
  readonly checkpoint: Checkpoint | null;
  /** The log signed two trees of one size. */
  readonly refused: boolean;
}

/** Two notes of one log that do not fit together, as they came. */
export interface KeptNotes {
  readonly cosigned: string;
  readonly other: string;
  readonly foundAt: string;
}

/** The name below which a log's state lies and is served: 32 hexadecimal digits of SHA-256 over its origin. */
export const logId = (origin: string): string =>
  createHash('sha256').update(origin).digest('hex').slice(0, 32);

const fileOf = (seq: number): string => `${String(seq).padStart(12, '0')}.note`;

/**
 * The state of a witness in one folder: `witness.key`, `witness.name`, `logs` (the operator's list, one verifier key a
 * line, read anew for every request) and below `state/` what was cosigned. Nothing is locked: a checkpoint is the next
 * file in a row, and a file can be made only once, so that of two requests, or of two processes on one folder, that go
 * on from the same checkpoint one succeeds.
 */
export class WitnessState {
  private constructor(
    private readonly folder: DurableFolder,
    readonly signer: NoteSigner & NoteKey,
  ) {}

  /** Makes the key at the first start. The name is part of the key: it stays what it was then. */
  static async open(path: string, name: string): Promise<WitnessState> {
    const folder = await DurableFolder.open(path);
    await folder.make('state');
    const secret = await readOrCreate(folder, 'witness.key', () => new Uint8Array(randomBytes(32)));
    if (secret.length !== 32) throw new Error(`${path}/witness.key: 32 bytes are expected`);
    const known = utf8.decode(await readOrCreate(folder, 'witness.name', () => utf8.encode(name)));
    if (known !== name) throw new Error(`${path}: this witness was begun as ${known}`);
    const signer = { name, secret, publicKey: edPublicKey(secret) };
    // A name that no key may have, or a list that cannot be read, is said at the start.
    parseWitnessKey(formatWitnessKey(signer));
    const state = new WitnessState(folder, signer);
    await state.logs();
    return state;
  }

  /** The logs to be witnessed. @throws TrustError NOTE.KEY for a line that is no verifier key */
  async logs(): Promise<NoteKey[]> {
    const lines = utf8.decode((await this.folder.read('logs')) ?? new Uint8Array()).split('\n');
    return lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => parseVkey(line));
  }

  /** Adds logs to the operator's list. */
  async watch(keys: readonly NoteKey[]): Promise<void> {
    const known = new Set((await this.logs()).map((key) => formatVkey(key)));
    const added = keys.map((key) => formatVkey(key)).filter((vkey) => !known.has(vkey));
    if (added.length === 0) return;
    const before = utf8.decode((await this.folder.read('logs')) ?? new Uint8Array());
    const text = before === '' || before.endsWith('\n') ? before : `${before}\n`;
    await this.folder.replace('logs', utf8.encode(`${text}${added.join('\n')}\n`));
  }

  async of(origin: string): Promise<LogState> {
    const at = `state/${logId(origin)}`;
    for (;;) {
      const names = await this.folder.list(at);
      const seq = newest(names);
      const refused = names.includes(EQUIVOCATION);
      if (seq === 0) return { seq, note: null, checkpoint: null, refused };
      const bytes = await this.folder.read(`${at}/${fileOf(seq)}`);
      // Gone: another request has gone on, and has removed what it went on from.
      if (bytes === null) continue;
      const note = utf8.decode(bytes);
      return { seq, note, checkpoint: parseCheckpoint(parseNote(note).text), refused };
    }
  }

  /**
   * Goes on from `seq` to this note; durable when it returns true. False: another request went on from there first, or
   * the log was refused meanwhile; what is known has to be read anew.
   */
  async advance(origin: string, seq: number, note: string): Promise<boolean> {
    const at = `state/${logId(origin)}`;
    await this.folder.make(at);
    if (!(await this.folder.create(`${at}/${fileOf(seq + 1)}`, utf8.encode(note)))) return false;
    const names = await this.folder.list(at);
    // A request that was very slow may have put its file where others have gone on and tidied up behind them.
    if (newest(names) !== seq + 1 || names.includes(EQUIVOCATION)) return false;
    const old = names.filter((name) => Number(NOTE.exec(name)?.[1] ?? Infinity) <= seq);
    for (const name of old) await this.folder.remove(`${at}/${name}`);
    return true;
  }

  /** Keeps two notes that prove that the log signed two trees of one size. From then on the log is refused. */
  async keepEquivocation(origin: string, cosigned: string, other: string, now: Instant): Promise<void> {
    const kept: KeptNotes = { cosigned, other, foundAt: formatInstant(now) };
    await this.folder.create(`state/${logId(origin)}/${EQUIVOCATION}`, utf8.encode(JSON.stringify(kept)));
  }

  /** Keeps the newest few notes of the log that came without a good proof. */
  async keepUnproved(origin: string, cosigned: string | null, other: string, now: Instant): Promise<void> {
    const known = await this.unproved(origin);
    if (cosigned === null || known.some((one) => one.other === other)) return;
    const kept = [...known, { cosigned, other, foundAt: formatInstant(now) }].slice(-UNPROVED);
    await this.folder.replace(`state/${logId(origin)}/unproved.json`, utf8.encode(JSON.stringify(kept)));
  }

  async equivocation(origin: string): Promise<KeptNotes | null> {
    const bytes = await this.folder.read(`state/${logId(origin)}/${EQUIVOCATION}`);
    return bytes && (JSON.parse(utf8.decode(bytes)) as KeptNotes);
  }

  async unproved(origin: string): Promise<KeptNotes[]> {
    const bytes = await this.folder.read(`state/${logId(origin)}/unproved.json`);
    return bytes ? (JSON.parse(utf8.decode(bytes)) as KeptNotes[]) : [];
  }
}

const newest = (names: readonly string[]): number =>
  names.reduce((most, name) => Math.max(most, Number(NOTE.exec(name)?.[1] ?? 0)), 0);

async function readOrCreate(
  folder: DurableFolder,
  name: string,
  make: () => Uint8Array,
): Promise<Uint8Array> {
  const known = await folder.read(name);
  if (known) return known;
  await folder.create(name, make());
  return (await folder.read(name)) ?? new Uint8Array();
}
