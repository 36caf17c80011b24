import { useTranslation } from 'react-i18next';
import { forgetBidDraft } from '../../seal/bid-draft.ts';
import { removePackage } from '../../seal/package-store.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { Final } from '../../ui/final.tsx';

const TEXTS = { discard: 'bid.discardText', forget: 'bid.forgetText' } as const;

/**
 * `discard`: a package that was never sent, nothing of which is anywhere else. `forget`: one whose time is over; its seed
 * opens it as long as it lies here.
 */
export function BidDiscard({
  stored,
  kind,
  changed,
}: {
  readonly stored: StoredPackage;
  readonly kind: 'discard' | 'forget';
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const run = async (): Promise<void> => {
    await removePackage(stored.place);
    forgetBidDraft(stored.place.organisation, stored.note.lot);
    changed();
  };
  return (
    <div className="actions no-print">
      <Final quiet word={t(`bid.${kind}`)} title={t(`bid.${kind}`)} run={run}>
        <p>{t(TEXTS[kind])}</p>
      </Final>
    </div>
  );
}
