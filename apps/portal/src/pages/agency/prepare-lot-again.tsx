import Button from 'antd/es/button';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { FaultView } from '../../session/fault-view.tsx';
import { useDraft } from '../../ui/draft.ts';
import { useRun } from '../../ui/use-run.ts';
import { LotFields } from './lot-fields.tsx';
import { lotBody, lotFormOf, timingFormOf } from './lot-form.ts';
import type { LotForm } from './lot-form.ts';
import { usePrepared } from './prepare.tsx';

const NOTHING: Partial<LotForm> = {};

/** Step two again, of a lot that is there: what is stored, and over it what was typed and not saved. */
export function PrepareLotAgain() {
  const { t } = useTranslation();
  const go = useNavigate();
  const { work, revise } = usePrepared();
  const { lot } = work;
  const [typed, set, clear] = useDraft(`lot-again:${lot.id}`, NOTHING);
  const form = { ...lotFormOf(lot), ...typed };
  const { busy, fault, run } = useRun();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const body = lotBody(form, timingFormOf(lot));
    if (body === null) return;
    await run(async () => {
      await revise(body);
      clear();
      void go(`/agency/lots/${lot.id}/prepare/documents`);
    });
  };
  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
      <LotFields form={form} set={set} tried />
      {fault !== null && <FaultView error={fault} />}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('agency.saveAndGo')}
        </Button>
        <span className="quiet">{t('agency.kept')}</span>
      </div>
    </form>
  );
}
