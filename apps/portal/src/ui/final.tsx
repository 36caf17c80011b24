import Button from 'antd/es/button';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FaultView } from '../session/fault-view.tsx';
import { Dialog } from './dialog.tsx';
import { useRun } from './use-run.ts';

/**
 * A button for what cannot be taken back. The dialog says what will happen (`children`) and that it is final; what
 * `run` throws is shown in it, and nothing closes until it is done. Not for anything that can be undone.
 */
export function Final({
  word,
  title,
  run,
  disabled = false,
  quiet = false,
  children,
}: {
  readonly word: string;
  readonly title: string;
  readonly run: () => Promise<void>;
  readonly disabled?: boolean;
  /** Not what the page is for: the button that opens the dialog then does not stand out. */
  readonly quiet?: boolean;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { busy, fault, run: begin } = useRun();
  const act = async (): Promise<void> => {
    if (await begin(run)) setOpen(false);
  };
  return (
    <>
      <Button type={quiet ? 'default' : 'primary'} disabled={disabled} onClick={() => setOpen(true)}>
        {word}
      </Button>
      {open && (
        <Dialog title={title} close={() => !busy && setOpen(false)}>
          {children}
          <p>
            <strong>{t('dialog.final')}</strong>
          </p>
          {fault !== null && <FaultView error={fault} />}
          <div className="dialog-actions">
            <Button disabled={busy} onClick={() => setOpen(false)}>
              {t('dialog.back')}
            </Button>
            <Button type="primary" loading={busy} onClick={() => void act()}>
              {word}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
