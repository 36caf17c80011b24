import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatInstant } from '#kernel';
import { b64u, parseCrl, readPem } from '#trust';
import { crlsQuery, storeCrl } from '../../api/operations.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { useServerNow } from '../../ui/clock.ts';
import { Cell, DataTable, FileButton, Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useRun } from '../../ui/use-run.ts';
import { MAX_CERTIFICATES_BYTES, textOf } from '../../verify/limits.ts';

const MAX_CRL_BYTES = 64 * 1024;
const SOON_MS = 24 * 3_600_000;

/** Revocation lists: without a current one of its authority no certificate counts, at the opening least of all. */
export function Crls() {
  const { t } = useTranslation();
  const now = useServerNow();
  const lists = useQuery(crlsQuery());
  const head = [
    t('offices.crl.issuer'),
    t('offices.crl.from'),
    t('offices.crl.until'),
    t('offices.crl.state'),
  ] as const;
  return (
    <Section title={t('offices.crl.title')}>
      <p className="quiet">{t('offices.crl.note')}</p>
      {lists.isPending && <Loading />}
      {lists.isError && <ProblemView error={lists.error} retry={() => void lists.refetch()} />}
      {lists.data?.items.length === 0 && <Empty title={t('offices.crl.none')} />}
      {lists.data && lists.data.items.length > 0 && (
        <DataTable caption={t('offices.crl.title')} head={head}>
          {lists.data.items.map(({ sha256, crl }) => {
            const list = read(crl);
            return (
              <tr key={sha256}>
                <Cell label={head[0]}>{list?.issuer ?? sha256}</Cell>
                <Cell label={head[1]}>{list && <Time at={list.thisUpdate} />}</Cell>
                <Cell label={head[2]}>{list && <Time at={list.nextUpdate} />}</Cell>
                <Cell label={head[3]}>
                  {list && now !== null && <State until={Date.parse(list.nextUpdate)} now={now} />}
                </Cell>
              </tr>
            );
          })}
        </DataTable>
      )}
      <Upload changed={() => void lists.refetch()} />
    </Section>
  );
}

function State({ until, now }: { readonly until: number; readonly now: number }) {
  const { t } = useTranslation();
  if (now >= until) return <strong className="bad nowrap">{t('offices.crl.expired')}</strong>;
  if (until - now < SOON_MS) return <strong className="bad nowrap">{t('offices.crl.soon')}</strong>;
  return <span className="good nowrap">{t('offices.crl.current')}</span>;
}

function read(crl: string) {
  const parsed = parseCrl(b64u.decode(crl));
  if (!parsed.ok || parsed.value.nextUpdate === null) return null;
  const { issuer, thisUpdate, nextUpdate } = parsed.value;
  const name = issuer.relativeNames.flatMap((each) => each.map(({ value }) => value)).join(' / ');
  return { issuer: name, thisUpdate: formatInstant(thisUpdate), nextUpdate: formatInstant(nextUpdate) };
}

function Upload({ changed }: { readonly changed: () => void }) {
  const { t } = useTranslation();
  const task = useRun();
  const [file, setFile] = useState<File | null>(null);
  const [chain, setChain] = useState<string | null>(null);
  const send = (): void =>
    void task.run(async () => {
      if (!file) return;
      const bytes = new Uint8Array(await file.slice(0, MAX_CRL_BYTES * 2).arrayBuffer());
      const crl = b64u.encode(derOf(bytes));
      await storeCrl(chain === null ? { crl } : { crl, issuerChain: chain });
      setFile(null);
      setChain(null);
      changed();
    });
  return (
    <form
      className="card key-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <h3>{t('offices.crl.upload')}</h3>
      <div>
        <FileButton accept=".crl,.pem,.der" take={(files) => setFile(files?.[0] ?? null)}>
          {t('offices.crl.choose')}
        </FileButton>{' '}
        <span role="status">{file?.name ?? ''}</span>
      </div>
      <div>
        <FileButton
          accept=".pem,.crt,.cer"
          take={(files) => {
            const given = files?.[0];
            if (given) void textOf(given, MAX_CERTIFICATES_BYTES).then(setChain);
          }}
        >
          {t('offices.crl.chooseIssuer')}
        </FileButton>{' '}
        <span className="quiet">
          {t(chain === null ? 'offices.crl.issuerNote' : 'offices.crl.issuerHeld')}
        </span>
      </div>
      {task.fault !== null && <FaultView error={task.fault} />}
      <Button htmlType="submit" loading={task.busy} disabled={!file}>
        {t('offices.crl.send')}
      </Button>
    </form>
  );
}

/** DER as it is, or the first list of a PEM file; what is neither the platform refuses by its own word. */
function derOf(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes('-----BEGIN')) return bytes;
  const found = readPem(text, 'X509 CRL');
  return (found.ok ? found.value[0] : undefined) ?? bytes;
}
