import { useTranslation } from 'react-i18next';
import type { WorkLot } from '../../api/agency.ts';
import { Cell, DataTable } from '../../ui/parts.tsx';

/** Who holds a share of the lot's key; the trading centre one at most, nobody enough alone (PROTOCOL 1). */
export function Seats({ work }: { readonly work: WorkLot }) {
  const { t } = useTranslation();
  const [seat, role, org] = [t('agency.seat'), t('agency.role'), t('lot.creditCode')];
  return (
    <DataTable caption={t('agency.trustees')} head={[seat, role, org]}>
      {work.lot.seats.map((each) => (
        <tr key={each.i}>
          <Cell label={seat}>{each.i}</Cell>
          <Cell label={role}>{t(`opening.role.${each.role}`)}</Cell>
          <Cell label={org}>{each.org}</Cell>
        </tr>
      ))}
    </DataTable>
  );
}
