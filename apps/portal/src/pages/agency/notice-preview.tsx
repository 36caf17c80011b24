import { useTranslation } from 'react-i18next';
import { bytes, yuan } from '../../ui/figures.ts';
import { Fact, Facts, Hash } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import type { Notice } from '../../api/tendering.ts';

/** The notice as it will be signed: the same fields that readers will see, and the verifier will check. */
export function NoticePreview({ record }: { readonly record: Notice }) {
  const { t } = useTranslation();
  return (
    <>
      <Facts>
        <Fact name={t('agency.projectName')}>{record.projectName}</Fact>
        <Fact name={t('agency.lotName')}>{record.lotName}</Fact>
        <Fact name={t('agency.versionName')}>
          {t('lot.version', { version: record.version })} · {t(`lot.versionKind.${record.kind}`)}
        </Fact>
        {(['tenderee', 'agency', 'regulator'] as const).map((role) => (
          <Fact key={role} name={t(`lot.${role}`)}>
            {record[role].name}
          </Fact>
        ))}
        <Fact name={t('lot.estimate')}>¥ {yuan(record.estimate)}</Fact>
        <Fact name={t('lot.control')}>
          {record.method.controlPrice === null ? t('lot.noControl') : `¥ ${yuan(record.method.controlPrice)}`}
        </Fact>
        <Fact name={t('lot.documentsPeriod')}>
          <Time at={record.documentsFrom} /> – <Time at={record.documentsUntil} />
        </Fact>
        <Fact name={t('lot.deadline')}>
          <Time at={record.deadline} />
        </Fact>
        <Fact name={t('lot.publishedAt')}>
          <Time at={record.publishedAt} />
        </Fact>
      </Facts>
      <h4>{t('lot.documents')}</h4>
      <ul>
        {record.documents.map((each) => (
          <li key={each.name}>
            {each.name} · {bytes(each.size)} · <Hash value={each.sha256} />
          </li>
        ))}
      </ul>
      {record.summary !== '' && <p className="summary">{record.summary}</p>}
    </>
  );
}
