import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bytes } from '../../ui/figures.ts';
import { useTitle } from '../../ui/title.ts';
import { useVerification } from '../../verify/use-verification.ts';
import type { Checking, Roots } from '../../verify/use-verification.ts';
import { VerifyFiles } from './verify-files.tsx';
import { VerifyReport } from './verify-report.tsx';
import { VerifyRoots } from './verify-roots.tsx';

/** Two steps and a report; all of it on the reader's machine. */
export default function VerifyPage() {
  const { t } = useTranslation();
  useTitle(t('verify.title'));
  const [roots, setRoots] = useState<Roots | null>(null);
  const { checking, check, stop } = useVerification();
  return (
    <div className="page">
      <h1>{t('verify.title')}</h1>
      <p className="lead">{t('verify.lead')}</p>
      <p className="quiet">{t('verify.served')}</p>
      <VerifyRoots
        roots={roots}
        change={(next) => {
          stop();
          setRoots(next);
        }}
      />
      {checking.state === 'idle' && (
        <VerifyFiles roots={roots} check={(files) => roots && void check(roots, files)} />
      )}
      {checking.state === 'running' && <Running checking={checking} stop={stop} />}
      {(checking.findings.length > 0 || checking.unreadable.length > 0) && (
        <VerifyReport checking={checking} fromPlatform={roots?.fromPlatform ?? false} />
      )}
      {checking.state === 'done' && (
        <p className="actions no-print">
          <Button onClick={stop}>{t('verify.again')}</Button>
          <Button onClick={() => window.print()}>{t('verify.print')}</Button>
        </p>
      )}
    </div>
  );
}

function Running({ checking, stop }: { readonly checking: Checking; readonly stop: () => void }) {
  const { t } = useTranslation();
  const { progress } = checking;
  return (
    <div className="card running" role="status">
      <span className="loading-bar" aria-hidden="true" />
      <p>
        <strong>{t('verify.running')}</strong>
        {progress && (
          <span className="quiet block">
            {t('verify.read', { read: bytes(progress.read), size: bytes(progress.size) })}
          </span>
        )}
      </p>
      <Button onClick={stop}>{t('verify.cancel')}</Button>
    </div>
  );
}
