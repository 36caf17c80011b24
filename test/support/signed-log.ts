import {
  checkpointText,
  consistencyProof,
  edPublicKey,
  formatAddCheckpoint,
  leafHash,
  merkleRoot,
  signNote,
  systemRandom,
} from '#trust';
import type { NoteKey, NoteSigner } from '#trust';

/** A log in memory that signs whatever it is asked to: also two trees of one size. */
export class SignedLog {
  readonly key: NoteKey & NoteSigner;
  private readonly leaves: Uint8Array[] = [];

  constructor(name = 'glasshall.example/log', secret = systemRandom(32)) {
    this.key = { name, secret, publicKey: edPublicKey(secret) };
  }

  grow(count: number): this {
    for (let i = 0; i < count; i += 1) this.leaves.push(leafHash(systemRandom(32)));
    return this;
  }

  /** The same log with its newest leaf, or the one at `index`, replaced: another history under one key. */
  fork(index = this.leaves.length - 1): SignedLog {
    const other = new SignedLog(this.key.name, this.key.secret);
    other.leaves.push(...this.leaves);
    other.leaves[index] = leafHash(systemRandom(32));
    return other;
  }

  note(size = this.leaves.length): string {
    const root = merkleRoot(this.leaves.slice(0, size));
    return signNote(checkpointText({ origin: this.key.name, size, root }), [this.key]);
  }

  /** A request to a witness that has cosigned `oldSize` leaves. */
  request(oldSize: number, size = this.leaves.length): string {
    const proof =
      oldSize === 0 || oldSize === size ? [] : consistencyProof(this.leaves.slice(0, size), oldSize);
    return formatAddCheckpoint({ oldSize, proof, note: this.note(size) });
  }
}
