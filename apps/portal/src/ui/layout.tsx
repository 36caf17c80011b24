import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, useLocation } from 'react-router';
import { overviewQuery } from '../api/platform-state.ts';
import { chooseLanguage } from '../i18n/index.ts';
import { DESKS } from '../session/desks.ts';
import { meQuery } from '../session/me.ts';
import { may, useSession } from '../session/session-store.ts';
import { signOut } from '../session/sign-in.ts';
import { useServerNow } from './clock.ts';
import { DemoBar } from './demo-bar.tsx';
import { beijing } from './time.tsx';

const PAGES = [
  ['/notices', 'nav.notices'],
  ['/verify', 'nav.verify'],
  ['/log-head', 'nav.log'],
] as const;

export function Layout({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const main = useRef<HTMLElement>(null);
  useFocusOnNavigation(main);
  return (
    <>
      <a className="skip" href="#content">
        {t('nav.skip')}
      </a>
      <DemoBar />
      <Header />
      <DeskNav />
      <main id="content" ref={main} tabIndex={-1}>
        {children}
      </main>
      <Footer />
    </>
  );
}

/** A new page begins at its top and is announced; a change of the query (a search) leaves the reader where they are. */
function useFocusOnNavigation(main: { readonly current: HTMLElement | null }): void {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname, main]);
}

function Header() {
  const { t, i18n } = useTranslation();
  const other = i18n.language === 'en' ? 'zh-CN' : 'en';
  return (
    <header className="top">
      <div className="top-row">
        <Link to="/" className="brand">
          <Mark />
          <span className="brand-name">{t('brand.name')}</span>
          <span className="brand-full">{t('brand.full')}</span>
        </Link>
        <nav aria-label={t('nav.main')}>
          {PAGES.map(([to, word]) => (
            <NavLink key={to} to={to}>
              {t(word)}
            </NavLink>
          ))}
        </nav>
        <div className="top-end">
          <ServerClock />
          <Account />
          <button
            type="button"
            className="language"
            lang={other}
            aria-label={t('nav.languageLabel')}
            onClick={() => chooseLanguage(other)}
          >
            {t('nav.language')}
          </button>
        </div>
      </div>
    </header>
  );
}

function Account() {
  const { t } = useTranslation();
  const session = useSession();
  const { pathname } = useLocation();
  // One that is over elsewhere is found at the next look: the client lets go of it at a 401.
  useQuery(meQuery(session?.token ?? null));
  if (!session)
    return (
      <Link className="account" to={`/sign-in?next=${encodeURIComponent(pathname)}`}>
        {t('session.signIn')}
      </Link>
    );
  return (
    <span className="account">
      <span title={session.organisation}>
        {session.person === '' ? session.organisation : session.person}
      </span>{' '}
      <button type="button" onClick={() => void signOut()}>
        {t('session.signOut')}
      </button>
    </span>
  );
}

/** The workplaces of whoever is signed in. */
function DeskNav() {
  const { t } = useTranslation();
  const session = useSession();
  const desks = DESKS.filter(({ permission }) => may(session, permission));
  if (!session || desks.length === 0) return null;
  return (
    <nav className="desks no-print" aria-label={t('session.desks')}>
      <span>{session.organisation}</span>
      {desks.map(({ path, word }) => (
        <NavLink key={path} to={path}>
          {t(word)}
        </NavLink>
      ))}
    </nav>
  );
}

const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M4 27h24M7 27V14l9-7 9 7v13M12.5 27V16.5M19.5 27V16.5" />
  </svg>
);

function ServerClock() {
  const { t } = useTranslation();
  const now = useServerNow();
  if (now === null) return <span className="clock">{t('clock.unknown')}</span>;
  return (
    <span className="clock" title={t('clock.zoneTitle')}>
      <span className="visually-hidden">{t('clock.label')}</span> {beijing(now)} <span>UTC+8</span>
    </span>
  );
}

function Footer() {
  const { t } = useTranslation();
  const { data } = useQuery(overviewQuery());
  return (
    <footer className="foot">
      <div>
        <p>{t('foot.promise')}</p>
        {data?.demo && <p className="demo-note">{t('foot.demo')}</p>}
        <p className="no-print">
          <a href="/docs">{t('foot.api')}</a> <a href="/health">{t('foot.health')}</a>
        </p>
      </div>
    </footer>
  );
}
