import { useTranslation } from 'react-i18next';
import { removePackage } from '../../seal/package-store.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { Final } from '../../ui/final.tsx';

/** Only of a package that was never sent: nothing of it is anywhere else. */
export function BidDiscard({
  stored,
  changed,
}: {
  readonly stored: StoredPackage;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const run = async (): Promise<void> => {
    await removePackage(stored.place);
    changed();
  };
  return (
    <div className="actions no-print">
      <Final word={t('bid.discard')} title={t('bid.discard')} run={run}>
        <p>{t('bid.discardText')}</p>
      </Final>
    </div>
  );
}
