import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { overviewQuery } from '../api/platform-state.ts';
import { become, demoIdentitiesQuery } from '../session/demo.ts';
import { FaultView } from '../session/fault-view.tsx';
import { useSession } from '../session/session-store.ts';
import { useRun } from './use-run.ts';

/** In demonstrations only, on every page: who one is right now, and anybody else by one click. */
export function DemoBar() {
  const { t } = useTranslation();
  const { data: overview } = useQuery(overviewQuery());
  const { data: people = [] } = useQuery(demoIdentitiesQuery(overview?.demo ?? false));
  const session = useSession();
  const { busy, fault, run } = useRun();
  if (people.length === 0) return null;
  const chip = (name: string | null, word: string, title?: string) => (
    <button
      key={name ?? ''}
      type="button"
      title={title}
      disabled={busy}
      aria-pressed={(session?.demo ?? null) === name && (name !== null || !session)}
      onClick={() => void run(() => become(name))}
    >
      {word}
    </button>
  );
  return (
    <section className="demo-bar no-print" aria-label={t('session.demo.label')}>
      <strong>{t('session.demo.mark')}</strong>
      <span>{t('session.demo.as')}</span>
      {chip(null, t('session.demo.visitor'))}
      {people.map(({ name, organisation, role }) => {
        const number = /-(\d+)$/.exec(name)?.[1] ?? '';
        return chip(name, `${t(`session.demo.${roleWord(role)}`)}${number}`, organisation);
      })}
      <Link to="/guide">{t('guide.link')}</Link>
      {fault !== null && <FaultView error={fault} />}
    </section>
  );
}

const WORDS = ['tenderee', 'agency', 'regulator', 'operator', 'notary', 'bidder'] as const;
const roleWord = (role: string) => WORDS.find((each) => each === role) ?? 'notary';
