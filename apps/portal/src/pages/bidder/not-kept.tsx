import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Where the browser was asked to keep the package for good (before sealing), and did not agree. */
export function NotKept() {
  const { t } = useTranslation();
  const [kept, setKept] = useState(true);
  useEffect(() => {
    navigator.storage.persisted().then(setKept, () => setKept(false));
  }, []);
  return kept ? null : <p className="note no-print">{t('bid.notKept')}</p>;
}
