import fc from 'fast-check';
import { b64u, systemRandom, utf8 } from '../encoding/bytes.ts';
import { newKeyPair } from '../group/key-pair.ts';
import { eciesOpen, eciesSeal } from './ecies.ts';

const refusal = (code: string) => expect.objectContaining({ code });
const room = newKeyPair(systemRandom);
const message = utf8.encode('a journal entry');

test('opens what was sealed, at 49 bytes more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.string(), async (plaintext, info) => {
      const sealed = await eciesSeal(room.public, info, plaintext, systemRandom);
      expect(sealed).toHaveLength(plaintext.length + 49);
      expect(await eciesOpen(room.secret, info, sealed)).toEqual(plaintext);
    }),
    { numRuns: 15 },
  );
});

test('two sealings of one message share nothing', async () => {
  const [a, b] = await Promise.all([0, 1].map(() => eciesSeal(room.public, 'x', message, systemRandom)));
  expect(a?.slice(1, 33)).not.toEqual(b?.slice(1, 33));
  expect(a?.slice(33)).not.toEqual(b?.slice(33));
});

test('does not open for another purpose or another key', async () => {
  const sealed = await eciesSeal(room.public, 'journal', message, systemRandom);
  await expect(eciesOpen(room.secret, 'shares', sealed)).rejects.toThrow(refusal('ECIES.OPEN'));
  await expect(eciesOpen(newKeyPair(systemRandom).secret, 'journal', sealed)).rejects.toThrow(
    refusal('ECIES.OPEN'),
  );
});

test('any changed byte is refused, also one that names the same point by its other half', async () => {
  const sealed = await eciesSeal(room.public, 'x', message, systemRandom);
  for (const at of sealed.keys()) {
    const changed = sealed.with(at, (sealed[at] as number) ^ 1);
    await expect(eciesOpen(room.secret, 'x', changed)).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(ECIES\.OPEN|GROUP\.POINT)$/) as string }),
    );
  }
});

test('bytes that are too short are refused', async () => {
  await expect(eciesOpen(room.secret, 'x', new Uint8Array(48))).rejects.toThrow(refusal('ECIES.FORM'));
  await expect(eciesOpen(room.secret, 'x', new Uint8Array(49))).rejects.toThrow(refusal('GROUP.POINT'));
});

test('a message sealed by the first version still opens', async () => {
  const fixed = (n: number) => new Uint8Array(n).fill(7);
  const recipient = newKeyPair(fixed);
  const sealed = await eciesSeal(recipient.public, 'pinned', message, () => new Uint8Array(48).fill(9));
  expect(b64u.encode(sealed)).toBe(
    'Al278IFuRk0O5hlQAD95rbQ_xVIVVNUWDUve40qs1Jpw-16FEs1sELkG4WSPgWHUvJg-8CT1LxGBMAJVGhF84A',
  );
  expect(await eciesOpen(recipient.secret, 'pinned', sealed)).toEqual(message);
});
