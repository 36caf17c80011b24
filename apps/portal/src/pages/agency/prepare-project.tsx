import Button from 'antd/es/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { partiesQuery, registerProject } from '../../api/agency.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { Need } from '../../session/need.tsx';
import { useDraft } from '../../ui/draft.ts';
import { useTitle } from '../../ui/title.ts';
import { useRun } from '../../ui/use-run.ts';
import { ChoiceField, TextField } from './fields.tsx';
import { PrepareSteps } from './steps.tsx';

const KINDS = ['engineering', 'procurement', 'property-rights', 'other'] as const;
const LEVELS = ['city', 'district', 'township'] as const;
interface Form {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly level: (typeof LEVELS)[number];
  readonly tenderee: string;
  readonly regulator: string;
}
const EMPTY: Form = { name: '', kind: 'engineering', level: 'district', tenderee: '', regulator: '' };

/** Step one: the project is registered (项目登记), once, and cannot be renamed; until then it is a draft on this machine. */
export function PrepareProject() {
  const { t } = useTranslation();
  useTitle(t('agency.step.project'));
  const go = useNavigate();
  const [form, set, clear] = useDraft('project', EMPTY);
  const { busy, fault, run } = useRun();
  const [tried, setTried] = useState(false);
  const tenderee = usePartyFault('tenderee', form.tenderee, tried);
  const regulator = usePartyFault('regulator', form.regulator, tried);
  const ready = form.name.trim() !== '' && tenderee.found && regulator.found;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!ready) return;
    await run(async () => {
      const project = await registerProject({ ...form, tenderee: tenderee.code, regulator: regulator.code });
      clear();
      void go(`/agency/prepare/${project.id}`);
    });
  };
  return (
    <Need permission="tender.manage">
      <h1>{t('agency.newTender')}</h1>
      <PrepareSteps at="project" pathOf={() => null} />
      <form className="form" noValidate onSubmit={(event) => void submit(event)}>
        <p className="quiet">{t('agency.projectLead')}</p>
        <TextField
          label={t('agency.projectName')}
          value={form.name}
          set={(name) => set({ ...form, name })}
          fault={tried && form.name.trim() === '' ? t('agency.required') : null}
        />
        <ChoiceField
          label={t('agency.kind')}
          value={form.kind}
          set={(kind) => set({ ...form, kind })}
          options={KINDS.map((each) => [each, t(`kind.${each}`)] as const)}
        />
        <ChoiceField
          label={t('agency.level')}
          value={form.level}
          set={(level) => set({ ...form, level })}
          options={LEVELS.map((each) => [each, t(`level.${each}`)] as const)}
        />
        {(['tenderee', 'regulator'] as const).map((role) => {
          const party = role === 'tenderee' ? tenderee : regulator;
          return (
            <ChoiceField
              key={role}
              label={t(`lot.${role}`)}
              value={form[role]}
              set={(code) => set({ ...form, [role]: code })}
              options={[
                ['', t('agency.choose')] as const,
                ...party.all.map((each) => [each.creditCode, `${each.name}（${each.creditCode}）`] as const),
              ]}
              hint={t('agency.partyHint')}
              fault={party.fault}
            />
          );
        })}
        {fault !== null && <FaultView error={fault} />}
        <div className="actions">
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('agency.register')}
          </Button>
          <span className="quiet">{t('agency.kept')}</span>
        </div>
      </form>
    </Need>
  );
}

/** Whom a project may name: organisations that were granted the role. */
function usePartyFault(role: 'tenderee' | 'regulator', code: string, tried: boolean) {
  const { t } = useTranslation();
  const { data = [] } = useQuery(partiesQuery(role));
  const found = data.some((each) => each.creditCode === code);
  return { all: data, code, found, fault: tried && !found ? t('agency.required') : null };
}
