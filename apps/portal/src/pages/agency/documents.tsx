import Button from 'antd/es/button';
import Progress from 'antd/es/progress';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { putDocument, removeDocument } from '../../api/agency.ts';
import type { WorkLot } from '../../api/agency.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { bytes } from '../../ui/figures.ts';
import { Cell, DataTable, FileButton, Hash } from '../../ui/parts.tsx';
import { hashFile } from './hash-file.ts';

interface Sending {
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  /** Null while it is on its way; false: the platform has other bytes than this machine. */
  readonly same: boolean | null;
  readonly fault: unknown;
}

/**
 * Documents of the next notice: several at a time, hashed in this page and compared with what the platform stored. A file of
 * the same name takes the other's place; published ones stay as they are.
 */
export function Documents({
  work,
  changed,
}: {
  readonly work: WorkLot;
  readonly changed: () => Promise<void>;
}) {
  const { t } = useTranslation();
  const [sending, setSending] = useState<readonly Sending[]>([]);
  const [fault, setFault] = useState<unknown>(null);
  const { lot, documents } = work;
  const update = (name: string, change: Partial<Sending>): void =>
    setSending((all) => all.map((each) => (each.name === name ? { ...each, ...change } : each)));
  const send = async (files: readonly File[]): Promise<void> => {
    const names = new Set(files.map(({ name }) => name));
    const begun = files.map(({ name, size }) => ({ name, size, sent: 0, same: null, fault: null }));
    setSending((all) => [...all.filter(({ name }) => !names.has(name)), ...begun]);
    // One after the other: each gets the whole line, and the first are safe early.
    for (const file of files) {
      try {
        const stored = await putDocument(lot.id, file, (sent) => update(file.name, { sent }));
        update(file.name, { sent: file.size, same: stored.sha256 === (await hashFile(file)) });
      } catch (error) {
        update(file.name, { fault: error });
      }
      await changed();
    }
  };
  const remove = async (name: string): Promise<void> => {
    setFault(null);
    await removeDocument(lot.id, name).catch(setFault);
    await changed();
  };
  const [name, size, hash, act] = [t('lot.document'), t('lot.size'), t('lot.hash'), t('agency.action')];
  return (
    <>
      <p className="actions">
        <FileButton
          accept=""
          multiple
          take={(files) => {
            if (files) void send([...files]);
          }}
        >
          {t('agency.addFiles')}
        </FileButton>
        <span className="quiet">{t('agency.filesHint')}</span>
      </p>
      <ul className="sending" aria-live="polite">
        {sending.map((each) => (
          <li key={each.name}>
            <span>
              {each.name} · {bytes(each.size)}
            </span>
            {each.fault !== null ? (
              <FaultView error={each.fault} />
            ) : each.same === null ? (
              <Progress
                percent={each.size === 0 ? 0 : Math.floor((each.sent / each.size) * 100)}
                aria-label={each.name}
              />
            ) : (
              <span className={each.same ? 'rule rule-kept' : 'rule rule-broken'}>
                {t(each.same ? 'agency.hashSame' : 'agency.hashDiffers')}
              </span>
            )}
          </li>
        ))}
      </ul>
      {fault !== null && <FaultView error={fault} />}
      {documents.length === 0 ? (
        <p className="rule rule-broken">
          <strong>{t('agency.ruleState.broken')}</strong> <span className="article">法19</span>{' '}
          {t('agency.block.no-documents')}
        </p>
      ) : (
        <DataTable caption={t('lot.documents')} head={[name, size, hash, act]}>
          {documents.map((each) => (
            <tr key={each.name}>
              <Cell label={name}>{each.name}</Cell>
              <Cell label={size} className="nowrap">
                {bytes(each.size)}
              </Cell>
              <Cell label={hash}>
                <Hash value={each.sha256} />
              </Cell>
              <Cell label={act}>
                {each.published ? (
                  t('agency.publishedDocument')
                ) : (
                  <Button
                    onClick={() => void remove(each.name)}
                    aria-label={t('agency.removeNamed', { name: each.name })}
                  >
                    {t('agency.remove')}
                  </Button>
                )}
              </Cell>
            </tr>
          ))}
        </DataTable>
      )}
    </>
  );
}
