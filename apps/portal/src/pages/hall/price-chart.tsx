import { BarChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { yuan } from '../../ui/figures.ts';
import type { HallBid } from './hall-state.ts';

use([BarChart, GridComponent, MarkLineComponent, CanvasRenderer]);

interface Bar {
  readonly name: string;
  readonly price: string;
}

const ROW = 44;
const FRAME = 72;
/** A drawing may round: the exact figures stand in the table. */
const inTenThousands = (price: string): number => Number(price) / 10_000;

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Bars by arrival against the control price; read out to those who do not see it by its caption and the table above. */
export default function PriceChart({
  bids,
  controlPrice,
  scale,
}: {
  readonly bids: readonly HallBid[];
  readonly controlPrice: string | null;
  /** Of its letters: larger for a projector. */
  readonly scale: number;
}) {
  const { t, i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const bars = bids.flatMap(({ name, sheet }): Bar[] =>
    sheet ? [{ name: name ?? '', price: sheet.price }] : [],
  );
  const drawn = JSON.stringify([bars, controlPrice, scale, i18n.language]);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const height = (ROW * bars.length + FRAME) * scale;
    const chart = init(element, null, { renderer: 'canvas', height });
    chart.setOption(optionOf(bars, controlPrice, scale, t('hall.controlLine')));
    const observer = new ResizeObserver(() => chart.resize({ height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
    // `drawn` is all of it, by value: the hall's state is new with every event.
  }, [drawn]);
  const [lowest, highest] = extremes(bars);
  const said = t('hall.chartText', { count: bars.length, lowest: yuan(lowest), highest: yuan(highest) });
  const limit = controlPrice === null ? '' : t('hall.control', { price: yuan(controlPrice) });
  return (
    <figure className="hall-chart">
      <div ref={box} role="img" aria-label={`${said} ${limit}`} />
      <figcaption className="quiet">
        {said} {limit} {t('hall.unit')}
      </figcaption>
    </figure>
  );
}

function extremes(bars: readonly Bar[]): readonly [string, string] {
  const fen = (price: string): bigint => BigInt(price.replace('.', ''));
  const sorted = bars.map(({ price }) => price).sort((a, b) => (fen(a) < fen(b) ? -1 : 1));
  return [sorted[0] ?? '', sorted.at(-1) ?? ''];
}

function optionOf(bars: readonly Bar[], controlPrice: string | null, scale: number, limitWord: string) {
  const ink = colour('--ink');
  const fontSize = 13 * scale;
  const limit = controlPrice === null ? null : inTenThousands(controlPrice);
  const values = bars.map(({ price }) => inTenThousands(price));
  const line = {
    silent: true,
    symbol: 'none',
    lineStyle: { color: colour('--bad'), width: 2, type: 'dashed' as const },
    label: { formatter: limitWord, color: colour('--bad'), fontSize, position: 'start' as const },
    data: limit === null ? [] : [{ xAxis: limit }],
  };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    grid: { left: 8, right: 48 * scale, top: 28 * scale, bottom: 8, containLabel: true },
    xAxis: {
      type: 'value' as const,
      // Room for the longest bar's label; the axis ends between two round figures, which is not written.
      max: Math.max(...values, limit ?? 0) * 1.15,
      splitNumber: 3,
      axisLabel: { fontSize, color: ink, hideOverlap: true, showMaxLabel: false },
      splitLine: { lineStyle: { color: colour('--line') } },
    },
    yAxis: {
      type: 'category' as const,
      inverse: true,
      data: bars.map(({ name }) => name),
      axisLabel: { fontSize, color: ink, width: 140 * scale, overflow: 'break' as const },
    },
    series: [
      {
        type: 'bar' as const,
        data: values,
        barMaxWidth: 22 * scale,
        itemStyle: { color: colour('--primary') },
        label: {
          show: true,
          position: 'right' as const,
          color: ink,
          fontSize,
          formatter: ({ dataIndex }: { dataIndex: number }) => yuan(bars[dataIndex]?.price ?? ''),
        },
        markLine: line,
      },
    ],
  };
}
