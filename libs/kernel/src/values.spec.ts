import fc from 'fast-check';
import { faultPoint, installFaultHook } from './fault-point.ts';
import { isUuid, newId } from './ids.ts';
import { nextState } from './machine.ts';
import type { Machine } from './machine.ts';
import { cny, formatYuan, parseYuan } from './money.ts';

describe('money', () => {
  it('reads back exactly what it wrote, up to fifteen digits of yuan', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 17n - 1n }), (fen) => {
        expect(parseYuan(formatYuan(cny(fen)))).toEqual(cny(fen));
      }),
    );
  });

  it.each(['1', '1.0', '01.00', '-1.00', '1,000.00', '1e3.00', '1000000000000000.00', ' 1.00', ''])(
    'refuses %j',
    (text) => {
      expect(parseYuan(text)).toBeNull();
    },
  );
});

describe('ids', () => {
  it('are random UUIDs', () => {
    const [a, b] = [newId<'lot'>(), newId<'lot'>()];
    expect(isUuid(a)).toBe(true);
    expect(a).not.toBe(b);
    expect(isUuid(a.toUpperCase())).toBe(false);
    expect(isUuid(`${a} `)).toBe(false);
  });
});

describe('a machine', () => {
  const door = { open: { close: 'closed' }, closed: {} } as const satisfies Machine<
    'open' | 'closed',
    'close'
  >;

  it('leads where its table says, and nowhere else', () => {
    expect(nextState<'open' | 'closed', 'close'>(door, 'open', 'close')).toBe('closed');
    expect(nextState<'open' | 'closed', 'close'>(door, 'closed', 'close')).toBeNull();
  });
});

describe('a fault point', () => {
  afterEach(() => {
    installFaultHook(null);
  });

  it('does nothing until a hook is installed, and then waits for it', async () => {
    await faultPoint('kernel.test.before');
    const seen: string[] = [];
    installFaultHook(async (point) => {
      await Promise.resolve();
      seen.push(point);
    });
    await faultPoint('kernel.test.after');
    expect(seen).toEqual(['kernel.test.after']);
    installFaultHook(() => {
      throw new Error('killed here');
    });
    await expect(faultPoint('kernel.test.after')).rejects.toThrow('killed here');
  });
});
