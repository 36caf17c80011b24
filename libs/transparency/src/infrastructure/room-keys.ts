import { isUuid } from '#kernel';
import { eciesOpen, encodePoint, newKeyPair, suiteOf, systemRandom, TrustError } from '#trust';
import type { SuiteId } from '#trust';
import type { KeyFolder } from './key-folder.ts';

interface StoredRoom {
  readonly point: string;
  /** Null when the private half was destroyed. */
  readonly secret: string | null;
}

const SUITES = ['P256', 'SM'] as const satisfies readonly SuiteId[];

/**
 * The evaluation rooms' key pairs: one per lot and suite, never in the database, never used for anything else. None
 * ever takes another's place: while a draft comes to another suite, the room of a lot that was published stays.
 */
export class RoomKeys {
  constructor(private readonly folder: KeyFolder) {}

  async point(lotId: string, suite: SuiteId): Promise<string> {
    const make = (): Buffer => encode(newRoom(suite));
    return read(await this.folder.readOrCreate(nameOf(lotId, suite), make)).point;
  }

  /** @throws TrustError ECIES.*, GROUP.POINT; ECIES.OPEN also when there is no key, or none any more */
  async open(lotId: string, info: string, box: Uint8Array): Promise<Uint8Array> {
    let failed = new TrustError('ECIES.OPEN', { reason: 'no key' });
    for (const suite of SUITES) {
      const { secret } = (await this.room(lotId, suite)) ?? { secret: null };
      if (secret === null) continue;
      try {
        return await eciesOpen(suiteOf(suite).group.decodeScalar(secret), info, box, suite);
      } catch (error) {
        if (!(error instanceof TrustError)) throw error;
        failed = error;
      }
    }
    throw failed;
  }

  async destroy(lotId: string): Promise<void> {
    for (const suite of SUITES) {
      const room = await this.room(lotId, suite);
      if (room) await this.folder.replace(nameOf(lotId, suite), encode({ ...room, secret: null }));
    }
  }

  private async room(lotId: string, suite: SuiteId): Promise<StoredRoom | null> {
    const bytes = await this.folder.read(nameOf(lotId, suite));
    return bytes && read(bytes);
  }
}

function newRoom(suite: SuiteId): StoredRoom {
  const pair = newKeyPair(systemRandom, suite);
  return { point: encodePoint(pair.public), secret: suiteOf(suite).group.encodeScalar(pair.secret) };
}

const read = (bytes: Buffer): StoredRoom => JSON.parse(bytes.toString('utf8')) as StoredRoom;
const encode = (room: StoredRoom): Buffer => Buffer.from(JSON.stringify(room));

function nameOf(lotId: string, suite: SuiteId): string {
  // It becomes a file's name.
  if (!isUuid(lotId)) throw new RangeError('a lot id is a UUID');
  return `rooms/${lotId}${suite === 'SM' ? '-sm' : ''}.json`;
}
