import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useTitle } from '../../ui/title.ts';

export function NotFoundPage() {
  const { t } = useTranslation();
  useTitle(t('notFound.title'));
  return (
    <div className="page narrow">
      <h1>{t('notFound.title')}</h1>
      <p>{t('notFound.text')}</p>
      <p>
        <Link to="/notices">{t('notFound.next')}</Link>
      </p>
    </div>
  );
}
