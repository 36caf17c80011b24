import { Injectable } from '@nestjs/common';
import type { LotId } from '#kernel';
import { Transparency } from '#transparency';
import { eciesSeal, suiteOf, systemRandom } from '#trust';
import type { LotKey } from '#trust';

/** Boxes to the evaluation room of a lot: anyone may seal, only the room's key opens. */
@Injectable()
export class RoomBoxes {
  constructor(private readonly transparency: Transparency) {}

  seal(
    { suite, room }: Pick<LotKey, 'suite' | 'room'>,
    info: string,
    content: Uint8Array,
  ): Promise<Uint8Array> {
    return eciesSeal(suiteOf(suite).group.decodePoint(room), info, content, systemRandom);
  }

  open(lotId: LotId, info: string, box: Uint8Array): Promise<Uint8Array> {
    return this.transparency.openRoomBox(lotId, info, box);
  }
}
