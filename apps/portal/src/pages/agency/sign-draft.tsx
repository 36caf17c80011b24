import Button from 'antd/es/button';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Signed } from '#trust';
import { FaultView } from '../../session/fault-view.tsx';
import { signHere } from '../../session/signing.ts';
import { Final } from '../../ui/final.tsx';
import { useRun } from '../../ui/use-run.ts';

/**
 * The platform drafts, the reader looks, the key in this page signs, the platform compares and publishes. A draft is good
 * for some minutes: one that is too old is refused, and made anew here.
 */
export function SignDraft<T extends object>({
  type,
  draftWord,
  word,
  title,
  draft,
  send,
  done,
  show,
  disabled = false,
  children,
}: {
  /** The record's type: what the signature covers. */
  readonly type: string;
  readonly draftWord: string;
  readonly word: string;
  readonly title: string;
  readonly draft: () => Promise<T>;
  readonly send: (signed: Signed<T>) => Promise<unknown>;
  readonly done: () => void;
  readonly show: (record: T) => ReactNode;
  readonly disabled?: boolean;
  /** What signing does, and that it is final. */
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const [record, setRecord] = useState<T | null>(null);
  const { busy, fault, run: begin } = useRun();
  const make = async (): Promise<void> => {
    try {
      setRecord(await draft());
    } catch (error) {
      setRecord(null);
      throw error;
    }
  };
  const run = async (): Promise<void> => {
    if (record === null) return;
    await send(await signHere(type, record));
    setRecord(null);
    done();
  };
  return (
    <>
      {fault !== null && <FaultView error={fault} />}
      <p className="actions no-print">
        <Button loading={busy} disabled={disabled} onClick={() => void begin(make)}>
          {record === null ? draftWord : t('agency.draftAnew')}
        </Button>
      </p>
      {record !== null && (
        <div className="card" role="region" aria-label={t('agency.toSign')}>
          <h3>{t('agency.toSign')}</h3>
          {show(record)}
          <div className="actions">
            <Final word={word} title={title} run={run} disabled={disabled}>
              {children}
            </Final>
          </div>
        </div>
      )}
    </>
  );
}
