import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { filesOfPackage } from '../../seal/package-store.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { bytes } from '../../ui/figures.ts';
import { NotKept } from './not-kept.tsx';
import { saveAs } from '../../ui/save.ts';

/** The package's own files, one by one: together in a folder they are what `glasshall seal` makes. */
export function BidExport({ stored }: { readonly stored: StoredPackage }) {
  const { t } = useTranslation();
  const [files, setFiles] = useState<readonly File[] | null>(null);
  return (
    <div className="section no-print">
      <h3>{t('bid.exportHead')}</h3>
      <p className="quiet">{t('bid.exportText')}</p>
      <NotKept />
      {files === null ? (
        <Button onClick={() => void filesOfPackage(stored.place).then(setFiles)}>
          {t('bid.exportShow')}
        </Button>
      ) : (
        <>
          <p className="note">{t('bid.exportWarn')}</p>
          <ul className="chosen" aria-label={t('bid.exportHead')}>
            {files.map((file) => (
              <li key={file.name}>
                <Button type="link" onClick={() => saveAs(file, file.name)}>
                  {file.name}
                </Button>
                <span className="quiet">{bytes(file.size)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
