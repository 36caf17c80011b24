import { useQuery } from '@tanstack/react-query';
import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchRoots, overviewQuery } from '../../api/platform-state.ts';
import { Fact, Facts, FileButton, Hash } from '../../ui/parts.tsx';
import { ProblemView } from '../../ui/states.tsx';
import { MAX_CERTIFICATES_BYTES, textOf } from '../../verify/limits.ts';
import type { Refused } from '../../verify/messages.ts';
import { readRoots } from '../../verify/use-verification.ts';
import type { Roots } from '../../verify/use-verification.ts';

interface Choice {
  readonly roots: Roots | null;
  readonly change: (roots: Roots | null) => void;
}

export function VerifyRoots({ roots, change }: Choice) {
  const { t } = useTranslation();
  return (
    <section className="section">
      <h2>{t('verify.step1')}</h2>
      {roots ? (
        <Held roots={roots} change={change} />
      ) : (
        <>
          <p>{t('verify.step1Text')}</p>
          <Choose change={change} />
        </>
      )}
    </section>
  );
}

function Held({ roots, change }: { readonly roots: Roots; readonly change: Choice['change'] }) {
  const { t } = useTranslation();
  const { origin, sha256, ca, tsa, platform } = roots.summary;
  return (
    <div className="card">
      <h3>{t('verify.rootsHeld')}</h3>
      <Facts>
        <Fact name={t('log.origin')}>{origin}</Fact>
        <Fact name={t('verify.rootsSha')}>
          <Hash value={sha256} />
          <span className="quiet block">{t('verify.rootsShaNote')}</span>
        </Fact>
      </Facts>
      <p className="quiet">{t('verify.rootsCounts', { ca, tsa, platform })}</p>
      {roots.fromPlatform && <p className="note">{t('verify.demoWarning')}</p>}
      <Button className="no-print" onClick={() => change(null)}>
        {t('verify.rootsChange')}
      </Button>
    </div>
  );
}

function Choose({ change }: { readonly change: Choice['change'] }) {
  const { t } = useTranslation();
  const id = useId();
  const [pasted, setPasted] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const { data: overview } = useQuery(overviewQuery());
  const take = async (text: string, fromPlatform: boolean): Promise<void> => {
    const read = await readRoots(text);
    if ('code' in read) setRefused(read);
    else change({ text, summary: read, fromPlatform });
  };
  const ofPlatform = () => fetchRoots().then((text) => take(text, true), setFailed);
  return (
    <div className="card">
      <p>
        <FileButton
          accept=".json,application/json"
          take={(files) => {
            const file = files?.[0];
            if (file) void textOf(file, MAX_CERTIFICATES_BYTES).then((text) => take(text, false));
          }}
        >
          {t('verify.chooseRoots')}
        </FileButton>
      </p>
      <div>
        <label htmlFor={id}>{t('verify.pasteRoots')}</label>
        <Input.TextArea
          id={id}
          rows={3}
          value={pasted}
          maxLength={MAX_CERTIFICATES_BYTES}
          spellCheck={false}
          onChange={(event) => setPasted(event.target.value)}
        />
      </div>
      <p className="actions">
        <Button disabled={pasted.trim() === ''} onClick={() => void take(pasted, false)}>
          {t('verify.useRoots')}
        </Button>
        {overview?.demo && (
          <Button type="link" onClick={() => void ofPlatform()}>
            {t('verify.demoRoots')}
          </Button>
        )}
      </p>
      {refused && <RootsRefused refused={refused} />}
      {failed !== null && <ProblemView error={failed} />}
    </div>
  );
}

function RootsRefused({ refused }: { readonly refused: Refused }) {
  const { t } = useTranslation();
  const where = Object.values(refused.facts).filter(Boolean).join(' · ');
  return (
    <div className="note note-bad" role="alert">
      <strong>{t('verify.rootsBad')}</strong>
      <p>{t('verify.rootsBadNext')}</p>
      <p className="quiet">
        <code>{refused.code}</code> {where}
      </p>
    </div>
  );
}
