import { useTranslation } from 'react-i18next';
import { Dialog } from '../ui/dialog.tsx';
import { KeyForm } from './key-form.tsx';
import { useSession } from './session-store.ts';
import { accept, useKeyRequest } from './signing.ts';

/** Asks for the key file again where a signature is wanted after a reload. */
export function UnlockDialog() {
  const { t } = useTranslation();
  const request = useKeyRequest();
  const session = useSession();
  if (!request || !session) return null;
  return (
    <Dialog title={t('session.unlock')} close={request.cancel}>
      <p>{t('session.unlockWhy', { organisation: session.organisation })}</p>
      <KeyForm
        word={t('session.unlockGo')}
        take={(signer) => {
          request.give(accept(signer));
          return Promise.resolve();
        }}
      />
    </Dialog>
  );
}
