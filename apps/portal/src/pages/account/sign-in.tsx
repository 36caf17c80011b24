import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { DESKS } from '../../session/desks.ts';
import { may, useSession } from '../../session/session-store.ts';
import { SignInForm } from '../../session/sign-in-form.tsx';
import { useTitle } from '../../ui/title.ts';

/** An address of this portal only: whoever sends a link must not choose where a signed-in reader lands. */
const ownPath = (text: string | null): string | null =>
  text?.startsWith('/') && !text.startsWith('//') && !text.includes('\\') ? text : null;

export default function SignInPage() {
  const { t } = useTranslation();
  useTitle(t('session.title'));
  const session = useSession();
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const desk = DESKS.find(({ permission }) => may(session, permission));
  const next = ownPath(query.get('next')) ?? desk?.path ?? '/';
  if (session) return <Navigate to={next} replace />;
  return (
    <div className="page narrow">
      <h1>{t('session.title')}</h1>
      <SignInForm done={() => void navigate(next, { replace: true })} />
    </div>
  );
}
