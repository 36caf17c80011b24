import { useState } from 'react';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { canonicalBytes } from '#trust';
import { moveStored } from '../../seal/submission.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { useUpload } from '../../seal/use-upload.ts';
import { Final } from '../../ui/final.tsx';
import { Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import type { Roots } from '../../verify/use-verification.ts';
import { VerifyRoots } from '../public/verify-roots.tsx';
import { BidExport } from './bid-export.tsx';
import { jsonFile, saveAs } from '../../ui/save.ts';

interface Done {
  readonly stored: StoredPackage;
  readonly roots: Roots | null;
  readonly changeRoots: (roots: Roots | null) => void;
  readonly replace: () => void;
  readonly changed: () => void;
}

/** Submitted: what that means, the receipt, and what can still be done before the deadline. */
export function BidDone({ stored, roots, changeRoots, replace, changed }: Done) {
  const { t } = useTranslation();
  return (
    <>
      <div className="verdict verdict-good">
        <span className="verdict-mark" aria-hidden="true">
          ✓
        </span>
        <div>
          <h2>{t('bid.doneHead')}</h2>
          <p>
            <strong>{t('bid.done')}</strong> {t('bid.doneNext')}
          </p>
        </div>
      </div>
      <BidReceipt stored={stored} roots={roots} changed={changed} />
      <Section title={t('bid.replaceHead')}>
        <p>{t('bid.replaceText')}</p>
        {!roots && <VerifyRoots roots={roots} change={changeRoots} />}
        <div className="actions no-print">
          <Button onClick={replace}>{t('bid.replace')}</Button>
          <Withdraw stored={stored} roots={roots} changed={changed} />
        </div>
      </Section>
      <BidExport stored={stored} />
    </>
  );
}

/** Checked when it was kept: by the same code as `glasshall receipt verify`, against the pinned roots. */
export function BidReceipt({ stored, roots, changed }: Pick<Done, 'stored' | 'roots' | 'changed'>) {
  const { t } = useTranslation();
  const { upload, start } = useUpload(changed);
  const [asked, setAsked] = useState(false);
  const { receipt } = stored;
  if (!receipt) return null;
  const again = (): void => {
    setAsked(true);
    if (roots) void start(stored, null, roots.text);
  };
  return (
    <Section title={t('verify.receiptHolds')}>
      <Facts>
        <Fact name={t('bid.arrivedAt')}>
          <Time at={receipt.arrival.record.arrivedAt} />
        </Fact>
        {receipt.stored && (
          <Fact name={t('bid.storedAt')}>
            <Time at={receipt.stored.record.storedAt} />
          </Fact>
        )}
        <Fact name={t('bid.commitment')}>
          <Hash value={stored.c} />
        </Fact>
      </Facts>
      <p>
        <span aria-hidden="true">✓</span> {t('bid.receiptHolds')}
        {' · '}
        {t(receipt.log ? 'bid.receiptLogged' : 'bid.receiptNotLogged')}
      </p>
      <p className="actions no-print">
        <Button onClick={() => saveAs(jsonFile(canonicalBytes(receipt)), 'receipt.json')}>
          {t('bid.saveReceipt')}
        </Button>
        {!receipt.log && (
          <Button loading={asked && upload.phase !== 'idle'} disabled={!roots} onClick={again}>
            {t('bid.refreshReceipt')}
          </Button>
        )}
        <Link to="/verify">{t('bid.verifyReceipt')}</Link>
      </p>
    </Section>
  );
}

function Withdraw({ stored, roots, changed }: Pick<Done, 'stored' | 'roots' | 'changed'>) {
  const { t } = useTranslation();
  const run = async (): Promise<void> => {
    if (!roots) return;
    await moveStored(stored, null, roots.text);
    changed();
  };
  return (
    <Final quiet word={t('bid.withdraw')} title={t('bid.withdrawTitle')} disabled={!roots} run={run}>
      <p>{t('bid.withdrawText')}</p>
    </Final>
  );
}
