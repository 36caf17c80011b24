import { useTranslation } from 'react-i18next';
import type { Lot } from '../../api/tendering.ts';
import { mostGuarantee, yuanOf } from '../../seal/sheet.ts';
import { yuan } from '../../ui/figures.ts';
import { Fact, Facts } from '../../ui/parts.tsx';

/** What of the notice binds a bid, with the article, and the documents to read. */
export function BidNeeds({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const { method, notice } = lot;
  const { record } = notice;
  return (
    <>
      <Facts>
        <Fact name={t('bid.controlPrice')}>
          {method.controlPrice === null ? t('lot.noControl') : `¥ ${yuan(method.controlPrice)}`}
          <span className="quiet block">{t('bid.controlNote')}</span>
        </Fact>
        <Fact name={t('bid.maxPeriod')}>{t('lot.periodDays', { count: method.maxPeriodDays })}</Fact>
        <Fact name={t('bid.documentsNow')}>{t('lot.version', { version: record.version })}</Fact>
      </Facts>
      <ul className="plain">
        {record.documents.map((each) => (
          <li key={each.sha256}>
            <a href={`/api/v1/lots/${lot.id}/documents/${each.sha256}`} download={each.name}>
              {each.name}
            </a>
          </li>
        ))}
      </ul>
      <p className="quiet">{t('bid.guaranteeNote', { max: yuan(yuanOf(mostGuarantee(record.estimate))) })}</p>
    </>
  );
}
