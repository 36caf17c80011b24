import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { lotsQuery } from '../../api/tendering.ts';
import { LotSearchBar, useLotSearch } from '../../ui/lot-search.tsx';
import { LoadMore } from '../../ui/load-more.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { LotTable } from './lot-table.tsx';

export function NoticesPage() {
  const { t } = useTranslation();
  useTitle(t('notices.title'));
  const search = useLotSearch();
  const lots = useInfiniteQuery(lotsQuery(search));
  const items = lots.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search.text !== '' || search.stage !== null;
  return (
    <div className="page">
      <h1>{t('notices.title')}</h1>
      <LotSearchBar />
      {lots.isPending && <Loading />}
      {lots.isError && <ProblemView error={lots.error} retry={() => void lots.refetch()} />}
      {lots.isSuccess && items.length === 0 && <Nothing filtered={filtered} />}
      {items.length > 0 && (
        <>
          <LotTable lots={items} />
          <p className="quiet" role="status">
            {t('notices.found', { count: items.length })}
          </p>
        </>
      )}
      <LoadMore list={lots} />
    </div>
  );
}

function Nothing({ filtered }: { readonly filtered: boolean }) {
  const { t } = useTranslation();
  if (!filtered)
    return (
      <Empty title={t('notices.none')}>
        <p>{t('notices.noneNext')}</p>
      </Empty>
    );
  return (
    <Empty title={t('notices.empty')}>
      <p>{t('notices.emptyNext')}</p>
      <p>
        <Link to="/notices">{t('notices.clear')}</Link>
      </p>
    </Empty>
  );
}
