import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '@tanstack/react-query';
import { FaultView } from '../../session/fault-view.tsx';
import type { Taken } from '#client';
import type { BrowserKeystore } from '../../trustee/browser-keystore.ts';
import { lock, unlock } from '../../trustee/desk.ts';
import type { Desk } from '../../trustee/desk.ts';
import { useTask } from '../../trustee/use-task.ts';
import { FileButton, Section } from '../../ui/parts.tsx';

const MAX_COPY_BYTES = 16 * 1024 * 1024;

/** The own lot keys: opened by a passphrase that the platform never sees, carried elsewhere as one sealed file. */
export function KeystoreCard({ desk }: { readonly desk: Desk }) {
  const { t } = useTranslation();
  return (
    <Section title={t('holder.keys.title')}>
      {desk.keystore ? <Open desk={desk} keystore={desk.keystore} /> : <Locked desk={desk} />}
    </Section>
  );
}

function Locked({ desk }: { readonly desk: Desk }) {
  const { t } = useTranslation();
  const id = useId();
  const task = useTask();
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const fresh = !desk.hasKeystore;
  const differs = fresh && again !== '' && again !== passphrase;
  const ready = passphrase.length >= 8 && (!fresh || again === passphrase);
  return (
    <form
      className="card key-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void task.run(() => unlock(desk, passphrase));
      }}
    >
      <p>{t(fresh ? 'holder.keys.whyNew' : 'holder.keys.why')}</p>
      <Passphrase
        id={`${id}-one`}
        label={t('holder.keys.passphrase')}
        value={passphrase}
        set={setPassphrase}
      />
      {fresh && (
        <>
          <Passphrase id={`${id}-two`} label={t('holder.keys.again')} value={again} set={setAgain} />
          {differs && (
            <p className="bad" role="alert">
              {t('holder.keys.differ')}
            </p>
          )}
          <p className="quiet">{t('holder.keys.lost')}</p>
        </>
      )}
      {task.fault !== null && <FaultView error={task.fault} />}
      <Button type="primary" htmlType="submit" loading={task.busy} disabled={!ready}>
        {t(fresh ? 'holder.keys.make' : 'holder.keys.open')}
      </Button>
    </form>
  );
}

function Passphrase({
  id,
  label,
  value,
  set,
}: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
}) {
  return (
    <div>
      <label className="field-name" htmlFor={id}>
        {label}
      </label>
      <Input
        type="password"
        id={id}
        value={value}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => set(event.target.value)}
      />
    </div>
  );
}

function Open({ desk, keystore }: { readonly desk: Desk; readonly keystore: BrowserKeystore }) {
  const { t } = useTranslation();
  const task = useTask();
  const count = useQuery({ queryKey: ['trustee-keys', desk.organisation], queryFn: () => keystore.lots() });
  const save = async (): Promise<void> => {
    const copy = await keystore.copy();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(
      new Blob([copy as Uint8Array<ArrayBuffer>], { type: 'application/json' }),
    );
    link.download = `glasshall-keys-${desk.organisation}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div className="card">
      <p>
        <strong>{t('holder.keys.opened', { count: count.data?.length ?? 0 })}</strong>
      </p>
      <p className="quiet">{t('holder.keys.copyNote')}</p>
      {task.fault !== null && <FaultView error={task.fault} />}
      <div className="actions">
        <Button loading={task.busy} onClick={() => void task.run(save)}>
          {t('holder.keys.export')}
        </Button>
        <Button onClick={() => lock(desk)}>{t('holder.keys.lock')}</Button>
      </div>
      <Import keystore={keystore} taken={() => void count.refetch()} />
    </div>
  );
}

function Import({ keystore, taken }: { readonly keystore: BrowserKeystore; readonly taken: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const task = useTask();
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [result, setResult] = useState<Taken | null>(null);
  const take = (): void => {
    if (!file) return;
    setResult(null);
    void task.run(async () => {
      const bytes = new Uint8Array(await file.slice(0, MAX_COPY_BYTES + 1).arrayBuffer());
      setResult(await keystore.take(bytes, passphrase));
      setPassphrase('');
      setFile(null);
      taken();
    });
  };
  return (
    <form
      className="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <div>
        <span className="field-name">{t('holder.keys.import')}</span>
        <FileButton accept=".json,application/json" take={(files) => setFile(files?.[0] ?? null)}>
          {t('holder.keys.chooseCopy')}
        </FileButton>{' '}
        <span role="status">{file?.name ?? ''}</span>
      </div>
      {file && (
        <>
          <Passphrase
            id={id}
            label={t('holder.keys.copyPassphrase')}
            value={passphrase}
            set={setPassphrase}
          />
          <Button htmlType="submit" loading={task.busy} disabled={passphrase === ''}>
            {t('holder.keys.take')}
          </Button>
        </>
      )}
      {result && (
        <p role="status">
          {t('holder.keys.taken', { count: result.lots.length })}{' '}
          {result.unbound.length > 0 && t('holder.keys.unbound', { count: result.unbound.length })}
        </p>
      )}
      {task.fault !== null && <FaultView error={task.fault} />}
    </form>
  );
}
