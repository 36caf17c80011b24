import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parsePem } from '#trust';
import { authoritiesQuery, trustAuthority, withdrawAuthority } from '../../api/operations.ts';
import type { Authority } from '../../api/operations.ts';
import { overviewQuery } from '../../api/platform-state.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { Final } from '../../ui/final.tsx';
import { Cell, DataTable, FileButton, Hash, Section } from '../../ui/parts.tsx';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { useRun } from '../../ui/use-run.ts';
import { MAX_CERTIFICATES_BYTES, textOf } from '../../verify/limits.ts';

/** Whose certificates count here. Bidders and trustees pin their own list: this one does not bind them. */
export function Authorities() {
  const { t } = useTranslation();
  const list = useQuery(authoritiesQuery());
  const changed = (): void => void list.refetch();
  const head = [t('offices.ca.label'), t('offices.ca.fingerprint'), t('offices.ca.action')] as const;
  return (
    <Section title={t('offices.ca.title')}>
      <p className="quiet">{t('offices.ca.note')}</p>
      {list.isPending && <Loading />}
      {list.isError && <ProblemView error={list.error} retry={changed} />}
      {list.data && (
        <DataTable caption={t('offices.ca.title')} head={head}>
          {list.data.items.map((authority) => (
            <tr key={authority.fingerprint}>
              <Cell label={head[0]}>
                {authority.label}
                {authority.development && <span className="bad block">{t('offices.ca.development')}</span>}
              </Cell>
              <Cell label={head[1]}>
                <Hash value={authority.fingerprint} />
              </Cell>
              <Cell label={head[2]}>
                <Withdraw authority={authority} changed={changed} />
              </Cell>
            </tr>
          ))}
        </DataTable>
      )}
      <Add changed={changed} />
    </Section>
  );
}

function Withdraw({ authority, changed }: { readonly authority: Authority; readonly changed: () => void }) {
  const { t } = useTranslation();
  return (
    <Final
      word={t('offices.ca.withdraw')}
      title={t('offices.ca.withdrawTitle', { label: authority.label })}
      run={async () => {
        await withdrawAuthority(authority.fingerprint);
        changed();
      }}
    >
      <p>{t('offices.ca.withdrawWhat')}</p>
    </Final>
  );
}

function Add({ changed }: { readonly changed: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const task = useRun();
  const { data: overview } = useQuery(overviewQuery());
  const [pem, setPem] = useState<string | null>(null);
  const [label, setLabel] = useState('');
  const parsed = pem === null ? null : parsePem(pem);
  const found = parsed?.ok ? parsed.value[0] : undefined;
  const send = (): void =>
    void task.run(async () => {
      await trustAuthority({ pem: pem ?? '', label: label.trim(), development: overview?.demo ?? false });
      setPem(null);
      setLabel('');
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
      <h3>{t('offices.ca.add')}</h3>
      <div>
        <FileButton
          accept=".pem,.crt,.cer"
          take={(files) => {
            const file = files?.[0];
            if (file) void textOf(file, MAX_CERTIFICATES_BYTES).then(setPem);
          }}
        >
          {t('offices.ca.choose')}
        </FileButton>
      </div>
      {pem !== null && !found && (
        <p className="bad" role="alert">
          {t('offices.ca.unreadable')}
        </p>
      )}
      {found && (
        <div role="status">
          <p>{t('offices.ca.compare')}</p>
          <Hash value={found.fingerprint} />
        </div>
      )}
      <div>
        <label className="field-name" htmlFor={id}>
          {t('offices.ca.label')}
        </label>
        <Input id={id} value={label} maxLength={200} onChange={(event) => setLabel(event.target.value)} />
      </div>
      {task.fault !== null && <FaultView error={task.fault} />}
      <Button htmlType="submit" loading={task.busy} disabled={!found || label.trim() === ''}>
        {t('offices.ca.trust')}
      </Button>
    </form>
  );
}
