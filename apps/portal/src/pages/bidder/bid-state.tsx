import { useTranslation } from 'react-i18next';
import type { PackageState } from '../../seal/package-store.ts';

const MARKS: Readonly<Record<PackageState, string>> = {
  sealed: '○',
  uploading: '◐',
  submitted: '✓',
  replaced: '–',
  withdrawn: '–',
};

/** A sign and a word: no meaning hangs on colour. */
export function BidState({ state }: { readonly state: PackageState }) {
  const { t } = useTranslation();
  return (
    <span className={`bid-state bid-${state}`}>
      <span aria-hidden="true">{MARKS[state]}</span> {t(`bids.states.${state}`)}
    </span>
  );
}
