import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReceiptFile } from '#trust';
import { readReceipt } from '../../seal/read-receipt.ts';
import { recoverHere } from '../../seal/recover.ts';
import { useSession } from '../../session/session-store.ts';
import { FileButton, Hash, Section } from '../../ui/parts.tsx';
import { ProblemView } from '../../ui/states.tsx';
import { useRun } from '../../ui/use-run.ts';
import type { Roots } from '../../verify/use-verification.ts';
import { useLot } from '../public/lot.tsx';
import { VerifyRoots } from '../public/verify-roots.tsx';

interface Props {
  readonly roots: Roots | null;
  /** Null: they are chosen elsewhere on the page. */
  readonly changeRoots: ((roots: Roots | null) => void) | null;
  readonly changed: () => void;
}

/** A bid that was submitted elsewhere: its bidder takes it over here, to replace, withdraw or prove it. */
export function BidRecover(props: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Section title={t('recover.head')}>
      <p>{t('recover.text')}</p>
      {open ? (
        <Recover {...props} />
      ) : (
        <Button className="no-print" onClick={() => setOpen(true)}>
          {t('recover.begin')}
        </Button>
      )}
    </Section>
  );
}

const WORDS = 24;
const countOf = (words: string): number => words.split(/\s+/).filter(Boolean).length;

function Recover({ roots, changeRoots, changed }: Props) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const organisation = useSession()?.principal.organisationId ?? '';
  const id = useId();
  const [receipt, setReceipt] = useState<ReceiptFile | null>(null);
  const [bad, setBad] = useState(false);
  const [words, setWords] = useState('');
  const { busy, fault, run, forget } = useRun();
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const read = await readReceipt(file);
    forget();
    setBad(read === null);
    setReceipt(read);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!roots || !receipt) return;
    const about = { lot: lot.id, lotName: lot.name, projectName: lot.projectName };
    void run(async () => {
      await recoverHere({ organisation, about, words, receipt, roots: roots.text });
      setWords('');
      changed();
    });
  };
  const count = countOf(words);
  return (
    <>
      {!roots && changeRoots && <VerifyRoots roots={roots} change={changeRoots} />}
      {!roots && !changeRoots && <p className="note">{t('recover.needRoots')}</p>}
      <form className="card form no-print" onSubmit={submit}>
        <div className="field">
          <FileButton accept=".json" take={(files) => void take(files?.[0])}>
            {t('recover.receipt')}
          </FileButton>
          {receipt && (
            <p>
              {t('bid.commitment')} <Hash value={receipt.arrival.record.subject} />
            </p>
          )}
          <span className="bad block" aria-live="polite">
            {bad ? t('recover.noReceipt') : ''}
          </span>
        </div>
        <div className="field">
          <label htmlFor={id}>{t('recover.words')}</label>
          <Input.TextArea
            id={id}
            rows={4}
            value={words}
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            lang="en"
            aria-describedby={`${id}-note`}
            onChange={(event) => {
              setWords(event.target.value);
              forget();
            }}
          />
          <span id={`${id}-note`} className="quiet block">
            {t('recover.counted', { count, of: WORDS })}
          </span>
        </div>
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={!roots || !receipt || count !== WORDS}
        >
          {t('recover.go')}
        </Button>
      </form>
      {fault !== null && <RecoverFault error={fault} />}
      <p className="quiet">{t('recover.without')}</p>
    </>
  );
}

const SAID = {
  'SEAL.RECOVERY_CODE': 'recover.badWords',
  'CLIENT.OTHER_WORDS': 'recover.otherWords',
  'CLIENT.OTHER_LOT': 'recover.otherLot',
  'CLIENT.BID_ENDED': 'recover.ended',
  'CLIENT.NOT_STORED': 'recover.notWhole',
  'BIDDING.BID_UNKNOWN': 'recover.unknown',
} as const;

/** What the reader can mend, in words; all else as it is. */
function RecoverFault({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!(code in SAID)) return <ProblemView error={error} />;
  return (
    <p className="note note-bad" role="alert">
      {t(SAID[code as keyof typeof SAID])}
    </p>
  );
}
