import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Signer } from '#trust';
import { FileButton } from '../ui/parts.tsx';
import { useRun } from '../ui/use-run.ts';
import { FaultView } from './fault-view.tsx';
import { bytesOf, openKeyFile } from './key-file.ts';

/** A key file and its password, opened in this page; `take` gets the key, and what it throws is shown here. */
export function KeyForm({
  take,
  word,
}: {
  readonly take: (signer: Signer) => Promise<void>;
  readonly word: string;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [password, setPassword] = useState('');
  const { busy, fault, run, forget } = useRun();
  const open = async (): Promise<void> => {
    if (!file) return;
    await take(await openKeyFile(await bytesOf(file), password));
    setPassword('');
  };
  return (
    <form
      className="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(open);
      }}
    >
      <div>
        <span className="field-name" id={`${id}-file`}>
          {t('session.file')}
        </span>
        <FileButton
          accept=".p12,.pfx,application/x-pkcs12"
          take={(files) => {
            setFile(files?.[0] ?? null);
            forget();
          }}
        >
          {t('session.chooseFile')}
        </FileButton>{' '}
        <span role="status">{file?.name ?? t('session.noFile')}</span>
      </div>
      <div>
        <label className="field-name" htmlFor={`${id}-password`}>
          {t('session.password')}
        </label>
        <Input
          type="password"
          id={`${id}-password`}
          value={password}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setPassword(event.target.value)}
        />
      </div>
      <p className="quiet">{t('session.stays')}</p>
      {fault !== null && <FaultView error={fault} />}
      <Button type="primary" htmlType="submit" loading={busy} disabled={!file}>
        {word}
      </Button>
    </form>
  );
}
