import Alert from 'antd/es/alert';
import Button from 'antd/es/button';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, isProblem, isProblemDocument } from '../api/client.ts';

export function Loading() {
  const { t } = useTranslation();
  return (
    <div className="loading" role="status">
      <span className="loading-bar" aria-hidden="true" />
      {t('state.loading')}
    </div>
  );
}

/** Why there is nothing, and what to do next. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** A refusal in the platform's own words of the reader's language, and the next step. */
export function ProblemView({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { t, i18n } = useTranslation();
  const { said, own, next, code } = wordsOf(error, i18n.language);
  const title = said === '' ? t(own) : said;
  return (
    <Alert
      type="error"
      role="alert"
      className="problem"
      title={title}
      description={
        <>
          <p>{t(next)}</p>
          {code && (
            <p className="quiet">
              {t('problem.code')} <code>{code}</code>
            </p>
          )}
          {retry && (
            <Button onClick={retry} className="no-print">
              {t('state.retry')}
            </Button>
          )}
        </>
      }
    />
  );
}

type Next =
  'certificateNext' | 'unreachableNext' | 'serverNext' | 'notFoundNext' | 'busyNext' | 'refusedNext';

function wordsOf(error: unknown, language: string) {
  const unreadable = 'problem.unreadable' as const;
  const refused = problemOf(error);
  if (!refused) {
    // What this page's own checks found: a stable code, and nothing was sent.
    const code = codeOf(error);
    if (code !== null)
      return { said: '', own: 'problem.check' as const, next: 'problem.checkNext' as const, code };
    return { said: '', own: unreadable, next: 'problem.serverNext' as const, code: null };
  }
  const { problem, status } = refused;
  return {
    said: language === 'en' ? problem.titleEn : problem.title,
    /** The page's own sentence, where the platform said none. */
    own: status === 0 ? ('problem.unreachable' as const) : unreadable,
    next: `problem.${nextOf(refused)}` as const,
    code: reasonOf(problem.facts) ? `${problem.code} · ${reasonOf(problem.facts)}` : problem.code,
  };
}

/** The platform's refusal: as this page's own client has it, or as libs/client does. */
function problemOf(error: unknown): ProblemError | null {
  if (isProblem(error)) return error;
  if (!(error instanceof Error)) return null;
  if ('document' in error && isProblemDocument(error.document)) return new ProblemError(error.document);
  if (!('undecided' in error) || error.undecided !== true) return null;
  return new ProblemError({ title: '', titleEn: '', status: 0, code: codeOf(error) ?? '', facts: {} });
}

/** Of a TrustError or a ClientFailure. */
const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** Why, where the platform says it by a code of its own: of a certificate, say. */
const reasonOf = ({ reason }: ProblemError['problem']['facts']): string =>
  typeof reason === 'string' && /^[A-Z0-9]+\.[A-Z0-9_]+$/.test(reason) ? reason : '';

function nextOf({ status, problem }: ProblemError): Next {
  if (problem.code === 'PARTIES.CERTIFICATE_REFUSED') return 'certificateNext';
  if (status === 0) return 'unreachableNext';
  if (status >= 500) return 'serverNext';
  if (status === 429) return 'busyNext';
  return status === 404 || status === 400 ? 'notFoundNext' : 'refusedNext';
}
