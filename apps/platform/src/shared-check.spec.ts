import { setImmediate as turn } from 'node:timers/promises';
import { sharedCheck } from './shared-check.ts';

describe('a shared check', () => {
  it('is made once for all who ask meanwhile, and anew for who asks afterwards', async () => {
    let made = 0;
    const check = sharedCheck(async () => {
      made += 1;
      await turn();
    });
    await Promise.all([check(), check(), check()]);
    expect(made).toBe(1);
    await check();
    expect(made).toBe(2);
  });

  it('fails for all who asked, and is not remembered as failed', async () => {
    let down = true;
    const check = sharedCheck(async () => {
      await turn();
      if (down) throw new Error('away');
    });
    const asked = await Promise.allSettled([check(), check()]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    down = false;
    await expect(check()).resolves.toBeUndefined();
  });
});
