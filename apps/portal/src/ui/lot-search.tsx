import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { STAGES } from '../api/tendering.ts';
import type { Search } from '../api/tendering.ts';

const MOST = 100;

const searchIn = (query: URLSearchParams): Search => ({
  text: query.get('text')?.slice(0, MOST) ?? '',
  stage: STAGES.find((each) => each === query.get('stage')) ?? null,
});

const addressOf = ({ text, stage }: Search): URLSearchParams =>
  new URLSearchParams([
    ...(text === '' ? [] : [['text', text]]),
    ...(stage === null ? [] : [['stage', stage]]),
  ]);

/** What is searched for. It is in the address: it can be kept, sent, and gone back to. */
export function useLotSearch(): Search {
  const [query] = useSearchParams();
  return searchIn(query);
}

/** Words to search for, and the stages to choose from. */
export function LotSearchBar() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const search = searchIn(query);
  return (
    <>
      <SearchForm
        key={search.text}
        text={search.text}
        search={(text) => setQuery(addressOf({ ...search, text }))}
      />
      <nav className="filters" aria-label={t('notices.stage')}>
        {[null, ...STAGES].map((stage) => (
          <Link
            key={stage ?? 'all'}
            to={{ search: addressOf({ ...search, stage }).toString() }}
            aria-current={stage === search.stage ? 'true' : undefined}
          >
            {t(`stage.${stage ?? 'all'}`)}
          </Link>
        ))}
      </nav>
    </>
  );
}

function SearchForm({ text, search }: { readonly text: string; readonly search: (text: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
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
      <label htmlFor={id}>{t('notices.text')}</label>
      <div className="search-row">
        <Input id={id} value={typed} maxLength={MOST} onChange={(event) => setTyped(event.target.value)} />
        <Button type="primary" htmlType="submit">
          {t('notices.search')}
        </Button>
      </div>
    </form>
  );
}
