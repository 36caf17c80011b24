import { basisPointsOf, wholeOf } from './numbers.ts';
import { localText, readLocal, recordText } from './rules.ts';
import type { OwnLot } from '../../api/agency.ts';

/** What is typed for a lot, as text: a draft keeps what was typed, right or wrong. */
export interface LotForm {
  readonly name: string;
  readonly estimate: string;
  readonly controlPrice: string;
  readonly basePeriodDays: string;
  readonly maxPeriodDays: string;
  /** Per day, in percent with up to two decimals. */
  readonly lateDay: string;
  readonly earlyDay: string;
  readonly rounding: 'half-up' | 'half-even' | 'down';
}
export interface TimingForm {
  readonly documentsFrom: string;
  readonly documentsUntil: string;
  readonly deadline: string;
  /** A demonstration's: legal days and protocol waits are divided by these. */
  readonly periods: string;
  readonly waits: string;
}

export const EMPTY_LOT: LotForm = {
  name: '',
  estimate: '',
  controlPrice: '',
  basePeriodDays: '90',
  maxPeriodDays: '120',
  lateDay: '0.10',
  earlyDay: '0',
  rounding: 'half-up',
};

const YUAN = /^(0|[1-9]\d{0,14})(\.\d{1,2})?$/;
/** `1000000` or `1000000.5` as records have it; null where it is no amount. */
export function yuanOf(text: string): string | null {
  const plain = text.replaceAll(/[,，\s]/g, '');
  if (!YUAN.test(plain)) return null;
  const [whole = '', cents = ''] = plain.split('.');
  return `${whole}.${cents.padEnd(2, '0')}`;
}

export const lotFormOf = ({ name, estimate, method }: OwnLot): LotForm => ({
  name,
  estimate,
  controlPrice: method.controlPrice ?? '',
  basePeriodDays: String(method.basePeriodDays),
  maxPeriodDays: String(method.maxPeriodDays),
  lateDay: (method.lateDayBasisPoints / 100).toFixed(2),
  earlyDay: (method.earlyDayBasisPoints / 100).toFixed(2),
  rounding: method.rounding,
});

export const timingFormOf = (lot: OwnLot): TimingForm => ({
  documentsFrom: localText(Date.parse(lot.documentsFrom)),
  documentsUntil: localText(Date.parse(lot.documentsUntil)),
  deadline: localText(Date.parse(lot.deadline)),
  periods: String(lot.acceleration.periods),
  waits: String(lot.acceleration.waits),
});

export type LotFault = 'required' | 'amount' | 'aboveZero' | 'days' | 'shorter' | 'share';

/** What is wrong with each field; nothing where it may be sent. */
export function lotFaults(form: LotForm): Partial<Record<keyof LotForm, LotFault>> {
  const [base, longest] = [wholeOf(form.basePeriodDays, 1, 10_000), wholeOf(form.maxPeriodDays, 1, 10_000)];
  const estimate = yuanOf(form.estimate);
  return {
    ...(form.name.trim() === '' ? { name: 'required' } : {}),
    ...(estimate === null
      ? { estimate: 'amount' }
      : /^0\.00$/.test(estimate)
        ? { estimate: 'aboveZero' }
        : {}),
    ...(form.controlPrice !== '' && yuanOf(form.controlPrice) === null ? { controlPrice: 'amount' } : {}),
    ...(base === null ? { basePeriodDays: 'days' } : {}),
    ...(longest === null
      ? { maxPeriodDays: 'days' }
      : base !== null && longest < base
        ? { maxPeriodDays: 'shorter' }
        : {}),
    ...(basisPointsOf(form.lateDay) === null ? { lateDay: 'share' } : {}),
    ...(basisPointsOf(form.earlyDay) === null ? { earlyDay: 'share' } : {}),
  };
}

/** What the API takes; null while something is wrong. */
export function lotBody(form: LotForm, timing: TimingForm) {
  const [estimate, late, early] = [
    yuanOf(form.estimate),
    basisPointsOf(form.lateDay),
    basisPointsOf(form.earlyDay),
  ];
  const [base, longest] = [wholeOf(form.basePeriodDays, 1, 10_000), wholeOf(form.maxPeriodDays, 1, 10_000)];
  const [from, until, deadline] = [timing.documentsFrom, timing.documentsUntil, timing.deadline].map(
    readLocal,
  );
  const [periods, waits] = [wholeOf(timing.periods, 1, 1_000_000), wholeOf(timing.waits, 1, 10_000)];
  if (Object.keys(lotFaults(form)).length > 0 || periods === null || waits === null) return null;
  if (from == null || until == null || deadline == null || estimate === null) return null;
  return {
    name: form.name.trim(),
    estimate,
    method: {
      kind: 'lowest-evaluated-price',
      controlPrice: form.controlPrice === '' ? null : yuanOf(form.controlPrice),
      basePeriodDays: base,
      lateDayBasisPoints: late,
      earlyDayBasisPoints: early,
      maxPeriodDays: longest,
      rounding: form.rounding,
      tieBreak: 'price-then-arrival',
    } as never,
    documentsFrom: recordText(from),
    documentsUntil: recordText(until),
    deadline: recordText(deadline),
    acceleration: { periods, waits } as never,
  };
}

const DAY = 86_400_000;
/** What the law allows at the least, and a day to spare for documents, signatures and people. */
export function suggestedTiming(now: number): TimingForm {
  const from = Math.ceil(now / 60_000) * 60_000;
  return {
    documentsFrom: localText(from),
    documentsUntil: localText(from + 6 * DAY),
    deadline: localText(from + 21 * DAY),
    periods: '1',
    waits: '1',
  };
}
