import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { hashText } from '#trust';
import { progressQuery, resultQuery } from '../../api/award.ts';
import { openingQuery } from '../../api/opening.ts';
import type { Opening } from '../../api/opening.ts';
import type { Result } from '../../api/award.ts';
import { askFullEvidence, logPlaceQuery } from '../../api/supervision.ts';
import { lotQuery } from '../../api/tendering.ts';
import type { Lot } from '../../api/tendering.ts';
import { ownNow } from '../../seal/own-clock.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { Need } from '../../session/need.tsx';
import { bytes } from '../../ui/figures.ts';
import { Cell, DataTable, Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { saveStream } from '../../ui/save-stream.ts';
import type { Way } from '../../ui/save-stream.ts';
import { shownStage } from '../../ui/shown-stage.ts';
import { StageTag } from '../../ui/stage.tsx';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';
import { useRun } from '../../ui/use-run.ts';
import { DeadlineProposal } from './deadline-proposal.tsx';

/** One tender for its supervisor: every record with its place in the log, what is to be signed, the whole evidence. */
export default function SupervisedLotPage() {
  const { t } = useTranslation();
  useTitle(t('offices.board.title'));
  return (
    <Need permission="supervision.read">
      <div className="page">
        <p>
          <Link to="/supervision">{t('offices.lot.back')}</Link>
        </p>
        <Content />
      </div>
    </Need>
  );
}

function Content() {
  const { t } = useTranslation();
  const { lotId = '' } = useParams();
  const lot = useQuery(lotQuery(lotId));
  const closed = lot.data?.stage === 'closed';
  const opening = useQuery({ ...openingQuery(lotId), enabled: closed });
  // There is nothing to ask for before the candidates are public.
  const { data: progress } = useQuery(progressQuery(closed ? [lotId] : []));
  const result = useQuery({ ...resultQuery(lotId), enabled: (progress?.get(lotId)?.award ?? null) !== null });
  if (lot.isPending) return <Loading />;
  if (lot.isError) return <ProblemView error={lot.error} retry={() => void lot.refetch()} />;
  return (
    <>
      <h1>
        {lot.data.projectName} {lot.data.name}
      </h1>
      <Facts>
        <Fact name={t('notices.colStage')}>
          <StageTag stage={shownStage(lot.data.stage, progress?.get(lotId))} />
        </Fact>
        <Fact name={t('notices.colDeadline')}>
          <Time at={lot.data.deadline} />
        </Fact>
        <Fact name={t('notices.colTenderee')}>{lot.data.tenderee.name}</Fact>
        <Fact name={t('offices.lot.agency')}>{lot.data.agency.name}</Fact>
      </Facts>
      <p>
        <Link to={`/lots/${lotId}`}>{t('offices.lot.public')}</Link>
      </p>
      {lot.data.stage === 'bidding' && <DeadlineProposal lot={lot.data} />}
      <Records records={recordsOf(lot.data, opening.data ?? null, result.data ?? null)} />
      {opening.data?.record && <Evidence lotId={lotId} />}
    </>
  );
}

interface Listed {
  readonly type:
    | 'notice'
    | 'deadline'
    | 'lotkey'
    | 'close'
    | 'close-add'
    | 'opening-record'
    | 'evaluation-report'
    | 'publicity'
    | 'award'
    | 'cancellation';
  readonly hash: string;
  readonly number: number | null;
}

/** Hashed here, from the records as they are shown: the log's answer is for that hash and no other. */
function recordsOf(lot: Lot, opening: Opening | null, result: Result | null): Listed[] {
  const one = (type: Listed['type'], signed: { readonly record: object } | null | undefined): Listed[] =>
    signed ? [{ type, hash: hashText(type, signed.record), number: null }] : [];
  return [
    ...lot.notices.map(({ record }, at) => ({
      type: 'notice' as const,
      hash: hashText('notice', record),
      number: at + 1,
    })),
    ...(lot.lotKeyHash === null ? [] : [{ type: 'lotkey' as const, hash: lot.lotKeyHash, number: null }]),
    ...lot.deadlineChanges.map(({ record }, at) => ({
      type: 'deadline' as const,
      hash: hashText('deadline', record),
      number: at + 1,
    })),
    ...one('cancellation', lot.cancellation),
    ...one('close', opening?.close),
    ...(opening?.adds ?? []).map(({ record }, at) => ({
      type: 'close-add' as const,
      hash: hashText('close-add', record),
      number: at + 1,
    })),
    ...one('opening-record', opening?.record),
    ...one('evaluation-report', result?.report),
    ...one('publicity', result?.publicity),
    ...one('award', result?.award),
  ];
}

function Records({ records }: { readonly records: readonly Listed[] }) {
  const { t } = useTranslation();
  const head = [t('offices.lot.record'), t('offices.lot.hash'), t('offices.lot.place')] as const;
  return (
    <Section title={t('offices.lot.records')}>
      <p className="quiet">{t('offices.lot.recordsNote')}</p>
      <DataTable caption={t('offices.lot.records')} head={head}>
        {records.map(({ type, hash, number }) => (
          <tr key={hash} data-record={type}>
            <Cell label={head[0]}>
              {t(`offices.record.${type}`)}
              {number !== null && ` ${String(number)}`}
            </Cell>
            <Cell label={head[1]}>
              <Hash value={hash} />
            </Cell>
            <Cell label={head[2]}>
              <Place hash={hash} />
            </Cell>
          </tr>
        ))}
      </DataTable>
    </Section>
  );
}

function Place({ hash }: { readonly hash: string }) {
  const { t } = useTranslation();
  const place = useQuery(logPlaceQuery(hash));
  if (place.isPending) return t('state.loading');
  if (place.isError || place.data === null) return <span className="bad">{t('offices.lot.notLogged')}</span>;
  return (
    <a href={`/api/v1/log/receipts/${hash}`} className="nowrap">
      {t('offices.board.leaf', { index: place.data })}
    </a>
  );
}

function Evidence({ lotId }: { readonly lotId: string }) {
  const { t } = useTranslation();
  const task = useRun();
  const [written, setWritten] = useState<number | null>(null);
  const [way, setWay] = useState<Way | null>(null);
  const save = async (): Promise<void> => {
    setWay(null);
    const name = `evidence-${lotId}-auditor.zip`;
    const open = () => askFullEvidence(lotId);
    setWay(await saveStream({ name, open, progress: setWritten, now: ownNow() }));
  };
  return (
    <Section title={t('offices.lot.evidence')}>
      <p>{t('offices.lot.evidenceText')}</p>
      {task.fault !== null && <FaultView error={task.fault} />}
      <p role="status" className="quiet">
        {task.busy && written !== null && t('offices.lot.evidenceWritten', { size: bytes(written) })}
        {!task.busy && way !== null && t(`offices.lot.evidenceWay.${way}`)}
      </p>
      <div className="actions">
        <Button type="primary" loading={task.busy} onClick={() => void task.run(save)}>
          {t('offices.lot.evidenceFull')}
        </Button>
        <a href={`/api/v1/lots/${lotId}/evidence`}>{t('offices.lot.evidencePublic')}</a>
        <Link to="/verify">{t('nav.verify')}</Link>
      </div>
    </Section>
  );
}
