import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { logHeadQuery, overviewQuery } from '../../api/platform-state.ts';
import { lotsQuery } from '../../api/tendering.ts';
import { Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { LotTable } from './lot-table.tsx';

export function HomePage() {
  const { t } = useTranslation();
  useTitle(undefined);
  return (
    <>
      <div className="hero">
        <div className="hero-inner">
          <h1>{t('home.title')}</h1>
          <p>{t('home.lead')}</p>
          <Search />
        </div>
      </div>
      <div className="page home-grid">
        <Newest />
        <div className="home-side">
          <section className="card">
            <h2>{t('home.verifyTitle')}</h2>
            <p>{t('home.verifyText')}</p>
            <Link to="/verify" className="button-link">
              {t('home.verifyButton')}
            </Link>
          </section>
          <LogHeadCard />
          <Running />
        </div>
      </div>
    </>
  );
}

function Search() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  return (
    <form
      role="search"
      className="hero-search"
      onSubmit={(event) => {
        event.preventDefault();
        const query = text.trim();
        void navigate(query === '' ? '/notices' : `/notices?${new URLSearchParams({ text: query })}`);
      }}
    >
      <label htmlFor="home-search">{t('home.search')}</label>
      <div className="hero-search-row">
        <Input
          id="home-search"
          size="large"
          value={text}
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="primary" size="large" htmlType="submit">
          {t('home.searchButton')}
        </Button>
      </div>
    </form>
  );
}

function Newest() {
  const { t } = useTranslation();
  const lots = useInfiniteQuery(lotsQuery({ text: '', stage: null }, 6));
  const items = lots.data?.pages[0]?.items ?? [];
  return (
    <Section title={t('home.newest')} aside={<Link to="/notices">{t('home.allNotices')}</Link>}>
      {lots.isPending && <Loading />}
      {lots.isError && <ProblemView error={lots.error} retry={() => void lots.refetch()} />}
      {lots.isSuccess && items.length === 0 && (
        <Empty title={t('notices.none')}>
          <p>{t('notices.noneNext')}</p>
        </Empty>
      )}
      {items.length > 0 && <LotTable lots={items} />}
    </Section>
  );
}

function LogHeadCard() {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery(logHeadQuery());
  return (
    <section className="card">
      <h2>
        <Link to="/log-head">{t('home.logHead')}</Link>
      </h2>
      {error && <ProblemView error={error} />}
      {isPending && <p className="quiet">{t('state.loading')}</p>}
      {data === null && <p className="quiet">{t('log.empty')}</p>}
      {data && (
        <Facts>
          <Fact name={t('log.size')}>
            <strong className="figure">{data.size}</strong>
          </Fact>
          <Fact name={t('log.root')}>
            <Hash value={data.root} />
          </Fact>
        </Facts>
      )}
    </section>
  );
}

type Part = 'database' | 'objects' | 'log';

function Running() {
  const { t } = useTranslation();
  const { data, error } = useQuery(overviewQuery());
  return (
    <section className="card">
      <h2>{t('home.running')}</h2>
      {error && <ProblemView error={error} />}
      {data && (
        <Facts rows>
          {data.parts.map(({ name, up }) => (
            <Fact key={name} name={t(`home.part.${name as Part}`)}>
              <span className={up ? 'good' : 'bad'}>{t(up ? 'home.up' : 'home.down')}</span>
            </Fact>
          ))}
          <Fact name={t('home.process')}>
            {data.role}
            {data.demo && ` · ${t('home.demo')}`}
          </Fact>
          <Fact name={t('foot.api')}>
            <a href="/docs">/docs</a>
          </Fact>
        </Facts>
      )}
    </section>
  );
}
