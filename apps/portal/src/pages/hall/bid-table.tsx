import { useTranslation } from 'react-i18next';
import type { Lot } from '../../api/tendering.ts';
import { basisPoints, percent, yuan } from '../../ui/figures.ts';
import { Cell, DataTable, Hash } from '../../ui/parts.tsx';
import { faultOf } from './hall-state.ts';
import type { HallBid, HallState } from './hall-state.ts';

/** Every bid by its arrival, how far it is, and its price as soon as it is read out. */
export function BidTable({ lot, state }: { readonly lot: Lot; readonly state: HallState }) {
  const { t } = useTranslation();
  if (state.bids.length === 0) return <p className="quiet">{t('hall.noBids')}</p>;
  const head = (['n', 'bidder', 'progress', 'price', 'period'] as const).map((word) => t(`hall.${word}`));
  return (
    <>
      <p className="quiet">{t('hall.order')}</p>
      <DataTable caption={t('hall.bidsCaption')} head={head}>
        {state.bids.map((bid, at) => (
          <Row key={bid.c} bid={bid} n={at + 1} head={head} controlPrice={lot.method.controlPrice} />
        ))}
      </DataTable>
    </>
  );
}

function Row({
  bid,
  n,
  head: [number = '', bidder = '', progress = '', price = '', period = ''],
  controlPrice,
}: {
  readonly bid: HallBid;
  readonly n: number;
  readonly head: readonly string[];
  readonly controlPrice: string | null;
}) {
  const { t } = useTranslation();
  const hidden = <span className="quiet">{t('hall.sealed')}</span>;
  const fault = faultOf(bid);
  return (
    <tr>
      <Cell label={number}>{n}</Cell>
      <Cell label={bidder}>
        {bid.name ?? hidden}
        {bid.added && <span className="quiet block">{t('hall.added')}</span>}
        <span className="block">
          <Hash value={bid.c} />
        </span>
      </Cell>
      <Cell label={progress}>
        <span className={`hall-step bid-${bid.progress}`}>{t(`hall.steps.${bid.progress}`)}</span>
        {fault && <span className="bad block">{t(`hall.fault.${fault}`)}</span>}
        {bid.reason !== '' && <span className="quiet block">{bid.reason}</span>}
      </Cell>
      <Cell label={price} className="nowrap">
        {bid.sheet ? <Price price={bid.sheet.price} controlPrice={controlPrice} /> : hidden}
      </Cell>
      <Cell label={period}>{bid.sheet ? bid.sheet.periodDays : '–'}</Cell>
    </tr>
  );
}

function Price({ price, controlPrice }: { readonly price: string; readonly controlPrice: string | null }) {
  const { t } = useTranslation();
  const points = controlPrice === null ? null : basisPoints(price, controlPrice);
  const over = points !== null && points > 10_000;
  return (
    <>
      <strong className="figure">{yuan(price)}</strong>
      {points !== null && (
        <span className={over ? 'bad block' : 'quiet block'}>
          {over ? t('opening.overControl') : `${t('opening.ofControl')} ${percent(points)}`}
        </span>
      )}
    </>
  );
}
