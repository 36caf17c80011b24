import { useTranslation } from 'react-i18next';
import type { ShownStage } from './shown-stage.ts';

export function StageTag({ stage }: { readonly stage: ShownStage }) {
  const { t } = useTranslation();
  return (
    <span className={`stage stage-${stage}`}>
      <span className="stage-dot" aria-hidden="true" />
      {t(`stage.${stage}`)}
    </span>
  );
}
