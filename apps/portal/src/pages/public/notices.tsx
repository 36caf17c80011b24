import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { STAGES, lotsQuery } from '../../api/tendering.ts';
import type { Stage } from '../../api/tendering.ts';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { LotTable } from './lot-table.tsx';

const isStage = (text: string | null): text is Stage => STAGES.some((stage) => stage === text);

/** The search is in the address: it can be kept, sent, and gone back to. */
function useSearch() {
  const [query, setQuery] = useSearchParams();
  const stage = query.get('stage');
  const search = { text: query.get('text')?.slice(0, 100) ?? '', stage: isStage(stage) ? stage : null };
  const addressOf = (text: string, wanted: Stage | null): URLSearchParams =>
    new URLSearchParams([
      ...(text === '' ? [] : [['text', text]]),
      ...(wanted === null ? [] : [['stage', wanted]]),
    ]);
  return { search, addressOf, setQuery };
}

export function NoticesPage() {
  const { t } = useTranslation();
  useTitle(t('notices.title'));
  const { search, addressOf, setQuery } = useSearch();
  const lots = useInfiniteQuery(lotsQuery(search));
  const items = lots.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search.text !== '' || search.stage !== null;
  return (
    <div className="page">
      <h1>{t('notices.title')}</h1>
      <SearchForm
        key={search.text}
        text={search.text}
        search={(text) => setQuery(addressOf(text, search.stage))}
      />
      <nav className="filters" aria-label={t('notices.stage')}>
        {[null, ...STAGES].map((stage) => (
          <Link
            key={stage ?? 'all'}
            to={{ search: addressOf(search.text, stage).toString() }}
            aria-current={stage === search.stage ? 'true' : undefined}
          >
            {t(`stage.${stage ?? 'all'}`)}
          </Link>
        ))}
      </nav>
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
      {lots.hasNextPage && (
        <Button loading={lots.isFetchingNextPage} onClick={() => void lots.fetchNextPage()}>
          {t('state.loadMore')}
        </Button>
      )}
    </div>
  );
}

function SearchForm({ text, search }: { readonly text: string; readonly search: (text: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(text);
  return (
    <form
      role="search"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(typed.trim());
      }}
    >
      <label htmlFor="search-text">{t('notices.text')}</label>
      <div className="search-row">
        <Input
          id="search-text"
          value={typed}
          maxLength={100}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="primary" htmlType="submit">
          {t('notices.search')}
        </Button>
      </div>
    </form>
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
