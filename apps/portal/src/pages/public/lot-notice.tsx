import { Suspense, lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Lot, Notice } from '../../api/tendering.ts';
import { bytes, yuan } from '../../ui/figures.ts';
import { Cell, DataTable, Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { Loading } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useLot } from './lot.tsx';
import { Steps } from './lot-steps.tsx';

const LotQuestions = lazy(() => import('./lot-questions.tsx'));

export function LotNotice() {
  const { t } = useTranslation();
  const context = useLot();
  const { lot, opening } = context;
  return (
    <>
      {lot.cancellation && <Cancelled record={lot.cancellation.record} />}
      <Section title={t('lot.progress')}>
        <Steps {...context} />
      </Section>
      <Section title={t('lot.facts')}>
        <InShort lot={lot} />
      </Section>
      <Section title={t('lot.documents')}>
        <Documents lot={lot} />
      </Section>
      <Section title={t('questions.title')}>
        <Suspense fallback={<Loading />}>
          <LotQuestions lot={lot} />
        </Suspense>
      </Section>
      <Section title={t('lot.versions')}>
        <Versions lot={lot} />
      </Section>
      {lot.deadlineChanges.length > 0 && (
        <Section title={t('lot.deadlineChanges')}>
          <DeadlineChanges lot={lot} />
        </Section>
      )}
      <Section title={t('lot.evidence')}>
        <p>{t('lot.evidenceText')}</p>
        {opening?.state === 'recorded' ? (
          <p className="actions no-print">
            <a className="button-link" href={`/api/v1/lots/${lot.id}/evidence`} download>
              {t('lot.evidenceDownload')}
            </a>
            <Link to="/verify">{t('lot.goVerify')}</Link>
          </p>
        ) : (
          <p className="quiet">{t('lot.evidencePending')}</p>
        )}
      </Section>
    </>
  );
}

function Cancelled({ record }: { readonly record: NonNullable<Lot['cancellation']>['record'] }) {
  const { t } = useTranslation();
  return (
    <div className="note note-bad">
      <strong>{t('lot.cancelled')}</strong> <Time at={record.cancelledAt} />
      <p className="summary">{record.reason}</p>
      <p className="quiet">
        {t('lot.article')} {record.article}
      </p>
    </div>
  );
}

function InShort({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const { method, acceleration } = lot;
  const days = (count: number): string => t('lot.periodDays', { count });
  return (
    <>
      <Facts>
        {(['tenderee', 'agency', 'regulator'] as const).map((role) => (
          <Fact key={role} name={t(`lot.${role}`)}>
            {lot[role].name}
            <span className="quiet block">
              <abbr title={t('lot.creditCode')}>{lot[role].creditCode}</abbr>
            </span>
          </Fact>
        ))}
        <Fact name={t('lot.estimate')}>¥ {yuan(lot.notice.record.estimate)}</Fact>
        <Fact name={t('lot.control')}>
          {method.controlPrice === null ? t('lot.noControl') : `¥ ${yuan(method.controlPrice)}`}
        </Fact>
        <Fact name={t('lot.method')}>{t('lot.methodName')}</Fact>
        <Fact name={t('lot.basePeriod')}>{days(method.basePeriodDays)}</Fact>
        <Fact name={t('lot.maxPeriod')}>{days(method.maxPeriodDays)}</Fact>
        <Fact name={t('lot.seats')}>{t('lot.seatsValue', { n: lot.seats.length, k: lot.k })}</Fact>
        <Fact name={t('lot.ruleset')}>
          <code>{lot.ruleset}</code>
        </Fact>
      </Facts>
      {(acceleration.periods > 1 || acceleration.waits > 1) && (
        <p className="note">{t('lot.accelerated', { ...acceleration })}</p>
      )}
    </>
  );
}

/** A document with the first version that named it. */
function documentsOf(lot: Lot): (Notice['documents'][number] & { version: number })[] {
  const found = new Map<string, Notice['documents'][number] & { version: number }>();
  for (const { record } of lot.notices)
    for (const each of record.documents)
      if (!found.has(each.sha256)) found.set(each.sha256, { ...each, version: record.version });
  return [...found.values()];
}

function Documents({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const { documentsFrom, documentsUntil } = lot.notice.record;
  const [name, size, hash, version] = [t('lot.document'), t('lot.size'), t('lot.hash'), t('lot.addedIn')];
  return (
    <>
      <p className="quiet">
        {t('lot.documentsPeriod')} <Time at={documentsFrom} /> – <Time at={documentsUntil} />
      </p>
      <DataTable caption={t('lot.documents')} head={[name, size, hash, version]}>
        {documentsOf(lot).map((each) => (
          <tr key={each.sha256}>
            <Cell label={name}>
              <a href={`/api/v1/lots/${lot.id}/documents/${each.sha256}`} download={each.name}>
                {each.name}
              </a>
            </Cell>
            <Cell label={size} className="nowrap">
              {bytes(each.size)}
            </Cell>
            <Cell label={hash}>
              <Hash value={each.sha256} />
            </Cell>
            <Cell label={version}>{t('lot.version', { version: each.version })}</Cell>
          </tr>
        ))}
      </DataTable>
      <p className="quiet">{t('lot.documentsNote')}</p>
    </>
  );
}

/** Newest first: what counts now stands on top, and nothing is taken back. */
function Versions({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  return (
    <ol className="versions" reversed>
      {lot.notices.toReversed().map(({ record, signatures }) => (
        <li key={record.version}>
          <h3>
            {t('lot.version', { version: record.version })} · {t(`lot.versionKind.${record.kind}`)}
          </h3>
          <p className="quiet">
            {t('lot.publishedAt')} <Time at={record.publishedAt} />
          </p>
          <p className="summary">{record.summary === '' ? t('lot.noSummary') : record.summary}</p>
          <p className="quiet">
            {t('lot.signedBy')}{' '}
            {signatures.map(({ signer }) => (
              <Hash key={signer} value={signer} />
            ))}
          </p>
        </li>
      ))}
    </ol>
  );
}

function DeadlineChanges({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const [from, to, reason] = [t('lot.from'), t('lot.to'), t('lot.reason')];
  return (
    <DataTable caption={t('lot.deadlineChanges')} head={[from, to, reason]}>
      {lot.deadlineChanges.map(({ record }) => (
        <tr key={record.sequence}>
          <Cell label={from}>
            <Time at={record.from} />
          </Cell>
          <Cell label={to}>
            <Time at={record.to} />
          </Cell>
          <Cell label={reason}>{record.reason}</Cell>
        </tr>
      ))}
    </DataTable>
  );
}
