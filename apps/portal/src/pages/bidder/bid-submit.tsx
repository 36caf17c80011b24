import Alert from 'antd/es/alert';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../../api/client.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { useUpload } from '../../seal/use-upload.ts';
import type { Upload } from '../../seal/use-upload.ts';
import { bytes } from '../../ui/figures.ts';
import { Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import type { Roots } from '../../verify/use-verification.ts';
import { VerifyRoots } from '../public/verify-roots.tsx';
import { BidDiscard } from './bid-discard.tsx';
import { BidExport } from './bid-export.tsx';
import { Refusal } from './bid-key.tsx';
import { Progress } from './bid-seal.tsx';

export function BidSubmit({
  stored,
  replaced,
  roots,
  changeRoots,
  changed,
}: {
  readonly stored: StoredPackage;
  readonly replaced: StoredPackage | null;
  readonly roots: Roots | null;
  readonly changeRoots: (roots: Roots | null) => void;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const { upload, start } = useUpload(changed);
  const begun = stored.receipt !== null;
  const busy = upload.phase !== 'idle' && upload.phase !== 'failed';
  const size = stored.commit.envelopes.reduce((sum, { length }) => sum + length, 0);
  const send = (): void => {
    if (roots) void start(stored, replaced, roots.text);
  };
  return (
    <Section title={t('bid.submitHead')}>
      {!busy && <p>{t(begun ? 'bid.uploadNote' : 'bid.submitText')}</p>}
      <Facts>
        <Fact name={t('bid.commitment')}>
          <Hash value={stored.c} />
        </Fact>
        <Fact name={t('bid.size')}>{bytes(size)}</Fact>
        {stored.receipt && (
          <Fact name={t('bid.arrivedAt')}>
            <Time at={stored.receipt.arrival.record.arrivedAt} />
          </Fact>
        )}
      </Facts>
      {!roots && <VerifyRoots roots={roots} change={changeRoots} />}
      <Running upload={upload} />
      {upload.phase === 'failed' && <Failed error={upload.error} />}
      {!busy && (
        <p className="actions">
          <Button type="primary" disabled={!roots} onClick={send}>
            {t(begun ? 'bid.goOn' : 'bid.submit')}
          </Button>
        </p>
      )}
      {!begun && !busy && <BidDiscard kind="discard" stored={stored} changed={changed} />}
      <BidExport stored={stored} />
    </Section>
  );
}

function Running({ upload }: { readonly upload: Upload }) {
  const { t } = useTranslation();
  if (upload.phase === 'idle' || upload.phase === 'failed') return null;
  const word = { running: 'bid.uploading', finishing: 'bid.finishing', waiting: 'bid.waiting' } as const;
  return (
    <div className="card running" role="status">
      <span className="loading-bar" aria-hidden="true" />
      <div className="working">
        <strong>{t(word[upload.phase])}</strong>
        {upload.phase === 'running' && upload.pace && <Progress pace={upload.pace} />}
        {upload.phase === 'running' && <span className="quiet block">{t('bid.uploadNote')}</span>}
      </div>
    </div>
  );
}

function Failed({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  if (isProblem(error) && error.status === 401)
    return (
      <Alert type="error" role="alert" title={t('bid.submitFailed')} description={t('bid.signInAgain')} />
    );
  if (isProblem(error)) return <ProblemView error={error} />;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'PORTAL.FAULT';
  const late = code === 'CLIENT.LATE';
  return (
    <Refusal
      title={t(late ? 'bid.late' : 'bid.submitFailed')}
      next={t(late ? 'bid.lateNext' : code.startsWith('CLIENT.') ? 'bid.faults.other' : 'bid.receiptBad')}
      refused={{ code, facts: {} }}
    />
  );
}
