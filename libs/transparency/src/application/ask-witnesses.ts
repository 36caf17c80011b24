import type { UnitOfWork } from '#persistence';
import {
  consistencyProofFromTiles,
  cosignaturesOf,
  formatAddCheckpoint,
  parseWitnessKey,
  TrustError,
  withSignatures,
} from '#trust';
import type { NoteKey } from '#trust';
import type { CosignatureStore } from '../infrastructure/cosignature-store.ts';
import type { LogStore, StoredCheckpoint } from '../infrastructure/log-store.ts';
import type { TileStore } from '../infrastructure/tile-store.ts';
import type { WitnessSetting } from './transparency-settings.ts';

/** A witness that takes longer has to wait for the next round. */
const ANSWER_MS = 3_000;
const MAX_ANSWER = 16 * 1024;
/** After a failure a witness is left alone, longer each time, so that one that is away delays no round of the others. */
const REST_MS = 1_000;
const LONGEST_REST_MS = 30_000;
/** Once to learn its size, once to be cosigned; once more where another process of ours was faster. */
const ATTEMPTS = 3;

interface Standing {
  /** The size that it cosigned last; null: not known to this process. */
  size: number | null;
  failures: number;
  restUntil: number;
}

/**
 * Asks every witness for a cosignature on the newest checkpoint (C2SP tlog-witness), all at once and of the same one, so
 * that a quorum meets on it. The log itself waits for none of them.
 */
export class AskWitnesses {
  private readonly witnesses: readonly { readonly setting: WitnessSetting; readonly key: NoteKey }[];
  private readonly standings = new Map<string, Standing>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly log: LogStore,
    private readonly cosignatures: CosignatureStore,
    private readonly tiles: TileStore,
    settings: readonly WitnessSetting[],
  ) {
    this.witnesses = settings.map((setting) => ({ setting, key: parseWitnessKey(setting.vkey) }));
  }

  /** A round. @throws Error naming the witnesses that failed for the first time since they last answered */
  async tick(): Promise<void> {
    if (this.witnesses.length === 0) return;
    const { latest, known } = await this.unitOfWork.run(
      async (tx) => {
        const latest = await this.log.latest(tx);
        return { latest, known: latest ? await this.cosignatures.witnessesOf(tx, latest.n) : [] };
      },
      { readOnly: true },
    );
    if (!latest) return;
    const now = performance.now();
    const due = this.witnesses.filter(
      ({ setting: { vkey } }) => !known.includes(vkey) && this.standingOf(vkey).restUntil <= now,
    );
    const faults = await Promise.all(due.map((witness) => this.askOne(witness, latest)));
    const news = faults.filter((fault) => fault !== null);
    if (news.length > 0) throw new Error(`witnesses do not cosign: ${news.join('; ')}`);
  }

  private standingOf(vkey: string): Standing {
    const standing = this.standings.get(vkey) ?? { size: null, failures: 0, restUntil: 0 };
    this.standings.set(vkey, standing);
    return standing;
  }

  /** Null: it cosigned, or its failure is no news. */
  private async askOne(
    { setting, key }: AskWitnesses['witnesses'][number],
    latest: StoredCheckpoint,
  ): Promise<string | null> {
    const standing = this.standingOf(setting.vkey);
    const line = await this.cosignatureOf(setting, key, latest).catch((error: unknown) =>
      error instanceof WitnessFault ? error : new WitnessFault(reasonOf(error)),
    );
    if (typeof line === 'string') {
      Object.assign(standing, { size: latest.size, failures: 0, restUntil: 0 });
      await this.unitOfWork.run((tx) => this.cosignatures.keep(tx, latest.n, setting.vkey, line));
      return null;
    }
    standing.failures += 1;
    standing.size = null;
    const rest = Math.min(LONGEST_REST_MS, REST_MS * 2 ** (standing.failures - 1));
    standing.restUntil = performance.now() + rest;
    return standing.failures === 1 ? `${key.name}: ${line.message}` : null;
  }

  private async cosignatureOf(
    { url, vkey }: WitnessSetting,
    key: NoteKey,
    latest: StoredCheckpoint,
  ): Promise<string> {
    let oldSize =
      this.standingOf(vkey).size ??
      (await this.unitOfWork.run((tx) => this.cosignatures.lastSizeOf(tx, vkey), { readOnly: true }));
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const answer = await this.post(url, await this.requestOf(oldSize, latest));
      if (answer.status === 200) return lineOf(answer.body, key, latest);
      const size = /^(0|[1-9]\d{0,15})\n$/.exec(answer.body)?.[1];
      if (answer.status !== 409 || size === undefined) throw new WitnessFault(`it answered ${answer.status}`);
      // It has seen a larger tree than the newest, or another one of this size: it will never cosign this one.
      if (Number(size) > latest.size) throw new WitnessFault(`it has seen ${size} leaves`);
      if (Number(size) === oldSize) throw new WitnessFault(`it has seen another tree of ${size} leaves`);
      oldSize = Number(size);
    }
    throw new WitnessFault('its size changes under every request');
  }

  private async requestOf(oldSize: number, { size, text }: StoredCheckpoint): Promise<string> {
    const from = Math.min(oldSize, size);
    const proof =
      from === 0 || from === size
        ? []
        : await consistencyProofFromTiles(from, size, (tile) => this.tiles.read(tile));
    return formatAddCheckpoint({ oldSize: from, proof, note: text });
  }

  private async post(url: string, body: string): Promise<{ status: number; body: string }> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body,
      signal,
      redirect: 'error',
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      if (text.length > MAX_ANSWER) throw new WitnessFault('its answer is too long');
    }
    return { status: response.status, body: text };
  }
}

/** Why a witness did not cosign, in words for the operator's log. */
class WitnessFault extends Error {}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name} ${error.message}` : String(error);

/** The line of its answer that is this witness's and holds; others are ignored, as the specification asks. */
function lineOf(body: string, key: NoteKey, { text }: StoredCheckpoint): string {
  for (const line of body.split('\n').filter((each) => each !== '')) {
    try {
      if (cosignaturesOf(withSignatures(text, [`${line}\n`]), [key]).length > 0) return `${line}\n`;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
    }
  }
  throw new WitnessFault('its cosignature does not hold');
}
