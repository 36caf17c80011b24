import { useTranslation } from 'react-i18next';
import { ChoiceField, TextField } from './fields.tsx';
import { lotFaults } from './lot-form.ts';
import type { LotForm } from './lot-form.ts';

const ROUNDINGS = ['half-up', 'half-even', 'down'] as const;

/** Name, money and the declared method (评标办法): everything that the ranking will be computed from. */
export function LotFields({
  form,
  set,
  tried,
}: {
  readonly form: LotForm;
  readonly set: (form: LotForm) => void;
  /** An empty form blames nobody; what was typed wrong is named at once. */
  readonly tried: boolean;
}) {
  const { t } = useTranslation();
  const faults = lotFaults(form);
  const wired = (name: keyof Omit<LotForm, 'rounding'>) => {
    const fault = faults[name];
    const shown = fault !== undefined && (tried || form[name] !== '');
    return {
      value: form[name],
      set: (value: string) => set({ ...form, [name]: value }),
      fault: shown ? t(`agency.fault.${fault}`) : null,
    };
  };
  return (
    <>
      <TextField label={t('agency.lotName')} {...wired('name')} />
      <TextField
        label={t('agency.estimateYuan')}
        inputMode="decimal"
        max={24}
        hint={t('agency.estimateHint')}
        {...wired('estimate')}
      />
      <TextField
        label={t('agency.controlYuan')}
        article="条例27"
        inputMode="decimal"
        max={24}
        hint={t('agency.controlHint')}
        {...wired('controlPrice')}
      />
      <fieldset className="group">
        <legend>
          {t('lot.methodName')} <span className="article">法40, 法41</span>
        </legend>
        <p className="quiet">{t('agency.methodLead')}</p>
        <TextField label={t('agency.baseDays')} inputMode="numeric" max={5} {...wired('basePeriodDays')} />
        <TextField
          label={t('agency.maxDays')}
          article="条例51"
          inputMode="numeric"
          max={5}
          {...wired('maxPeriodDays')}
        />
        <TextField
          label={t('agency.lateDay')}
          inputMode="decimal"
          max={6}
          hint={t('agency.lateHint')}
          {...wired('lateDay')}
        />
        <TextField label={t('agency.earlyDay')} inputMode="decimal" max={6} {...wired('earlyDay')} />
        <ChoiceField
          label={t('agency.rounding')}
          value={form.rounding}
          set={(rounding) => set({ ...form, rounding })}
          options={ROUNDINGS.map((each) => [each, t(`agency.roundings.${each}`)] as const)}
        />
      </fieldset>
    </>
  );
}
