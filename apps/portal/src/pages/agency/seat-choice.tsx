import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { QUORUMS } from '#trust';
import type { SeatParties } from '#trust';
import { partiesQuery } from '../../api/agency.ts';
import type { WorkLot } from '../../api/agency.ts';
import { Cell, DataTable } from '../../ui/parts.tsx';
import { ChoiceField } from './fields.tsx';
import { SEAT_ROLES, faultOfSeats } from './seat-form.ts';
import type { SeatForm } from './seat-form.ts';

type Role = SeatForm['seats'][number]['role'];

/** What an organisation must have been granted to hold a seat that the project does not name. */
const GRANTED = { centre: 'operator', notary: 'notary', audit: 'audit' } as const;

export const partiesOf = ({ tenderee, agency, regulator }: WorkLot['project']): SeatParties => ({
  tenderee: tenderee.creditCode,
  agency: agency.creditCode,
  regulator: regulator.creditCode,
});

/** Who will hold a share of the lot's key, and how many of them open; what stands against it as one chooses. */
export function SeatChoice({
  project,
  form,
  set,
}: {
  readonly project: WorkLot['project'];
  readonly form: SeatForm;
  readonly set: (form: SeatForm) => void;
}) {
  const { t } = useTranslation();
  const others = useOthers();
  const fault = faultOfSeats(form, partiesOf(project));
  const change = (at: number, seat: SeatForm['seats'][number]): void =>
    set({ ...form, seats: form.seats.map((each, index) => (index === at ? seat : each)) });
  const [seatWord, roleWord, orgWord] = [t('agency.seat'), t('agency.role'), t('agency.seatHolder')];
  return (
    <>
      <ChoiceField
        label={t('agency.quorum')}
        value={form.n}
        set={(n) => set({ ...form, n })}
        options={QUORUMS.map(({ n, k }) => [String(n) as SeatForm['n'], t('agency.quorumOf', { n, k })])}
      />
      <DataTable caption={t('agency.trustees')} head={[seatWord, roleWord, orgWord]}>
        {form.seats.slice(0, Number(form.n)).map(({ role, org }, at) => {
          const i = at + 1;
          return (
            <tr key={i}>
              <Cell label={seatWord}>{i}</Cell>
              <Cell label={roleWord}>
                <select
                  className="choice"
                  aria-label={t('agency.seatRole', { i })}
                  value={role}
                  onChange={({ target }) => change(at, { role: target.value as Role, org: '' })}
                >
                  {SEAT_ROLES.map((each) => (
                    <option key={each} value={each}>
                      {t(`opening.role.${each}`)}
                    </option>
                  ))}
                </select>
              </Cell>
              <Cell label={orgWord}>
                {role === 'centre' || role === 'notary' || role === 'audit' ? (
                  <select
                    className="choice"
                    aria-label={t('agency.seatOrg', { i })}
                    value={org}
                    onChange={({ target }) => change(at, { role, org: target.value })}
                  >
                    <option value="">{t('agency.choose')}</option>
                    {others[role].map(({ creditCode, name }) => (
                      <option key={creditCode} value={creditCode}>
                        {name}（{creditCode}）
                      </option>
                    ))}
                  </select>
                ) : (
                  project[role].name
                )}
              </Cell>
            </tr>
          );
        })}
      </DataTable>
      <p className="field-fault" role="status">
        {fault && t(`agency.seatFault.${fault.fault}`, { ...fault })}
      </p>
    </>
  );
}

/** By the role of the seat: organisations that were granted what it asks. */
function useOthers() {
  const [centre, notary, audit] = useQueries({
    queries: [partiesQuery(GRANTED.centre), partiesQuery(GRANTED.notary), partiesQuery(GRANTED.audit)],
  });
  return { centre: centre.data ?? [], notary: notary.data ?? [], audit: audit.data ?? [] };
}
