import { useTranslation } from 'react-i18next';

/** The law's clock on the mainland, whatever zone the reader's machine is in. */
const ZONE = 'Asia/Shanghai';

const parts = new Intl.DateTimeFormat('sv-SE', {
  timeZone: ZONE,
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** `2026-03-01 16:00:00`, in Beijing time; the zone is written by whoever shows it. */
export const beijing = (at: string | number): string => parts.format(new Date(at));

/** An instant of a record, always with its zone. */
export function Time({ at }: { readonly at: string }) {
  const { t } = useTranslation();
  return (
    <time dateTime={at} title={`${at} · ${t('clock.zoneTitle')}`} className="time">
      {beijing(at)} <abbr title={t('clock.zoneTitle')}>UTC+8</abbr>
    </time>
  );
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** `3 days 04:05:06`; whole seconds, rounded up, so that zero means passed. */
export function useDuration(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) => {
    const seconds = Math.max(0, Math.ceil(ms / 1000));
    const days = Math.floor(seconds / 86_400);
    const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    const text = clock.map(pad).join(':');
    return days > 0 ? `${t('lot.days', { count: days })} ${text}` : text;
  };
}
