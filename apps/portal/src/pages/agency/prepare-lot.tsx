import Button from 'antd/es/button';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { createLot, projectQuery } from '../../api/agency.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { Need } from '../../session/need.tsx';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { useRun } from '../../ui/use-run.ts';
import { EMPTY_LOT, lotBody, suggestedTiming } from './lot-form.ts';
import { LotFields } from './lot-fields.tsx';
import { PrepareSteps } from './steps.tsx';

/** Step two, of a new lot: its times come later; until then they are what the law allows at the least, and a day. */
export function PrepareLot() {
  const { t } = useTranslation();
  const { projectId = '' } = useParams();
  useTitle(t('agency.step.lot'));
  const go = useNavigate();
  const now = useServerNow();
  const project = useQuery(projectQuery(projectId));
  const [form, set, clear] = useDraft(`lot:${projectId}`, EMPTY_LOT);
  const { busy, fault, run } = useRun();
  const [tried, setTried] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    const body = now === null ? null : lotBody(form, suggestedTiming(now));
    if (body === null) return;
    await run(async () => {
      const lot = await createLot(projectId, body);
      clear();
      void go(`/agency/lots/${lot.id}/prepare/documents`);
    });
  };
  if (project.isPending) return <Loading />;
  if (!project.data) return <ProblemView error={project.error} retry={() => void project.refetch()} />;
  return (
    <Need permission="tender.manage">
      <h1>{project.data.name}</h1>
      <PrepareSteps at="lot" pathOf={() => null} />
      <form className="form" noValidate onSubmit={(event) => void submit(event)}>
        <LotFields form={form} set={set} tried={tried} />
        {fault !== null && <FaultView error={fault} />}
        <div className="actions">
          <Button type="primary" htmlType="submit" loading={busy} disabled={now === null}>
            {t('agency.saveAndGo')}
          </Button>
          <span className="quiet">{t('agency.kept')}</span>
        </div>
      </form>
    </Need>
  );
}
