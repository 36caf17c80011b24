import { isUuid } from '#kernel';
import {
  eciesOpen,
  encodePoint,
  newKeyPair,
  systemRandom,
  TrustError,
  suiteField,
  suiteIdOf,
  suiteOf,
} from '#trust';
import type { SuiteId } from '#trust';
import type { KeyFolder } from './key-folder.ts';

interface StoredRoom {
  /** Absent: P256, the only one of older rooms. */
  readonly suite?: 'SM';
  readonly point: string;
  /** Null when the private half was destroyed. */
  readonly secret: string | null;
}

/** The evaluation rooms' key pairs: one per lot, never in the database, never used for anything else. */
export class RoomKeys {
  constructor(private readonly folder: KeyFolder) {}

  /** A draft may come to another suite: nobody has been told of the room's first key then. */
  async point(lotId: string, suite: SuiteId): Promise<string> {
    const room = await this.room(lotId, suite);
    if (suiteIdOf(room) === suite) return room.point;
    const other = newRoom(suite);
    await this.folder.replace(nameOf(lotId), encode(other));
    return other.point;
  }

  /** @throws TrustError ECIES.*, GROUP.POINT; ECIES.OPEN also when the key was destroyed */
  async open(lotId: string, info: string, box: Uint8Array): Promise<Uint8Array> {
    const room = await this.room(lotId);
    const { secret } = room;
    if (secret === null) throw new TrustError('ECIES.OPEN', { reason: 'destroyed' });
    const suite = suiteIdOf(room);
    return await eciesOpen(suiteOf(suite).group.decodeScalar(secret), info, box, suite);
  }

  async destroy(lotId: string): Promise<void> {
    const room = await this.room(lotId);
    await this.folder.replace(nameOf(lotId), encode({ ...room, secret: null }));
  }

  private async room(lotId: string, suite: SuiteId = 'P256'): Promise<StoredRoom> {
    const bytes = await this.folder.readOrCreate(nameOf(lotId), () => encode(newRoom(suite)));
    return JSON.parse(bytes.toString('utf8')) as StoredRoom;
  }
}

function newRoom(suite: SuiteId): StoredRoom {
  const pair = newKeyPair(systemRandom, suite);
  const secret = suiteOf(suite).group.encodeScalar(pair.secret);
  return { ...suiteField(suite), point: encodePoint(pair.public), secret };
}

const encode = (room: StoredRoom): Buffer => Buffer.from(JSON.stringify(room));

function nameOf(lotId: string): string {
  // It becomes a file's name.
  if (!isUuid(lotId)) throw new RangeError('a lot id is a UUID');
  return `rooms/${lotId}.json`;
}
