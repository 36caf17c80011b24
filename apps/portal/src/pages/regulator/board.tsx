import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { boardQuery } from '../../api/supervision.ts';
import type { BoardLot } from '../../api/supervision.ts';
import { Need } from '../../session/need.tsx';
import { LotSearchBar, useLotSearch } from '../../ui/lot-search.tsx';
import { LoadMore } from '../../ui/load-more.tsx';
import { Cell, DataTable } from '../../ui/parts.tsx';
import { shownStage } from '../../ui/shown-stage.ts';
import { StageTag } from '../../ui/stage.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';

/** Every tender, where it stands, what is due and the record behind it. Before a deadline nothing hangs on its bids. */
export default function BoardPage() {
  const { t } = useTranslation();
  useTitle(t('offices.board.title'));
  return (
    <Need permission="supervision.read">
      <Board />
    </Need>
  );
}

function Board() {
  const { t } = useTranslation();
  const lots = useInfiniteQuery(boardQuery(useLotSearch()));
  const items = lots.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page">
      <h1>{t('offices.board.title')}</h1>
      <p className="lead">{t('offices.board.lead')}</p>
      <LotSearchBar />
      {lots.isPending && <Loading />}
      {lots.isError && <ProblemView error={lots.error} retry={() => void lots.refetch()} />}
      {lots.isSuccess && items.length === 0 && (
        <Empty title={t('notices.empty')}>
          <p>{t('notices.emptyNext')}</p>
        </Empty>
      )}
      {items.length > 0 && <BoardTable lots={items} />}
      <LoadMore list={lots} />
    </div>
  );
}

function BoardTable({ lots }: { readonly lots: readonly BoardLot[] }) {
  const { t } = useTranslation();
  const head = [
    t('notices.colLot'),
    t('notices.colTenderee'),
    t('notices.colStage'),
    t('offices.board.due'),
    t('offices.board.record'),
  ] as const;
  return (
    <DataTable caption={t('offices.board.title')} head={head}>
      {lots.map((lot) => (
        <tr key={lot.id}>
          <Cell label={head[0]}>
            <Link to={`/supervision/lots/${lot.id}`} className="lot-link">
              {lot.projectName} {lot.name}
            </Link>
            <span className="quiet block">
              {t(`kind.${lot.kind}`)} · {t(`level.${lot.level}`)}
            </span>
          </Cell>
          <Cell label={head[1]}>
            {lot.tenderee.name}
            <span className="quiet block">{lot.agency.name}</span>
          </Cell>
          <Cell label={head[2]}>
            <StageTag stage={shownStage(lot.stage, lot)} />
          </Cell>
          <Cell label={head[3]}>
            <Due due={lot.due} />
          </Cell>
          <Cell label={head[4]}>
            <Behind record={lot.record} />
          </Cell>
        </tr>
      ))}
    </DataTable>
  );
}

function Due({ due }: { readonly due: BoardLot['due'] }) {
  const { t } = useTranslation();
  if (!due) return t('offices.board.nothing');
  return (
    <>
      {t(`offices.due.${due.event}`)}
      {due.at !== null && (
        <span className="block">
          <Time at={due.at} />
        </span>
      )}
      {due.overdue && <strong className="bad block">{t('offices.board.overdue')}</strong>}
    </>
  );
}

function Behind({ record }: { readonly record: BoardLot['record'] }) {
  const { t } = useTranslation();
  if (!record) return t('offices.board.noRecord');
  return (
    <>
      {t(`offices.record.${record.type}`)}
      <span className="quiet block">
        {record.index === null ? (
          t('offices.board.waits')
        ) : (
          <a href={`/api/v1/log/receipts/${record.hash}`}>
            {t('offices.board.leaf', { index: record.index })}
          </a>
        )}
      </span>
    </>
  );
}
