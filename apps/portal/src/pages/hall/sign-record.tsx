import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { sendRecordSignature } from '../../api/hall.ts';
import { recordQuery } from '../../api/opening.ts';
import type { ShownRecord } from '../../api/opening.ts';
import type { Lot } from '../../api/tendering.ts';
import { may, useSession } from '../../session/session-store.ts';
import { signHere } from '../../session/signing.ts';
import { Final } from '../../ui/final.tsx';
import { Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { Loading } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import type { HallState } from './hall-state.ts';

/** The agency signs the record as it stands (20号令32, 40); everybody sees that it is waited for, and then that it is done. */
export function SignRecord({ lot, state }: { readonly lot: Lot; readonly state: HallState }) {
  const { t } = useTranslation();
  const { signed, phase } = state;
  if (!signed && phase !== 'opened' && phase !== 'failed') return null;
  return (
    <Section title={t('hall.signature')}>
      {signed ? (
        <>
          <p>
            <strong>{t('hall.signedBy', { name: signed.by })}</strong> <Time at={signed.at} />
          </p>
          <p className="quiet">
            {t('hall.hash')} <Hash value={signed.record} />
          </p>
          <p className="no-print">
            <Link to={`/lots/${lot.id}/opening`}>{t('hall.print')}</Link>
          </p>
        </>
      ) : (
        <Wanted lot={lot} state={state} />
      )}
    </Section>
  );
}

function Wanted({ lot, state }: { readonly lot: Lot; readonly state: HallState }) {
  const { t } = useTranslation();
  const session = useSession();
  const agency = session?.principal.organisationId === lot.agency.creditCode && may(session, 'opening.sign');
  if (state.objections.some(({ answer }) => answer === null)) return <p>{t('hall.signatureBlocked')}</p>;
  if (!agency) return <p>{t('hall.signatureWait')}</p>;
  // Every event that changes the record asks for it anew.
  return <Sign key={`${state.phase} ${state.objections.length}`} lot={lot} />;
}

function Sign({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const shown = useQuery({ ...recordQuery(lot.id), staleTime: 0 });
  if (!shown.data) return <Loading />;
  const { record, hash } = shown.data;
  return (
    <div className="no-print">
      <p>
        {t('hall.signatureText')} <Link to={`/lots/${lot.id}/opening`}>{t('hall.record')}</Link>
      </p>
      <Summary record={record} hash={hash} />
      <Final
        word={t('hall.signatureGo')}
        title={t('hall.signature')}
        run={async () => {
          // What is shown is what is signed; the platform refuses it where the record has changed since.
          const { signatures } = await signHere('opening-record', record);
          const [signature] = signatures;
          if (signature) await sendRecordSignature(lot.id, signature);
        }}
      >
        <Summary record={record} hash={hash} />
        <p>{t('hall.signatureFinal')}</p>
      </Final>
    </div>
  );
}

function Summary({ record, hash }: Pick<ShownRecord, 'record' | 'hash'>) {
  const { t } = useTranslation();
  return (
    <Facts>
      <Fact name={t('opening.distinct')}>{record.distinctBidders}</Fact>
      <Fact name={t('opening.finishedAt')}>
        <Time at={record.finishedAt} />
      </Fact>
      <Fact name={t('opening.objections')}>{record.objections.length}</Fact>
      <Fact name={t('hall.hash')}>
        <Hash value={hash} />
      </Fact>
    </Facts>
  );
}
