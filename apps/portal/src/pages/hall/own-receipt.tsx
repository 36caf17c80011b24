import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReceiptFile } from '#trust';
import { packagesQuery } from '../../seal/package-store.ts';
import { readReceipt } from '../../seal/read-receipt.ts';
import { useSession } from '../../session/session-store.ts';
import { FileButton, Hash } from '../../ui/parts.tsx';

/** The receipt of the reader's own bid: from a file that was chosen, or else as this browser kept it; null: none. */
export function useOwnReceipt(lotId: string): readonly [ReceiptFile | null, (receipt: ReceiptFile) => void] {
  const organisation = useSession()?.principal.organisationId ?? '';
  const { data } = useQuery(packagesQuery(organisation));
  const [chosen, choose] = useState<ReceiptFile | null>(null);
  const kept = data?.whole.find(({ note, state }) => note.lot === lotId && state === 'submitted');
  return [chosen ?? kept?.receipt ?? null, choose];
}

/** Says why a receipt is shown, which one, and takes another. */
export function OwnReceipt({
  receipt,
  choose,
}: {
  readonly receipt: ReceiptFile | null;
  readonly choose: (receipt: ReceiptFile) => void;
}) {
  const { t } = useTranslation();
  const [bad, setBad] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const read = await readReceipt(file);
    setBad(read === null);
    if (read) choose(read);
  };
  return (
    <div className="note no-print">
      <p>{t('hall.byReceipt')}</p>
      {receipt && (
        <p>
          {t('hall.receiptOf')} <Hash value={receipt.arrival.record.subject} />
        </p>
      )}
      <FileButton accept=".json" take={(list) => void take(list?.[0])}>
        {t(receipt ? 'hall.otherReceipt' : 'hall.chooseReceipt')}
      </FileButton>
      <span className="bad block" aria-live="polite">
        {bad ? t('hall.receiptBad') : ''}
      </span>
    </div>
  );
}
