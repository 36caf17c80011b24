import Alert from 'antd/es/alert';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../ui/states.tsx';
import { KeyFault } from './key-file.ts';

/** What is wrong with a key file and what to do; every other error as the platform says it. */
export function FaultView({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  if (!(error instanceof KeyFault)) return <ProblemView error={error} />;
  return (
    <Alert
      type="error"
      role="alert"
      title={t(`session.fault.${error.fault}`, error.facts)}
      description={t(`session.faultNext.${error.fault}`, error.facts)}
    />
  );
}
