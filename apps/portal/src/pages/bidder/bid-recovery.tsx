import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { recoveryWords } from '#trust';
import { seedOfPackage, writeNote } from '../../seal/package-store.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { bytes } from '../../ui/figures.ts';
import { Section } from '../../ui/parts.tsx';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { BidDiscard } from './bid-discard.tsx';
import { NotKept } from './not-kept.tsx';
import { saveAs, textFile } from '../../ui/save.ts';

/** Which word is asked back: another one for each bid, not chosen by the reader. */
const askedOf = (c: string): number => (c.charCodeAt(0) + c.charCodeAt(1)) % 24;

/** The 24 words, once before anything is sent: shown, saved, printed, and proved to be kept by one of them. */
export function BidRecovery({
  stored,
  changed,
}: {
  readonly stored: StoredPackage;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const { place, note, commit, c } = stored;
  const words = useQuery({
    queryKey: ['words', place.id],
    queryFn: async () => recoveryWords(await seedOfPackage(place)).split(' '),
    // Nothing of it stays behind when the page is left.
    gcTime: 0,
    staleTime: Infinity,
  });
  if (words.isPending) return <Loading />;
  if (words.isError) return <ProblemView error={words.error} />;
  const list = words.data;
  const size = note.files.reduce((sum, file) => sum + file.size, 0);
  const dealings = commit.dealings.length;
  const k = commit.dealings[0]?.C.length ?? 0;
  const confirm = async (): Promise<void> => {
    await writeNote(place, { ...note, kept: true });
    changed();
  };
  return (
    <Section title={t('bid.recoveryHead')}>
      <p className="good">
        <span aria-hidden="true">✓</span>{' '}
        {t('bid.selfTested', { files: note.files.length, bytes: bytes(size), dealings, k })}
      </p>
      <p>{t('bid.recoveryText')}</p>
      <NotKept />
      <ol className="words card" aria-label={t('bid.words')} translate="no" lang="en">
        {list.map((word, at) => (
          <li key={at}>{word}</li>
        ))}
      </ol>
      <p className="actions no-print">
        <Button onClick={() => saveAs(textFile(wordsFile(stored, list)), `recovery-${c.slice(0, 8)}.txt`)}>
          {t('bid.saveWords')}
        </Button>
        <Button onClick={() => window.print()}>{t('bid.print')}</Button>
      </p>
      <AskBack words={list} at={askedOf(c)} confirm={confirm} />
      <BidDiscard kind="discard" stored={stored} changed={changed} />
    </Section>
  );
}

const wordsFile = ({ note, c }: StoredPackage, words: readonly string[]): string =>
  [`${note.projectName} ${note.lotName}`, c, '', words.join(' '), ''].join('\n');

function AskBack({
  words,
  at,
  confirm,
}: {
  readonly words: readonly string[];
  readonly at: number;
  readonly confirm: () => Promise<void>;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim().toLowerCase() === words[at]) void confirm();
    else setWrong(true);
  };
  return (
    <form className="card form no-print" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{t('bid.askWord', { n: at + 1 })}</label>
        <Input
          id={id}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          aria-invalid={wrong}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            setTyped(event.target.value);
            setWrong(false);
          }}
        />
        <span id={`${id}-note`} className="bad block" aria-live="polite">
          {wrong ? t('bid.wordWrong') : ''}
        </span>
      </div>
      <Button type="primary" htmlType="submit" disabled={typed.trim() === ''}>
        {t('bid.confirmWord')}
      </Button>
    </form>
  );
}
