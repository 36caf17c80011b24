import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { logHeadQuery, logKeyQuery } from '../../api/platform-state.ts';
import type { LogHead } from '../../api/platform-state.ts';
import { Fact, Facts, Hash, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';

export default function LogPage() {
  const { t } = useTranslation();
  useTitle(t('log.title'));
  const head = useQuery(logHeadQuery());
  return (
    <div className="page">
      <h1>{t('log.title')}</h1>
      <p className="lead">{t('log.lead')}</p>
      {head.isPending && <Loading />}
      {head.isError && <ProblemView error={head.error} retry={() => void head.refetch()} />}
      {head.isSuccess && !head.data && (
        <Empty title={t('log.empty')}>
          <p>{t('log.emptyNext')}</p>
        </Empty>
      )}
      {head.data && <Head head={head.data} />}
    </div>
  );
}

function Head({ head }: { readonly head: LogHead }) {
  const { t } = useTranslation();
  const key = useQuery(logKeyQuery());
  return (
    <>
      <Section title={t('log.head')}>
        <Facts>
          <Fact name={t('log.origin')}>{head.origin}</Fact>
          <Fact name={t('log.size')}>
            <strong className="figure">{head.size}</strong>
          </Fact>
          <Fact name={t('log.root')}>
            <Hash value={head.root} />
          </Fact>
          <Fact name={t('log.key')}>
            {key.isPending && t('state.loading')}
            {key.isError && <ProblemView error={key.error} retry={() => void key.refetch()} />}
            {key.data && <Hash value={key.data.trim()} />}
            <span className="quiet block">{t('log.keyNote')}</span>
          </Fact>
          <Fact name={t('log.tiles')}>
            <code>/log/tile/…</code>
          </Fact>
        </Facts>
        <p className="quiet">{t('log.updated')}</p>
      </Section>
      <Section title={t('log.raw')}>
        <p className="quiet">{t('log.rawNote')}</p>
        <pre className="raw" tabIndex={0} aria-label={t('log.raw')}>
          {head.text}
        </pre>
        <p className="no-print">
          <a className="button-link" href="/log/checkpoint" download="checkpoint.txt">
            {t('log.download')}
          </a>
        </p>
      </Section>
    </>
  );
}
