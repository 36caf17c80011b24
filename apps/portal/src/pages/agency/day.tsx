import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { dayQuery } from '../../api/agency.ts';
import type { DayItem } from '../../api/agency.ts';
import { useServerNow } from '../../ui/clock.ts';
import { LoadMore } from '../../ui/load-more.tsx';
import { Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time, useDuration } from '../../ui/time.tsx';
import { useTitle } from '../../ui/title.ts';

/** Whose move it is: own work first, then what waits for others, then what only passes. */
const WAITS: readonly (DayItem['next'] & string)[] = [
  'wait-for-deadline',
  'wait-for-close',
  'wait-for-publicity',
  'call-trustees',
  'call-regulator',
];
const urgency = ({ due }: DayItem): string => due[0]?.at ?? '9999';
const byUrgency = (a: DayItem, b: DayItem): number => urgency(a).localeCompare(urgency(b));

/** What is due, what blocks and what to do next, lot by lot. Nothing here depends on bids before their deadline. */
export function AgencyDay() {
  const { t } = useTranslation();
  useTitle(t('agency.today'));
  const day = useInfiniteQuery(dayQuery());
  if (day.isPending) return <Loading />;
  const items = day.data?.pages.flatMap((page) => page.items) ?? [];
  const open = items.filter(({ next }) => next !== null).sort(byUrgency);
  const waiting = open.filter(({ next }) => next !== null && WAITS.includes(next));
  const mine = open.filter((item) => !waiting.includes(item));
  return (
    <>
      <h1>{t('agency.today')}</h1>
      {day.isError && <ProblemView error={day.error} retry={() => void day.refetch()} />}
      {day.data && open.length === 0 && (
        <Empty title={t('agency.nothingToDo')}>
          <p>
            <Link to="/agency/prepare">{t('agency.newTender')}</Link>
          </p>
        </Empty>
      )}
      {mine.length > 0 && (
        <Section title={t('agency.yours')}>
          <DayList items={mine} />
        </Section>
      )}
      {waiting.length > 0 && (
        <Section title={t('agency.waiting')}>
          <DayList items={waiting} />
        </Section>
      )}
      <LoadMore list={day} />
    </>
  );
}

const DayList = ({ items }: { readonly items: readonly DayItem[] }) => (
  <ul className="day">
    {items.map((item) => (
      <DayEntry key={item.id} item={item} />
    ))}
  </ul>
);

function DayEntry({ item }: { readonly item: DayItem }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const duration = useDuration();
  return (
    <li className="card day-item">
      <div>
        <p className="quiet">{item.projectName}</p>
        <h3>
          <Link to={`/agency/lots/${item.id}`}>{item.name}</Link>
        </h3>
        <p>{t(`agency.stage.${item.stage}`)}</p>
      </div>
      <div>
        {item.due.map(({ what, at, article }) => (
          <p key={what}>
            {t(`agency.due.${what}`)} <span className="article">{article}</span>
            <span className="block">
              <Time at={at} />{' '}
              {now !== null && (
                <span className="quiet">{t('agency.left', { time: duration(Date.parse(at) - now) })}</span>
              )}
            </span>
          </p>
        ))}
        {item.blocks.map(({ what, article, facts }) => (
          <p key={what} className="rule rule-broken">
            <strong>{t('agency.blocked')}</strong> <span className="article">{article}</span>{' '}
            {t(`agency.block.${what}`, { count: Number(facts['count'] ?? 0) })}{' '}
            {facts['seats'] !== undefined && <Roles roles={facts['seats'].split(',')} />}
          </p>
        ))}
      </div>
      <div className="day-next">
        {item.next !== null && <Link to={pathOf(item)}>{t(`agency.next.${item.next}`)}</Link>}
      </div>
    </li>
  );
}

function Roles({ roles }: { readonly roles: readonly string[] }) {
  const { t, i18n } = useTranslation();
  const words = roles.map((role) => t(`opening.role.${role as 'notary'}`));
  return new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(words);
}

/** Where the next step is taken. A tenderee only looks on where its agency acts. */
function pathOf({ id, next }: DayItem): string {
  switch (next) {
    case 'add-documents':
      return `/agency/lots/${id}/prepare/documents`;
    case 'mend-times':
      return `/agency/lots/${id}/prepare/timing`;
    case 'publish':
      return `/agency/lots/${id}/prepare/notice`;
    case 'answer-questions':
      return `/agency/lots/${id}/questions`;
    case 'call-regulator':
      return `/lots/${id}/deadline`;
    case 'wait-for-close':
    case 'go-to-hall':
    case 'sign-opening-record':
      return `/agency/lots/${id}/opening`;
    case 'evaluate':
      return `/agency/lots/${id}/evaluation`;
    case 'publicise':
    case 'wait-for-publicity':
    case 'award':
      return `/agency/lots/${id}/award`;
    default:
      return `/agency/lots/${id}`;
  }
}
