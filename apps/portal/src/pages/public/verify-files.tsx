import Button from 'antd/es/button';
import { useState } from 'react';
import type { DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { bytes } from '../../ui/figures.ts';
import { FileButton } from '../../ui/parts.tsx';
import type { Roots } from '../../verify/use-verification.ts';

/** What the check knows what to do with; anything else a person dropped is left aside. */
const isWanted = ({ name }: File): boolean => /\.(zip|json|pem)$/.test(name);

export function VerifyFiles({
  roots,
  check,
}: {
  readonly roots: Roots | null;
  readonly check: (files: readonly File[]) => void;
}) {
  const { t } = useTranslation();
  const [files, setFiles] = useState<readonly File[]>([]);
  const add = (list: FileList | null): void => {
    const more = [...(list ?? [])].filter(isWanted);
    setFiles((now) => [...now.filter(({ name }) => !more.some((file) => file.name === name)), ...more]);
  };
  return (
    <section className="section">
      <h2>{t('verify.step2')}</h2>
      <p>{t('verify.step2Text')}</p>
      <DropZone add={add} />
      {files.length > 0 && (
        <Chosen files={files} remove={(file) => setFiles((now) => now.filter((each) => each !== file))} />
      )}
      <p className="actions">
        <Button type="primary" disabled={!roots || files.length === 0} onClick={() => check(files)}>
          {t('verify.start')}
        </Button>
        {!roots && <span className="quiet">{t('verify.needRoots')}</span>}
      </p>
    </section>
  );
}

function DropZone({ add }: { readonly add: (files: FileList | null) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return (
    <div
      className={over ? 'drop drop-over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>{t('verify.drop')}</p>
      <FileButton accept=".zip,.json,.pem" multiple take={add}>
        {t('verify.choose')}
      </FileButton>
    </div>
  );
}

function Chosen({
  files,
  remove,
}: {
  readonly files: readonly File[];
  readonly remove: (file: File) => void;
}) {
  const { t } = useTranslation();
  return (
    <ul className="chosen" aria-label={t('verify.files')}>
      {files.map((file) => (
        <li key={file.name}>
          <span>{file.name}</span>
          <span className="quiet">{bytes(file.size)}</span>
          <Button size="small" aria-label={`${t('verify.remove')} ${file.name}`} onClick={() => remove(file)}>
            {t('verify.remove')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
