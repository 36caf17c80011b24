import type { SuiteId } from '../records/value.ts';
import type { PublicKey } from './public-key.ts';

/** Whether records of this suite are signed by keys of this kind (PROTOCOL section 2): SM by SM2 alone, P256 never. */
export const signsIn = (suite: SuiteId, keyType: PublicKey['type']): boolean =>
  (suite === 'SM') === (keyType === 'sm2');
