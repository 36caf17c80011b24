import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { progressQuery } from '../../api/award.ts';
import type { ListedLot } from '../../api/tendering.ts';
import { Cell, DataTable } from '../../ui/parts.tsx';
import { shownStage } from '../../ui/shown-stage.ts';
import { StageTag } from '../../ui/stage.tsx';
import { Time } from '../../ui/time.tsx';

/** Lots in a list: the name leads on, the stage says what there is to see. */
export function LotTable({ lots }: { readonly lots: readonly ListedLot[] }) {
  const { t } = useTranslation();
  // Only after the deadline has anything more happened than the list says.
  const closed = lots.filter(({ stage }) => stage === 'closed').map(({ id }) => id);
  const { data: progress } = useQuery(progressQuery(closed));
  const [lot, tenderee, stage, deadline] = [
    t('notices.colLot'),
    t('notices.colTenderee'),
    t('notices.colStage'),
    t('notices.colDeadline'),
  ];
  return (
    <DataTable caption={t('notices.title')} head={[lot, tenderee, stage, deadline]}>
      {lots.map((each) => (
        <tr key={each.id}>
          <Cell label={lot}>
            <Link to={`/lots/${each.id}`} className="lot-link">
              {each.projectName} {each.name}
            </Link>
            <span className="quiet block">
              {t(`kind.${each.kind}`)} · {t(`level.${each.level}`)}
            </span>
          </Cell>
          <Cell label={tenderee}>{each.tenderee.name}</Cell>
          <Cell label={stage}>
            <StageTag stage={shownStage(each.stage, progress?.get(each.id))} />
          </Cell>
          <Cell label={deadline}>
            <Time at={each.deadline} />
          </Cell>
        </tr>
      ))}
    </DataTable>
  );
}
