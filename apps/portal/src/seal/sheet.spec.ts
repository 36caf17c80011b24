import { EMPTY_SHEET, fenOf, mostGuarantee, sheetOf, yuanOf } from './sheet.ts';
import type { SheetDraft } from './sheet.ts';

const BIDDER = { name: '甲建设有限公司', creditCode: '914400000000000101' };
const LIMITS = { controlPrice: '9000000.00', maxPeriodDays: 365, estimate: '10000000.00' };
const GOOD: SheetDraft = { ...EMPTY_SHEET, price: '8,999,999.9', periodDays: '90', quality: '合格' };
const of = (change: Partial<SheetDraft>) => sheetOf({ ...GOOD, ...change }, BIDDER, LIMITS);

it('reads amounts exactly, as people type them', () => {
  expect([fenOf('9120000'), fenOf('0.1'), fenOf('1，000.05'), fenOf('999999999999999.99')]).toEqual([
    912_000_000n,
    10n,
    100_005n,
    99_999_999_999_999_999n,
  ]);
  for (const text of ['', '-1', '1.234', '1e6', '.5', '1.2.3', '一万', '1234567890123456'])
    expect([text, fenOf(text)]).toEqual([text, null]);
  expect(yuanOf(100_005n)).toBe('1000.05');
});

it('makes the record that is read out', () => {
  expect(of({}).sheet).toEqual({
    type: 'opening-sheet',
    bidder: BIDDER,
    price: '8999999.90',
    currency: 'CNY',
    periodDays: 90,
    quality: '合格',
    manager: '',
    guarantee: { kind: 'none', number: '', amount: '0.00' },
  });
});

it.each([
  [{ price: '' }, { price: 'price' }],
  [{ price: '0.00' }, { price: 'price' }],
  [{ price: '9000000.01' }, { price: 'overControl' }],
  [{ periodDays: '0' }, { periodDays: 'periodDays' }],
  [{ periodDays: '1.5' }, { periodDays: 'periodDays' }],
  [{ periodDays: '10001' }, { periodDays: 'periodDays' }],
  [{ periodDays: '366' }, { periodDays: 'overPeriod' }],
  [{ quality: 'x'.repeat(301) }, { quality: 'quality' }],
  [{ manager: 'x'.repeat(101) }, { manager: 'manager' }],
  [{ guaranteeKind: 'bank' }, { guarantee: 'guarantee' }],
  [
    { guaranteeKind: 'bank', guaranteeNumber: 'BH-1', guaranteeAmount: '200000.01' },
    { guarantee: 'overGuarantee' },
  ],
] as const)('says what is wrong with %j', (change, faults) => {
  expect(of(change)).toEqual({ sheet: null, faults });
});

it('takes what is exactly at a limit', () => {
  expect(of({ price: '9000000.00', periodDays: '365' }).faults).toEqual({});
  const bank = { guaranteeKind: 'bank', guaranteeNumber: 'BH-1', guaranteeAmount: '200000' } as const;
  expect(of(bank).sheet?.guarantee).toEqual({ kind: 'bank', number: 'BH-1', amount: '200000.00' });
  expect(mostGuarantee(LIMITS.estimate)).toBe(20_000_000n);
});
