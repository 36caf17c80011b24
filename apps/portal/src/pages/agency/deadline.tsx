import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { changeDeadline, proposalQuery, proposeDeadline } from '../../api/agency.ts';
import { lotQuery } from '../../api/tendering.ts';
import type { Lot } from '../../api/tendering.ts';
import { Need } from '../../session/need.tsx';
import { useSession } from '../../session/session-store.ts';
import { signHere } from '../../session/signing.ts';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { Final } from '../../ui/final.tsx';
import { Fact, Facts, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';
import { InstantField, TextField } from './fields.tsx';
import { localText, readLocal, recordText } from './rules.ts';
import './agency.css';

type Change = Lot['deadlineChanges'][number]['record'];

/**
 * A later deadline (PROTOCOL 7), for the three that may sign it: agency or tenderee proposes with its signature, the
 * regulator signs the very record too. One signature moves nothing.
 */
export default function DeadlinePage() {
  return (
    <Need permission="deadline.change">
      <div className="page narrow">
        <DeadlineDesk />
      </div>
    </Need>
  );
}

function DeadlineDesk() {
  const { t } = useTranslation();
  const { lotId = '' } = useParams();
  const session = useSession();
  const now = useServerNow();
  const lot = useQuery(lotQuery(lotId));
  const proposal = useQuery({ ...proposalQuery(lotId), enabled: lot.data?.state === 'keyed' });
  useTitle(t('lot.deadlineChanges'));
  if (lot.isPending || (lot.data?.state === 'keyed' && proposal.isPending)) return <Loading />;
  if (!lot.data) return <ProblemView error={lot.error} retry={() => void lot.refetch()} />;
  if (proposal.isError) return <ProblemView error={proposal.error} retry={() => void proposal.refetch()} />;
  const { state, deadline, regulator } = lot.data;
  const closed = now !== null && now >= Date.parse(deadline);
  const isRegulator = session?.principal.organisationId === regulator.creditCode;
  return (
    <>
      <p className="quiet">
        <Link to={`/lots/${lotId}`}>
          {lot.data.projectName} {lot.data.name}
        </Link>
      </p>
      <h1>{t('agency.deadlineTitle')}</h1>
      <p>
        {t('lot.deadline')} <Time at={deadline} />
      </p>
      {state !== 'keyed' || closed ? (
        <Empty title={t(state === 'published' ? 'agency.deadlineByChange' : 'agency.noDeadlineNow')}>
          {state === 'published' && (
            <p>
              <Link to={`/agency/lots/${lotId}/change`}>{t('agency.tab.change')}</Link>
            </p>
          )}
        </Empty>
      ) : (
        <>
          {proposal.data && <Waiting proposal={proposal.data} lotId={lotId} isRegulator={isRegulator} />}
          {!isRegulator && <Propose lot={lot.data} />}
          {isRegulator && !proposal.data && <Empty title={t('agency.noProposal')} />}
        </>
      )}
    </>
  );
}

function ChangeFacts({ record }: { readonly record: Change }) {
  const { t } = useTranslation();
  return (
    <Facts>
      <Fact name={t('lot.from')}>
        <Time at={record.from} />
      </Fact>
      <Fact name={t('lot.to')}>
        <Time at={record.to} />
      </Fact>
      <Fact name={t('lot.reason')}>{record.reason}</Fact>
    </Facts>
  );
}

function Waiting({
  proposal,
  lotId,
  isRegulator,
}: {
  readonly proposal: { readonly signed: { readonly record: Change; readonly signatures: readonly object[] } };
  readonly lotId: string;
  readonly isRegulator: boolean;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { record, signatures } = proposal.signed;
  const sign = async (): Promise<void> => {
    const own = await signHere('deadline', record);
    await changeDeadline(lotId, { record, signatures: [...signatures, ...own.signatures] as never });
    await queries.invalidateQueries();
  };
  return (
    <Section title={t('agency.proposed')}>
      <div className="card">
        <ChangeFacts record={record} />
        <p className="quiet">{t(isRegulator ? 'agency.countersignLead' : 'agency.waitsForRegulator')}</p>
        {isRegulator && (
          <Final word={t('agency.countersign')} title={t('agency.countersign')} run={sign}>
            <ChangeFacts record={record} />
            <p>{t('agency.countersignText')}</p>
          </Final>
        )}
      </div>
    </Section>
  );
}

const EMPTY = { to: '', reason: '' };

function Propose({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [form, set, clear] = useDraft(`deadline:${lot.id}`, EMPTY);
  const to = readLocal(form.to === '' ? localText(Date.parse(lot.deadline)) : form.to);
  const later = to !== null && to > Date.parse(lot.deadline);
  const send = async (): Promise<void> => {
    if (to === null || lot.lotKeyHash === null) return;
    const record: Change = {
      type: 'deadline',
      ...(lot.notice.record.suite ? { suite: lot.notice.record.suite } : {}),
      lotKeyHash: lot.lotKeyHash,
      sequence: lot.deadlineChanges.length + 1,
      from: lot.deadline,
      to: recordText(to),
      reason: form.reason.trim(),
    };
    await proposeDeadline(lot.id, await signHere('deadline', record));
    clear();
    await queries.invalidateQueries();
  };
  return (
    <Section title={t('agency.propose')}>
      <div className="form">
        <InstantField
          label={t('agency.newDeadline')}
          article="PROTOCOL 7"
          value={form.to === '' ? localText(Date.parse(lot.deadline)) : form.to}
          set={(value) => set({ ...form, to: value })}
          fault={form.to !== '' && !later ? t('agency.onlyLater') : null}
        />
        <TextField label={t('lot.reason')} value={form.reason} set={(reason) => set({ ...form, reason })} />
        <Final
          word={t('agency.signProposal')}
          title={t('agency.propose')}
          disabled={!later || form.reason.trim() === ''}
          run={send}
        >
          <p>{t('agency.proposeText')}</p>
        </Final>
      </div>
    </Section>
  );
}
