import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useTranslation } from 'react-i18next';
import { readTrustFile, sha256, utf8 } from '#trust';
import { fetchRoots, overviewQuery } from '../../api/platform-state.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { holdRoots } from '../../trustee/desk.ts';
import type { Desk } from '../../trustee/desk.ts';
import { useTask } from '../../trustee/use-task.ts';
import { Fact, Facts, FileButton, Hash, Section } from '../../ui/parts.tsx';
import { MAX_CERTIFICATES_BYTES, textOf } from '../../verify/limits.ts';

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The trustee's own roots: chosen once, kept in this browser, never fetched (outside demonstrations). */
export function RootsCard({ desk }: { readonly desk: Desk }) {
  const { t } = useTranslation();
  return (
    <Section title={t('holder.roots.title')}>
      {desk.roots ? (
        <Held desk={desk} text={desk.roots.text} fromPlatform={desk.roots.fromPlatform} />
      ) : (
        <Choose desk={desk} />
      )}
    </Section>
  );
}

function Held({
  desk,
  text,
  fromPlatform,
}: {
  readonly desk: Desk;
  readonly text: string;
  readonly fromPlatform: boolean;
}) {
  const { t } = useTranslation();
  const task = useTask();
  return (
    <div className="card">
      <Facts>
        <Fact name={t('log.origin')}>{readTrustFile(text).origin}</Fact>
        <Fact name={t('verify.rootsSha')}>
          <Hash value={hex(sha256(utf8.encode(text)))} />
          <span className="quiet block">{t('holder.roots.compare')}</span>
        </Fact>
      </Facts>
      {fromPlatform && <p className="note">{t('verify.demoWarning')}</p>}
      {task.fault !== null && <FaultView error={task.fault} />}
      <Button loading={task.busy} onClick={() => void task.run(() => holdRoots(desk, null))}>
        {t('holder.roots.change')}
      </Button>
    </div>
  );
}

function Choose({ desk }: { readonly desk: Desk }) {
  const { t } = useTranslation();
  const task = useTask();
  const { data: overview } = useQuery(overviewQuery());
  const take = (read: Promise<string>, fromPlatform: boolean) =>
    void task.run(async () => holdRoots(desk, { text: await read, fromPlatform }));
  return (
    <div className="card">
      <p>{t('holder.roots.why')}</p>
      <p className="actions">
        <FileButton
          accept=".json,application/json"
          take={(files) => {
            const file = files?.[0];
            if (file) take(textOf(file, MAX_CERTIFICATES_BYTES), false);
          }}
        >
          {t('verify.chooseRoots')}
        </FileButton>
        {overview?.demo && (
          <Button type="link" onClick={() => take(fetchRoots(), true)}>
            {t('verify.demoRoots')}
          </Button>
        )}
      </p>
      {task.fault !== null && <FaultView error={task.fault} />}
    </div>
  );
}
