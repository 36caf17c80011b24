import Button from 'antd/es/button';
import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { overviewQuery } from '../../api/platform-state.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { useRun } from '../../ui/use-run.ts';
import { InstantField, RuleLine, TextField } from './fields.tsx';
import { lotBody, lotFormOf, timingFormOf } from './lot-form.ts';
import type { TimingForm } from './lot-form.ts';
import { wholeOf } from './numbers.ts';
import { usePrepared } from './prepare.tsx';
import { checkNotice, readLocal, ruleset } from './rules.ts';
import type { RuleCheck } from './rules.ts';
import { SeatChoice, partiesOf } from './seat-choice.tsx';
import { faultOfSeats, seatFormOf, seatsOf } from './seat-form.ts';

const NOTHING: Partial<TimingForm> = {};

/** Step four: who will hold the key, and when; every time is judged by the law as one types, by the platform's clock. */
export function PrepareTiming() {
  const { t } = useTranslation();
  const go = useNavigate();
  const now = useServerNow();
  const { data: overview } = useQuery(overviewQuery());
  const { work, revise } = usePrepared();
  const { lot, project } = work;
  const [typed, set, clear] = useDraft(`timing:${lot.id}`, NOTHING);
  const [held, hold, release] = useDraft(`seats:${lot.id}`, seatFormOf(lot.seats));
  const seatsStand = faultOfSeats(held, partiesOf(project)) === null;
  const form: TimingForm = { ...timingFormOf(lot), ...typed };
  const { busy, fault, run } = useRun();
  const checks = now === null ? [] : checksOf(form, lot.ruleset, now);
  const checkOf = (rule: RuleCheck['rule']) => checks.find((each) => each.rule === rule);
  const [access, preparation] = [checkOf('document-access'), checkOf('bid-preparation')];
  const time = (name: 'documentsFrom' | 'documentsUntil' | 'deadline') => ({
    value: form[name],
    set: (value: string) => set({ ...typed, [name]: value }),
    fault: readLocal(form[name]) === null ? t('agency.required') : null,
  });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const body = lotBody(lotFormOf(lot), form);
    if (body === null || !seatsStand) return;
    await run(async () => {
      await revise(body, seatsOf(held, partiesOf(project)));
      clear();
      release();
      void go(`/agency/lots/${lot.id}/prepare/notice`);
    });
  };
  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
      <h2>{t('agency.trustees')}</h2>
      <p className="quiet">{t('agency.trusteesLead', { n: lot.seats.length, k: lot.k })}</p>
      <p className="quiet">{t('agency.seatRule')}</p>
      <SeatChoice project={project} form={held} set={hold} />
      <h2>{t('agency.times')}</h2>
      <p className="quiet">{t('agency.timesLead')}</p>
      <InstantField label={t('agency.documentsFrom')} article="条例16" {...time('documentsFrom')} />
      <InstantField
        label={t('agency.documentsUntil')}
        article="条例16"
        hint={access && <RuleLine check={access} />}
        {...time('documentsUntil')}
      />
      <InstantField
        label={t('lot.deadline')}
        article="法24"
        hint={preparation && <RuleLine check={preparation} />}
        {...time('deadline')}
      />
      {overview?.demo && (
        <fieldset className="group">
          <legend>{t('agency.acceleration')}</legend>
          <p className="quiet">{t('agency.accelerationHint')}</p>
          {(['periods', 'waits'] as const).map((name) => (
            <TextField
              key={name}
              label={t(`agency.${name}`)}
              inputMode="numeric"
              max={7}
              value={form[name]}
              set={(value) => set({ ...typed, [name]: value })}
              fault={
                wholeOf(form[name], 1, name === 'periods' ? 1_000_000 : 10_000) === null
                  ? t('agency.fault.days')
                  : null
              }
            />
          ))}
        </fieldset>
      )}
      {fault !== null && <FaultView error={fault} />}
      <div className="actions">
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={!seatsStand || lotBody(lotFormOf(lot), form) === null}
        >
          {t('agency.saveAndGo')}
        </Button>
        <span className="quiet">
          {t(checks.some(({ kept }) => kept === false) ? 'agency.brokenStill' : 'agency.kept')}
        </span>
      </div>
    </form>
  );
}

function checksOf(form: TimingForm, edition: string, now: number): readonly RuleCheck[] {
  const scale = {
    periods: wholeOf(form.periods, 1, 1_000_000) ?? 1,
    waits: wholeOf(form.waits, 1, 10_000) ?? 1,
  };
  const [documentsFrom, documentsUntil, deadline] = [
    readLocal(form.documentsFrom),
    readLocal(form.documentsUntil),
    readLocal(form.deadline),
  ];
  return checkNotice({ now, documentsFrom, documentsUntil, deadline, scale }, ruleset(edition));
}
