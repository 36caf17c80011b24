import { openingSheet } from '#trust';
import type { OpeningSheet } from '#trust';

/** The opening sheet as it is typed: text, kept as a draft. */
export interface SheetDraft {
  readonly price: string;
  readonly periodDays: string;
  readonly quality: string;
  readonly manager: string;
  readonly guaranteeKind: OpeningSheet['guarantee']['kind'];
  readonly guaranteeNumber: string;
  readonly guaranteeAmount: string;
}

export const EMPTY_SHEET: SheetDraft = {
  price: '',
  periodDays: '',
  quality: '',
  manager: '',
  guaranteeKind: 'none',
  guaranteeNumber: '',
  guaranteeAmount: '',
};

/** What of a notice limits a sheet; decimal yuan. */
export interface SheetLimits {
  readonly controlPrice: string | null;
  readonly maxPeriodDays: number;
  readonly estimate: string;
}

export type SheetField = 'price' | 'periodDays' | 'quality' | 'manager' | 'guarantee';
export type SheetFault =
  | 'price'
  | 'overControl'
  | 'periodDays'
  | 'overPeriod'
  | 'quality'
  | 'manager'
  | 'guarantee'
  | 'overGuarantee';
export type SheetFaults = Partial<Record<SheetField, SheetFault>>;

/** Fen, exactly; null for what is no amount. `9120000` and `9,120,000.5` are how people type it. */
export function fenOf(text: string): bigint | null {
  const plain = text.replaceAll(/[,，\s]/g, '');
  const [, whole = '', part = ''] = /^(\d{1,15})(?:\.(\d{1,2}))?$/.exec(plain) ?? [];
  return whole === '' ? null : BigInt(whole) * 100n + BigInt(part.padEnd(2, '0'));
}

export const yuanOf = (fen: bigint): string => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`;

/** The most that a guarantee may be: two percent of the estimate (条例26), rounded down to the fen. */
export const mostGuarantee = (estimate: string): bigint => (fenOf(estimate) ?? 0n) / 50n;

function faultsOf(draft: SheetDraft, limits: SheetLimits): SheetFaults {
  const faults: SheetFaults = {};
  const price = fenOf(draft.price);
  const control = limits.controlPrice === null ? null : fenOf(limits.controlPrice);
  if (price === null || price === 0n) faults.price = 'price';
  else if (control !== null && price > control) faults.price = 'overControl';
  const days = /^[1-9]\d{0,4}$/.test(draft.periodDays.trim()) ? Number(draft.periodDays) : 0;
  if (days < 1 || days > 10_000) faults.periodDays = 'periodDays';
  else if (days > limits.maxPeriodDays) faults.periodDays = 'overPeriod';
  if (draft.quality.length > 300) faults.quality = 'quality';
  if (draft.manager.length > 100) faults.manager = 'manager';
  if (draft.guaranteeKind !== 'none') {
    const amount = fenOf(draft.guaranteeAmount);
    const number = draft.guaranteeNumber.trim();
    if (amount === null || amount === 0n || number === '' || number.length > 100)
      faults.guarantee = 'guarantee';
    else if (amount > mostGuarantee(limits.estimate)) faults.guarantee = 'overGuarantee';
  }
  return faults;
}

/** The record, by its own schema too; null with the faults where something is not as it must be. */
export function sheetOf(
  draft: SheetDraft,
  bidder: OpeningSheet['bidder'],
  limits: SheetLimits,
): { readonly sheet: OpeningSheet | null; readonly faults: SheetFaults } {
  const faults = faultsOf(draft, limits);
  if (Object.keys(faults).length > 0) return { sheet: null, faults };
  const none = draft.guaranteeKind === 'none';
  const parsed = openingSheet.safeParse({
    type: 'opening-sheet',
    bidder,
    price: yuanOf(fenOf(draft.price) ?? 0n),
    currency: 'CNY',
    periodDays: Number(draft.periodDays),
    quality: draft.quality.trim().normalize('NFC'),
    manager: draft.manager.trim().normalize('NFC'),
    guarantee: {
      kind: draft.guaranteeKind,
      number: none ? '' : draft.guaranteeNumber.trim(),
      amount: none ? '0.00' : yuanOf(fenOf(draft.guaranteeAmount) ?? 0n),
    },
  });
  return parsed.success ? { sheet: parsed.data, faults } : { sheet: null, faults: { price: 'price' } };
}
