import Button from 'antd/es/button';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChosenFile } from '../../seal/messages.ts';
import type { Pace, Sealing } from '../../seal/use-sealing.ts';
import { bytes } from '../../ui/figures.ts';
import { Refusal } from './bid-key.tsx';

const STEPS = ['roots', 'clock', 'key', 'sheet', 'files'] as const;

export function BidSeal({
  sealing,
  missing,
  files,
  start,
}: {
  readonly sealing: Sealing;
  readonly missing: Readonly<Record<(typeof STEPS)[number], boolean>>;
  readonly files: readonly ChosenFile[];
  readonly start: () => void;
}) {
  const { t } = useTranslation();
  const open = STEPS.filter((step) => missing[step]);
  const room = useRoom(files);
  return (
    <>
      <p>{t('bid.sealText')}</p>
      <p className="quiet">{t('bid.served')}</p>
      {sealing.phase === 'failed' && (
        <Refusal
          title={t(sealing.step === 'testing' ? 'bid.testFailed' : 'bid.sealFailed')}
          next={t(`bid.faults.${faultOf(sealing.code)}`)}
          refused={{ code: sealing.code, facts: {} }}
        />
      )}
      {room && <p className="note">{t('bid.storage', { need: bytes(room.need), free: bytes(room.free) })}</p>}
      <p className="actions">
        <Button type="primary" disabled={open.length > 0} onClick={start}>
          {t('bid.seal')}
        </Button>
        {open.length > 0 && (
          <span className="quiet">
            {t('bid.notYet')} {open.map((step) => t(`bid.missing.${step}`)).join(' · ')}
          </span>
        )}
      </p>
    </>
  );
}

function faultOf(code: string): 'changed' | 'storage' | 'other' {
  if (code === 'SEAL.FILE_CHANGED' || code === 'SEAL.DIFFERS') return 'changed';
  return code === 'PORTAL.STORAGE_FULL' ? 'storage' : 'other';
}

/** Padding can add a third; only where the browser says that there is too little. */
function useRoom(files: readonly ChosenFile[]): { readonly need: number; readonly free: number } | null {
  const [free, setFree] = useState<number | null>(null);
  const need = Math.ceil(files.reduce((sum, { file }) => sum + file.size, 0) * 1.34);
  useEffect(() => {
    void navigator.storage.estimate().then(({ quota = 0, usage = 0 }) => setFree(quota - usage));
  }, [files]);
  return free !== null && free < need ? { need, free } : null;
}

export function Working({
  sealing,
  cancel,
}: {
  readonly sealing: Extract<Sealing, { readonly pace: Pace | null }>;
  readonly cancel: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="card running" role="status">
      <span className="loading-bar" aria-hidden="true" />
      <div className="working">
        <strong>{t(sealing.phase === 'testing' ? 'bid.testing' : 'bid.sealing')}</strong>
        {sealing.pace && <Progress pace={sealing.pace} />}
      </div>
      <Button onClick={cancel}>{t('bid.cancel')}</Button>
    </div>
  );
}

/** Bytes, a bar, and the time left by the pace so far. */
export function Progress({ pace }: { readonly pace: Pace }) {
  const { t } = useTranslation();
  const { done, total, startedAt } = pace;
  const time = useTimeLeft();
  const elapsed = performance.now() - startedAt;
  const left = done > 0 ? (elapsed * (total - done)) / done : null;
  return (
    <>
      <progress value={done} max={total} aria-label={t('bid.progressOf', pieces(done, total))} />
      <span className="quiet block">
        {t('bid.progressOf', pieces(done, total))}
        {done > 0 && ` · ${t('bid.speed', { speed: bytes(Math.round((done * 1000) / elapsed)) })}`}
        {left !== null && ` · ${t('bid.timeLeft', { time: time(left) })}`}
      </span>
    </>
  );
}

const pieces = (done: number, total: number) => ({ done: bytes(done), total: bytes(total) });

function useTimeLeft(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) => {
    const seconds = Math.ceil(ms / 1000);
    if (seconds < 60) return t('bid.seconds', { s: seconds });
    if (seconds < 3600) return t('bid.minutes', { m: Math.floor(seconds / 60), s: seconds % 60 });
    return t('bid.hours', { h: Math.floor(seconds / 3600), m: Math.floor(seconds / 60) % 60 });
  };
}
