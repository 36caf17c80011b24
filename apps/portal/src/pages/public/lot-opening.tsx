import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { recordQuery } from '../../api/opening.ts';
import type { OpeningRecord, RecordedBid, ShownRecord } from '../../api/opening.ts';
import { basisPoints, percent, yuan } from '../../ui/figures.ts';
import { Cell, DataTable, Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useLot } from './lot.tsx';

/** The opening record (开标记录), as it was read out; before it, what goes on. */
export default function LotOpening() {
  const { t } = useTranslation();
  const { lot, opening } = useLot();
  const shown = useQuery({ ...recordQuery(lot.id), enabled: opening !== null });
  if (!opening)
    return (
      <Empty title={t('opening.none')}>
        <p>{t('opening.noneNext')}</p>
      </Empty>
    );
  if (opening.state === 'waiting')
    return (
      <Empty title={t('opening.waiting')}>
        <p>{t('opening.waitingNext')}</p>
        <ToHall id={lot.id} />
      </Empty>
    );
  if (shown.isPending) return <Loading />;
  if (shown.isError && shown.data === undefined)
    return <ProblemView error={shown.error} retry={() => void shown.refetch()} />;
  if (!shown.data)
    return (
      <Empty title={t('opening.running')}>
        <p>{t(`opening.state.${opening.state}`)}</p>
        <p>{t('opening.runningNext')}</p>
        <ToHall id={lot.id} />
      </Empty>
    );
  return <Record {...shown.data} />;
}

function ToHall({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  return (
    <p className="no-print">
      <Link to={`/lots/${id}/hall`}>{t('hall.link')}</Link>
    </p>
  );
}

function Record({ record, hash, signed }: ShownRecord) {
  const { t } = useTranslation();
  return (
    <>
      {!signed && (
        <div className="note">
          <p>{t('opening.draft')}</p>
          <ToHall id={record.lot} />
        </div>
      )}
      {record.result === 'failed' && (
        <div className="note">
          <strong>{t('opening.failedTitle')}</strong>
          <p>{t('opening.failedText')}</p>
        </div>
      )}
      <Section title={t('opening.bids')}>
        <Facts>
          <Fact name={t('opening.openedAt')}>
            <Time at={record.openedAt} />
          </Fact>
          <Fact name={t('opening.finishedAt')}>
            <Time at={record.finishedAt} />
          </Fact>
          <Fact name={t('opening.distinct')}>{record.distinctBidders}</Fact>
        </Facts>
        <Bids record={record} />
      </Section>
      <Section title={t('opening.objections')}>
        <Objections record={record} />
      </Section>
      <Section title={t('opening.trustees')}>
        <Trustees record={record} />
      </Section>
      <p className="quiet">
        {t('opening.recordHash')} <Hash value={hash} />
      </p>
    </>
  );
}

function Bids({ record }: { readonly record: OpeningRecord }) {
  const { t } = useTranslation();
  const head = (['n', 'bidder', 'price', 'period', 'quality', 'guarantee', 'outcome'] as const).map((word) =>
    t(`opening.${word}`),
  );
  return (
    <DataTable caption={t('opening.bidsCaption')} head={head}>
      {record.bids.map((bid, at) => (
        <BidRow key={bid.c} bid={bid} n={at + 1} head={head} />
      ))}
    </DataTable>
  );
}

function BidRow({
  bid,
  n,
  head,
}: {
  readonly bid: RecordedBid;
  readonly n: number;
  readonly head: readonly string[];
}) {
  const { t } = useTranslation();
  const [number = '', bidder = '', price = '', period = '', quality = '', guarantee = '', outcome = ''] =
    head;
  const { sheet } = bid;
  const hidden = <span className="quiet">{t('opening.sealed')}</span>;
  return (
    <tr>
      <Cell label={number}>{n}</Cell>
      <Cell label={bidder}>
        {bid.bidder ? bid.bidder.name : hidden}
        <span className="quiet block">
          <abbr title={t('opening.commitment')}>
            <Hash value={bid.c} />
          </abbr>
        </span>
      </Cell>
      <Cell label={price} className="nowrap">
        {sheet ? <Price price={sheet.price} /> : hidden}
      </Cell>
      <Cell label={period} className="nowrap">
        {sheet ? sheet.periodDays : '–'}
      </Cell>
      <Cell label={quality}>
        {sheet?.quality || '–'}
        {sheet?.manager && (
          <span className="quiet block">
            {t('opening.manager')} {sheet.manager}
          </span>
        )}
      </Cell>
      <Cell label={guarantee}>
        {sheet ? t(`opening.guaranteeKind.${sheet.guarantee.kind}`) : '–'}
        {sheet && sheet.guarantee.kind !== 'none' && (
          <span className="quiet block">¥ {yuan(sheet.guarantee.amount)}</span>
        )}
      </Cell>
      <Cell label={outcome}>
        {t(`opening.outcomes.${bid.outcome}`)}
        {bid.reason !== '' && <span className="quiet block">{bid.reason}</span>}
      </Cell>
    </tr>
  );
}

/** The figure, and its length against the control price: what the hall's board shows. */
function Price({ price }: { readonly price: string }) {
  const { t } = useTranslation();
  const { controlPrice } = useLot().lot.method;
  const points = controlPrice === null ? null : basisPoints(price, controlPrice);
  if (points === null) return <>{yuan(price)}</>;
  const over = points > 10_000;
  return (
    <>
      {yuan(price)}
      <span className={over ? 'bar bar-over' : 'bar'} aria-hidden="true">
        <span style={{ width: `${Math.min(100, points / 100)}%` }} />
      </span>
      <span className={over ? 'bar-label bad' : 'bar-label quiet'}>
        {over ? t('opening.overControl') : `${t('opening.ofControl')} ${percent(points)}`}
      </span>
    </>
  );
}

function Objections({ record }: { readonly record: OpeningRecord }) {
  const { t } = useTranslation();
  if (record.objections.length === 0) return <p className="quiet">{t('opening.noObjections')}</p>;
  return (
    <ol className="versions">
      {record.objections.map(({ by, at, text, answer, answeredAt }) => (
        <li key={`${at} ${text}`}>
          <h3>{by}</h3>
          <p className="quiet">
            <Time at={at} />
          </p>
          <p className="summary">{text}</p>
          <p className="summary answer">
            <strong>{t('opening.answer')}</strong> {answer}
          </p>
          <p className="quiet">
            <Time at={answeredAt} />
          </p>
        </li>
      ))}
    </ol>
  );
}

function Trustees({ record }: { readonly record: OpeningRecord }) {
  const { t } = useTranslation();
  const { seats } = useLot().lot;
  return (
    <ul className="trustees">
      {record.trustees.map(({ i, state }) => {
        const role = seats.find((seat) => seat.i === i)?.role;
        return (
          <li key={i} className={`trustee trustee-${state}`}>
            <strong>{role ? t(`opening.role.${role}`) : t('opening.seat', { i })}</strong>
            <span>{t(`opening.trusteeStates.${state}`)}</span>
          </li>
        );
      })}
    </ul>
  );
}
