import { ClientFailure, PlatformRefusal, cannotTell } from '#client';
import { TrustError } from '#trust';
import { isPassing } from './passing.ts';

const refusal = (status: number): PlatformRefusal => new PlatformRefusal('X.CODE', {}, status, null);

it('goes on with an upload after what passes, and ends it after what does not', () => {
  for (const passing of [cannotTell('CLIENT.SERVER_UNREACHABLE', {}), refusal(429), refusal(503)])
    expect(isPassing(passing)).toBe(true);
  const final = [
    refusal(401),
    refusal(409),
    new ClientFailure('CLIENT.LATE', {}),
    new TrustError('SEAL.RECEIPT'),
  ];
  for (const error of [...final, null, 'text']) expect(isPassing(error)).toBe(false);
});
