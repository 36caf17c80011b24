import Input from 'antd/es/input';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Time } from '../../ui/time.tsx';
import { recordText } from './rules.ts';
import type { RuleCheck } from './rules.ts';

export interface FieldProps {
  readonly label: string;
  /** Stands beside the label: the law that this field answers to. */
  readonly article?: string;
  readonly hint?: ReactNode;
  /** What is wrong; announced when it appears. */
  readonly fault?: string | null;
  readonly children: (wired: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

/** A label above, what the law says beside it, what is wrong below; all tied to the input. */
export function Field({ label, article, hint, fault = null, children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field-name" htmlFor={id}>
        {label} {article !== undefined && <span className="article">{article}</span>}
      </label>
      {children({ id, 'aria-describedby': `${id}-hint ${id}-fault`, 'aria-invalid': fault !== null })}
      <div id={`${id}-hint`} className="quiet">
        {hint}
      </div>
      <div id={`${id}-fault`} className="field-fault" aria-live="polite">
        {fault}
      </div>
    </div>
  );
}

type TextProps = Omit<FieldProps, 'children'> & {
  readonly value: string;
  readonly set: (value: string) => void;
  readonly max?: number;
  readonly list?: string;
  readonly inputMode?: 'decimal' | 'numeric' | 'text';
};

export const TextField = ({ value, set, max = 300, list, inputMode = 'text', ...field }: TextProps) => (
  <Field {...field}>
    {(wired) => (
      <Input
        {...wired}
        value={value}
        maxLength={max}
        list={list}
        inputMode={inputMode}
        autoComplete="off"
        onChange={({ target }) => set(target.value)}
      />
    )}
  </Field>
);

export const LongField = ({
  value,
  set,
  max = 4000,
  rows = 5,
  ...field
}: Omit<TextProps, 'list' | 'inputMode'> & { readonly rows?: number }) => (
  <Field {...field}>
    {(wired) => (
      <Input.TextArea
        {...wired}
        value={value}
        maxLength={max}
        rows={rows}
        showCount
        onChange={({ target }) => set(target.value)}
      />
    )}
  </Field>
);

/** Beijing time to the second, by the browser's own control. */
export const InstantField = ({ value, set, ...field }: Omit<TextProps, 'max' | 'list' | 'inputMode'>) => (
  <Field {...field}>
    {(wired) => (
      <Input
        {...wired}
        type="datetime-local"
        step={1}
        value={value}
        onChange={({ target }) => set(target.value)}
      />
    )}
  </Field>
);

export function ChoiceField<T extends string>({
  value,
  set,
  options,
  ...field
}: Omit<FieldProps, 'children'> & {
  readonly value: T;
  readonly set: (value: T) => void;
  readonly options: readonly (readonly [T, string])[];
}) {
  return (
    <Field {...field}>
      {(wired) => (
        <select
          {...wired}
          className="choice"
          value={value}
          onChange={({ target }) => {
            const chosen = options.find(([each]) => each === target.value);
            if (chosen) set(chosen[0]);
          }}
        >
          {options.map(([each, word]) => (
            <option key={each} value={each}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A rule as it stands while one types: kept or broken, which article, what it asks, from when on it would be kept. */
export function RuleLine({ check }: { readonly check: RuleCheck }) {
  const { t } = useTranslation();
  const state = check.kept === null ? 'unknown' : check.kept ? 'kept' : 'broken';
  return (
    <p className={`rule rule-${state}`} role="status">
      <strong>{t(`agency.ruleState.${state}`)}</strong> <span className="article">{check.article}</span>{' '}
      {t(`agency.rule.${check.rule}`, { days: check.days })} {t('agency.earliest')}{' '}
      <Time at={recordText(check.limit)} />
    </p>
  );
}
