import { Injectable } from '@nestjs/common';
import { Transparency } from '#transparency';

/**
 * An account as the quota and the queue of proofs know it: a hash under a key of the keystore, so that a dump of the
 * database names nobody. The prefix keeps it apart from upload tokens, which are made of commitments alone.
 */
@Injectable()
export class Accounts {
  constructor(private readonly transparency: Transparency) {}

  keyOf(account: string): string {
    return this.transparency.uploadToken(`account/${account}`);
  }
}
