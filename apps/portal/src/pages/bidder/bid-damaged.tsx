import { useTranslation } from 'react-i18next';
import type { DamagedPackage } from '../../seal/package-store.ts';
import { beijing } from '../../ui/time.tsx';
import { BidDiscard } from './bid-discard.tsx';

/** Packages that this browser cannot read now. Nothing is done to them by itself: a busy disk may give them back. */
export function BidDamaged({
  packages,
  changed,
}: {
  readonly packages: readonly DamagedPackage[];
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  return packages.map((each) => (
    <div key={each.place.id} className="note note-bad" role="alert">
      <strong>{t('bid.damaged')}</strong>
      {each.note && (
        <span className="block">
          {each.note.projectName} {each.note.lotName} · {beijing(each.note.sealedAt)} UTC+8
        </span>
      )}
      <p>{t('bid.damagedNext')}</p>
      <BidDiscard kind="damaged" stored={each} changed={changed} />
    </div>
  ));
}
