import Alert from 'antd/es/alert';
import Button from 'antd/es/button';
import Checkbox from 'antd/es/checkbox';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Signer } from '#trust';
import { isProblem } from '../api/client.ts';
import { useRun } from '../ui/use-run.ts';
import { FaultView } from './fault-view.tsx';
import { KeyForm } from './key-form.tsx';
import { ROLES, enrol, signIn } from './sign-in.ts';
import type { Role } from './sign-in.ts';

/** Certificate login: the platform asks, the key in this page answers. A certificate that is new here is enrolled. */
export function SignInForm({ done }: { readonly done?: () => void }) {
  const [stranger, setStranger] = useState<Signer | null>(null);
  const { t } = useTranslation();
  if (stranger) return <EnrolForm signer={stranger} done={done} />;
  const take = async (signer: Signer): Promise<void> => {
    try {
      await signIn(signer);
      done?.();
    } catch (error) {
      if (!isProblem(error) || error.problem.code !== 'PARTIES.NOT_ENROLLED') throw error;
      setStranger(signer);
    }
  };
  return (
    <>
      <p className="lead">{t('session.lead')}</p>
      <KeyForm take={take} word={t('session.signIn')} />
    </>
  );
}

function EnrolForm({ signer, done }: { readonly signer: Signer; readonly done: (() => void) | undefined }) {
  const { t } = useTranslation();
  const [roles, setRoles] = useState<readonly Role[]>(['bidder']);
  const { busy, fault, run } = useRun();
  const { organisation, creditCode, person } = signer.certificate.holder;
  const send = async (): Promise<void> => {
    await enrol(signer, roles);
    done?.();
  };
  return (
    <form
      className="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(send);
      }}
    >
      <Alert
        type="info"
        role="status"
        title={t('session.stranger', { organisation, creditCode, person })}
        description={t('session.strangerNext')}
      />
      <fieldset>
        <legend>{t('session.roles')}</legend>
        {ROLES.map((role) => (
          <Checkbox
            key={role}
            checked={roles.includes(role)}
            onChange={({ target }) =>
              setRoles(target.checked ? [...roles, role] : roles.filter((each) => each !== role))
            }
          >
            {t(`session.role.${role}`)}
          </Checkbox>
        ))}
        <p className="quiet">{t('session.rolesNote')}</p>
      </fieldset>
      {fault !== null && <FaultView error={fault} />}
      <Button type="primary" htmlType="submit" loading={busy} disabled={roles.length === 0}>
        {t('session.enrol')}
      </Button>
    </form>
  );
}
