import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Documents } from './documents.tsx';
import { usePrepared } from './prepare.tsx';

/** Step three: the tender documents. They are on the platform at once, and nobody else sees them before the notice. */
export function PrepareDocuments() {
  const { t } = useTranslation();
  const context = usePrepared();
  return (
    <>
      <p className="quiet">{t('agency.documentsLead')}</p>
      <Documents {...context} />
      <p className="actions">
        <Link className="button-link" to={`/agency/lots/${context.work.lot.id}/prepare/timing`}>
          {t('agency.goOn')}
        </Link>
      </p>
    </>
  );
}
