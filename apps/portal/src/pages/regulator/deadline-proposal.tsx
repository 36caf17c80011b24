import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { proposalQuery, sendDeadlineChange } from '../../api/supervision.ts';
import { lotQuery } from '../../api/tendering.ts';
import type { Lot } from '../../api/tendering.ts';
import { signHere } from '../../session/signing.ts';
import { Final } from '../../ui/final.tsx';
import { Fact, Facts, Section } from '../../ui/parts.tsx';
import { ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

/** A later deadline takes two signatures: agency or tenderee, and the regulator's, which makes it valid. */
export function DeadlineProposal({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const waiting = useQuery(proposalQuery(lot.id));
  const proposal = waiting.data?.proposal;
  const sign = async (): Promise<void> => {
    if (!proposal) return;
    const { record, signatures } = proposal.signed;
    const mine = await signHere('deadline', record);
    await sendDeadlineChange(lot.id, { record, signatures: [...signatures, ...mine.signatures] });
    await Promise.all([
      queries.invalidateQueries({ queryKey: lotQuery(lot.id).queryKey }),
      queries.invalidateQueries({ queryKey: proposalQuery(lot.id).queryKey }),
    ]);
  };
  return (
    <Section title={t('offices.deadline.title')}>
      {waiting.isError && <ProblemView error={waiting.error} retry={() => void waiting.refetch()} />}
      {waiting.isSuccess && !proposal && <p className="quiet">{t('offices.deadline.none')}</p>}
      {proposal && (
        <div className="card">
          <Facts>
            <Fact name={t('offices.deadline.from')}>
              <Time at={proposal.signed.record.from} />
            </Fact>
            <Fact name={t('offices.deadline.to')}>
              <Time at={proposal.signed.record.to} />
            </Fact>
            <Fact name={t('offices.deadline.reason')}>{proposal.signed.record.reason}</Fact>
            <Fact name={t('offices.deadline.proposed')}>
              <Time at={proposal.proposedAt} />
            </Fact>
          </Facts>
          <Final word={t('offices.deadline.sign')} title={t('offices.deadline.title')} run={sign}>
            <p>{t('offices.deadline.what')}</p>
          </Final>
        </div>
      )}
    </Section>
  );
}
