import { useTranslation } from 'react-i18next';
import { Cell, DataTable, Hash, Section } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import { Seats } from './seats.tsx';
import { useWork } from './work.tsx';

export function WorkVersions() {
  const { t } = useTranslation();
  const { lot, work } = useWork();
  const [version, kind, at, text] = [
    t('agency.versionName'),
    t('agency.kindName'),
    t('lot.publishedAt'),
    t('agency.noticeText'),
  ];
  const [name, hash] = [t('lot.document'), t('lot.hash')];
  return (
    <>
      <Section title={t('lot.versions')}>
        <DataTable caption={t('lot.versions')} head={[version, kind, at, text]}>
          {lot.notices.toReversed().map(({ record }) => (
            <tr key={record.version}>
              <Cell label={version}>{record.version}</Cell>
              <Cell label={kind}>{t(`lot.versionKind.${record.kind}`)}</Cell>
              <Cell label={at}>
                <Time at={record.publishedAt} />
              </Cell>
              <Cell label={text} className="summary">
                {record.summary === '' ? t('lot.noSummary') : record.summary}
              </Cell>
            </tr>
          ))}
        </DataTable>
      </Section>
      <Section title={t('lot.documents')}>
        <DataTable caption={t('lot.documents')} head={[name, hash]}>
          {work.documents.map((each) => (
            <tr key={each.name}>
              <Cell label={name}>
                {each.name} {!each.published && <span className="quiet">{t('agency.notPublishedYet')}</span>}
              </Cell>
              <Cell label={hash}>
                <Hash value={each.sha256} />
              </Cell>
            </tr>
          ))}
        </DataTable>
      </Section>
      <Section title={t('agency.trustees')}>
        <Seats work={work} />
      </Section>
    </>
  );
}
