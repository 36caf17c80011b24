import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../ui/states.tsx';
import { may, useSession } from './session-store.ts';
import type { Permission } from './session-store.ts';
import { SignInForm } from './sign-in-form.tsx';

/** A page for those who may; others are told how to sign in, or why they may not. */
export function Need({
  permission,
  children,
}: {
  readonly permission: Permission;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const session = useSession();
  if (may(session, permission)) return children;
  if (!session)
    return (
      <div className="page narrow">
        <h1>{t('session.needed')}</h1>
        <SignInForm />
      </div>
    );
  return (
    <div className="page narrow">
      <Empty title={t('session.mayNot')}>
        <p>{t('session.mayNotNext', { organisation: session.organisation })}</p>
      </Empty>
    </div>
  );
}
