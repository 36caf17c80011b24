import { useTranslation } from 'react-i18next';
import { NavLink, Outlet } from 'react-router';
import { Need } from '../../session/need.tsx';
import { may, useSession } from '../../session/session-store.ts';
import './agency.css';

/** The desk of an agency, and of a tenderee where it acts: what there is to do, own tenders, a new one. */
export function AgencyFrame() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Need permission="tender.cancel">
      <div className="page">
        <nav className="tabs" aria-label={t('agency.desk')}>
          <NavLink to="/agency" end>
            {t('agency.today')}
          </NavLink>
          <NavLink to="/agency/projects">{t('agency.projects')}</NavLink>
          {may(session, 'tender.manage') && <NavLink to="/agency/prepare">{t('agency.newTender')}</NavLink>}
        </nav>
        <Outlet />
      </div>
    </Need>
  );
}
