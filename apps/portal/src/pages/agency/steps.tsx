import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

export const STEPS = ['project', 'lot', 'documents', 'timing', 'notice'] as const;
export type StepName = (typeof STEPS)[number];

/** Where the preparation is; every step that can be gone to is a link, so that one may leave and come back. */
export function PrepareSteps({
  at,
  pathOf,
}: {
  readonly at: StepName;
  /** Null: not before the steps ahead of it are done. */
  readonly pathOf: (step: StepName) => string | null;
}) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('agency.steps')}>
      <ol className="prepare-steps">
        {STEPS.map((step, index) => {
          const path = pathOf(step);
          const word = `${String(index + 1)}. ${t(`agency.step.${step}`)}`;
          return (
            <li key={step} aria-current={step === at ? 'step' : undefined}>
              {path === null || step === at ? <span>{word}</span> : <Link to={path}>{word}</Link>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
