import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** The window's title: what the page is about first, for a reader with many of them. */
export function useTitle(title: string | undefined): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = [title, `Glasshall ${t('brand.short')}`].filter(Boolean).join(' · ');
  }, [title, t]);
}
