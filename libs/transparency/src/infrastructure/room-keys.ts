import { isUuid } from '#kernel';
import {
  decodeScalar,
  eciesOpen,
  encodePoint,
  encodeScalar,
  newKeyPair,
  systemRandom,
  TrustError,
} from '#trust';
import type { KeyFolder } from './key-folder.ts';

interface StoredRoom {
  readonly point: string;
  /** Null when the private half was destroyed. */
  readonly secret: string | null;
}

/** The evaluation rooms' key pairs: one per lot, never in the database, never used for anything else. */
export class RoomKeys {
  constructor(private readonly folder: KeyFolder) {}

  async point(lotId: string): Promise<string> {
    return (await this.room(lotId)).point;
  }

  /** @throws TrustError ECIES.*, GROUP.POINT; ECIES.OPEN also when the key was destroyed */
  async open(lotId: string, info: string, box: Uint8Array): Promise<Uint8Array> {
    const { secret } = await this.room(lotId);
    if (secret === null) throw new TrustError('ECIES.OPEN', { reason: 'destroyed' });
    return await eciesOpen(decodeScalar(secret), info, box);
  }

  async destroy(lotId: string): Promise<void> {
    const { point } = await this.room(lotId);
    await this.folder.replace(nameOf(lotId), encode({ point, secret: null }));
  }

  private async room(lotId: string): Promise<StoredRoom> {
    const bytes = await this.folder.readOrCreate(nameOf(lotId), () => {
      const pair = newKeyPair(systemRandom);
      return encode({ point: encodePoint(pair.public), secret: encodeScalar(pair.secret) });
    });
    return JSON.parse(bytes.toString('utf8')) as StoredRoom;
  }
}

const encode = (room: StoredRoom): Buffer => Buffer.from(JSON.stringify(room));

function nameOf(lotId: string): string {
  // It becomes a file's name.
  if (!isUuid(lotId)) throw new RangeError('a lot id is a UUID');
  return `rooms/${lotId}.json`;
}
