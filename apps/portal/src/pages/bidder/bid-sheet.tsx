import Input from 'antd/es/input';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fenOf, yuanOf } from '../../seal/sheet.ts';
import type { SheetDraft, SheetFault, SheetFaults, SheetField } from '../../seal/sheet.ts';
import { yuan } from '../../ui/figures.ts';
import { Fact, Facts } from '../../ui/parts.tsx';

const KINDS = ['none', 'deposit', 'bank', 'insurance'] as const;

interface Sheet {
  readonly draft: SheetDraft;
  readonly bidder: { readonly name: string; readonly creditCode: string };
  readonly faults: SheetFaults;
  readonly change: (draft: SheetDraft) => void;
}

/** What is read out. A fault is shown once the field was left, so that nobody is told off while typing. */
export function BidSheet({ draft, bidder, faults, change }: Sheet) {
  const { t } = useTranslation();
  const [left, setLeft] = useState<ReadonlySet<SheetField>>(new Set());
  const seen = (field: SheetField): SheetFault | null =>
    left.has(field) || textOf(draft, field) !== '' ? (faults[field] ?? null) : null;
  const leave = (field: SheetField) => () => setLeft((now) => new Set([...now, field]));
  const set = <K extends keyof SheetDraft>(name: K, value: SheetDraft[K]): void =>
    change({ ...draft, [name]: value });
  const fen = fenOf(draft.price);
  const guaranteed = draft.guaranteeKind !== 'none';
  return (
    <div className="card form">
      <Facts>
        <Fact name={t('bid.bidderName')}>
          {bidder.name}
          <span className="quiet block">{bidder.creditCode}</span>
        </Fact>
      </Facts>
      <Field label={t('bid.price')} hint={t('bid.priceHint')} fault={seen('price')}>
        {(field) => (
          <>
            <Input
              {...field}
              inputMode="decimal"
              autoComplete="off"
              value={draft.price}
              onBlur={leave('price')}
              onChange={(event) => set('price', event.target.value)}
            />
            {fen !== null && (
              <span className="figure block">
                {t('bid.priceRead')} ¥ {yuan(yuanOf(fen))}
              </span>
            )}
          </>
        )}
      </Field>
      <Field label={t('bid.periodDays')} fault={seen('periodDays')}>
        {(field) => (
          <Input
            {...field}
            inputMode="numeric"
            autoComplete="off"
            value={draft.periodDays}
            onBlur={leave('periodDays')}
            onChange={(event) => set('periodDays', event.target.value)}
          />
        )}
      </Field>
      <Field label={t('bid.quality')} fault={seen('quality')}>
        {(field) => (
          <Input {...field} value={draft.quality} onChange={(event) => set('quality', event.target.value)} />
        )}
      </Field>
      <Field label={t('bid.manager')} fault={seen('manager')}>
        {(field) => (
          <Input {...field} value={draft.manager} onChange={(event) => set('manager', event.target.value)} />
        )}
      </Field>
      <fieldset className="choices">
        <legend>{t('bid.guaranteeKind')}</legend>
        {KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="guarantee"
              checked={draft.guaranteeKind === kind}
              onChange={() => set('guaranteeKind', kind)}
            />{' '}
            {t(`bid.guaranteeKinds.${kind}`)}
          </label>
        ))}
      </fieldset>
      {guaranteed && (
        <>
          <Field label={t('bid.guaranteeNumber')} fault={null}>
            {(field) => (
              <Input
                {...field}
                value={draft.guaranteeNumber}
                onChange={(event) => set('guaranteeNumber', event.target.value)}
              />
            )}
          </Field>
          <Field label={t('bid.guaranteeAmount')} fault={seen('guarantee')}>
            {(field) => (
              <Input
                {...field}
                inputMode="decimal"
                value={draft.guaranteeAmount}
                onBlur={leave('guarantee')}
                onChange={(event) => set('guaranteeAmount', event.target.value)}
              />
            )}
          </Field>
        </>
      )}
    </div>
  );
}

const textOf = (draft: SheetDraft, field: SheetField): string =>
  field === 'guarantee' ? draft.guaranteeAmount : draft[field];

interface FieldProps {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string;
  readonly status: 'error' | '';
}

/** A label above, what is wrong below, announced and tied to the field. */
function Field({
  label,
  hint,
  fault,
  children,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly fault: SheetFault | null;
  readonly children: (field: FieldProps) => ReactNode;
}) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-invalid': fault !== null,
        'aria-describedby': `${id}-note`,
        status: fault ? 'error' : '',
      })}
      <span id={`${id}-note`} className={fault ? 'bad block' : 'quiet block'} aria-live="polite">
        {fault ? t(`bid.wrong.${fault}`) : (hint ?? '')}
      </span>
    </div>
  );
}
