import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PathSet } from '#trust';
import type { EnvelopeName } from '#trust';
import type { ChosenFile } from '../../seal/messages.ts';
import { bytes } from '../../ui/figures.ts';
import { FileButton } from '../../ui/parts.tsx';

/** A file as the draft remembers it. */
export interface ListedFile {
  readonly e: EnvelopeName;
  readonly path: string;
  readonly size: number;
}

interface Files {
  readonly envelopes: readonly EnvelopeName[];
  readonly listed: readonly ListedFile[];
  readonly held: readonly ChosenFile[];
  readonly change: (listed: readonly ListedFile[], held: readonly ChosenFile[]) => void;
}

export function BidFiles({ envelopes, listed, held, change }: Files) {
  const { t } = useTranslation();
  const [bad, setBad] = useState<string | null>(null);
  const add = (e: EnvelopeName, list: FileList | null): void => {
    const more = [...(list ?? [])].map((file) => ({ e, path: file.name.normalize('NFC'), file }));
    const refused = more.find(({ path }) => !isGoodName(path));
    setBad(refused?.path ?? null);
    if (refused) return;
    const others = <T extends { readonly e: string; readonly path: string }>(all: readonly T[]): T[] =>
      all.filter((each) => !more.some((file) => file.e === each.e && file.path === each.path));
    change(
      [...others(listed), ...more.map(({ path, file }) => ({ e, path, size: file.size }))],
      [...others(held), ...more],
    );
  };
  const remove = (gone: ListedFile): void => {
    const stays = (each: { readonly e: string; readonly path: string }): boolean =>
      each.e !== gone.e || each.path !== gone.path;
    change(listed.filter(stays), held.filter(stays));
  };
  const total = listed.reduce((sum, { size }) => sum + size, 0);
  return (
    <>
      {envelopes.map((e) => (
        <div key={e} className="card">
          <h3>{t(`bid.envelopes.${e as 'E0' | 'E1' | 'E2' | 'E3'}`)}</h3>
          <FileList files={listed.filter((file) => file.e === e)} held={held} remove={remove} />
          <FileButton accept="" multiple take={(list) => add(e, list)}>
            {t('bid.chooseFiles', { e })}
          </FileButton>
        </div>
      ))}
      {bad !== null && (
        <p className="bad" role="alert">
          {t('bid.badName', { name: bad })}
        </p>
      )}
      <p className="quiet" aria-live="polite">
        {listed.some(({ e }) => e !== 'E0')
          ? t('bid.filesTotal', { count: listed.length, size: bytes(total) })
          : t('bid.needFile')}
      </p>
    </>
  );
}

/** Portable on every file system, and not the manifest's own: found here, not after minutes of sealing. */
function isGoodName(path: string): boolean {
  try {
    const paths = new PathSet();
    paths.add('manifest.json');
    paths.add('opening-sheet.json');
    paths.add(path);
    return true;
  } catch {
    return false;
  }
}

function FileList({
  files,
  held,
  remove,
}: {
  readonly files: readonly ListedFile[];
  readonly held: readonly ChosenFile[];
  readonly remove: (file: ListedFile) => void;
}) {
  const { t } = useTranslation();
  if (files.length === 0) return null;
  return (
    <ul className="chosen">
      {files.map((file) => {
        const here = held.some(({ e, path }) => e === file.e && path === file.path);
        return (
          <li key={file.path}>
            <span>{file.path}</span>
            <span className="quiet">{bytes(file.size)}</span>
            {!here && <span className="bad">{t('bid.chooseAgain')}</span>}
            <Button size="small" aria-label={`${t('bid.remove')} ${file.path}`} onClick={() => remove(file)}>
              {t('bid.remove')}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
