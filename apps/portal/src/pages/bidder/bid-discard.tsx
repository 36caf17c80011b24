import { useTranslation } from 'react-i18next';
import { forgetBidDraft } from '../../seal/bid-draft.ts';
import { removePackage } from '../../seal/package-store.ts';
import type { DamagedPackage, StoredPackage } from '../../seal/package-store.ts';
import { Final } from '../../ui/final.tsx';

const WORDS = {
  discard: ['bid.discard', 'bid.discardText'],
  forget: ['bid.forget', 'bid.forgetText'],
  damaged: ['bid.forget', 'bid.damagedForget'],
} as const;

/**
 * `discard`: a package that was never sent, nothing of which is anywhere else. `forget`: one whose time is over; its seed
 * opens it as long as it lies here. `damaged`: one that cannot be read, and may be of a bid that was submitted.
 */
export function BidDiscard({
  stored,
  kind,
  changed,
}: {
  readonly stored: Pick<StoredPackage, 'place'> & Pick<DamagedPackage, 'note'>;
  readonly kind: keyof typeof WORDS;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const [word, text] = WORDS[kind];
  const run = async (): Promise<void> => {
    await removePackage(stored.place);
    if (stored.note) forgetBidDraft(stored.place.organisation, stored.note.lot);
    changed();
  };
  return (
    <div className="actions no-print">
      <Final quiet word={t(word)} title={t(word)} run={run}>
        <p>{t(text)}</p>
      </Final>
    </div>
  );
}
