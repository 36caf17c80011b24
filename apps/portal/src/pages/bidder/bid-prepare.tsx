import Button from 'antd/es/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EnvelopeName } from '#trust';
import { bidDraftOf } from '../../seal/bid-draft.ts';
import type { CheckedKey, ChosenFile } from '../../seal/messages.ts';
import { clocksApart } from '../../seal/own-clock.ts';
import type { StoredPackage } from '../../seal/package-store.ts';
import { EMPTY_SHEET, sheetOf } from '../../seal/sheet.ts';
import type { SheetDraft } from '../../seal/sheet.ts';
import { useSealing } from '../../seal/use-sealing.ts';
import { useSession } from '../../session/session-store.ts';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { Section } from '../../ui/parts.tsx';
import { Empty } from '../../ui/states.tsx';
import { beijing } from '../../ui/time.tsx';
import type { Roots } from '../../verify/use-verification.ts';
import { useLot } from '../public/lot.tsx';
import { BidFiles } from './bid-files.tsx';
import type { ListedFile } from './bid-files.tsx';
import { BidKey } from './bid-key.tsx';
import { BidNeeds } from './bid-needs.tsx';
import { BidSeal, Working } from './bid-seal.tsx';
import { BidSheet } from './bid-sheet.tsx';

interface BidDraft {
  readonly sheet: SheetDraft;
  /** As they were chosen; the files themselves are the bidder's, and are chosen again after a reload. */
  readonly files: readonly ListedFile[];
}
const EMPTY: BidDraft = { sheet: EMPTY_SHEET, files: [] };

export function BidPrepare({
  roots,
  changeRoots,
  replacing,
  stop,
  changed,
}: {
  readonly roots: Roots | null;
  readonly changeRoots: (roots: Roots | null) => void;
  readonly replacing: StoredPackage | null;
  readonly stop: () => void;
  readonly changed: () => void;
}) {
  const { t } = useTranslation();
  const { lot } = useLot();
  const session = useSession();
  const now = useServerNow();
  const [draft, setDraft] = useDraft<BidDraft>(bidDraftOf(lot.id), EMPTY);
  const [held, setHeld] = useState<readonly ChosenFile[]>([]);
  const [checked, setChecked] = useState<CheckedKey | null>(null);
  const { sealing, run, cancel } = useSealing(changed);
  const bidder = { name: session?.organisation ?? '', creditCode: session?.principal.organisationId ?? '' };
  const limits = { ...lot.method, estimate: lot.notice.record.estimate };
  const { sheet, faults } = sheetOf(draft.sheet, bidder, limits);
  if (lot.state !== 'keyed')
    return (
      <Empty title={t('bid.notReady')}>
        <p>{t('bid.notReadyNext')}</p>
      </Empty>
    );
  const key = checked?.own === null ? checked : null;
  const missing = {
    roots: roots === null,
    clock: clocksApart(now),
    key: key === null,
    sheet: sheet === null,
    files: !isComplete(draft.files, held),
  };
  const start = (): void => {
    if (!key || !sheet || now === null) return;
    const about = { lot: lot.id, lotName: lot.name, projectName: lot.projectName, sealedAt: Math.floor(now) };
    const { lotKey, latest } = key;
    const organisation = bidder.creditCode;
    const { documents } = latest;
    void run({ organisation, lotKey, documents, sheet, files: held, replaces: replacing, about });
  };
  // Nothing can be changed meanwhile, and nothing else is drawn again with each step of the bar.
  if (sealing.phase === 'sealing' || sealing.phase === 'testing')
    return (
      <Section title={t('bid.sealHead')}>
        <Working sealing={sealing} cancel={cancel} />
      </Section>
    );
  return (
    <>
      {replacing && (
        <p className="note">
          {t('bid.replacing', { at: `${beijing(replacing.note.sealedAt)} UTC+8` })}{' '}
          <Button size="small" onClick={stop}>
            {t('bid.stopReplacing')}
          </Button>
        </p>
      )}
      <Section title={t('bid.trustHead')}>
        <BidKey
          roots={roots}
          changeRoots={(next) => {
            setChecked(null);
            changeRoots(next);
          }}
          checked={checked}
          take={setChecked}
        />
      </Section>
      <Section title={t('bid.needsHead')}>
        <BidNeeds lot={lot} />
      </Section>
      <Section title={t('bid.sheetHead')}>
        <BidSheet
          draft={draft.sheet}
          bidder={bidder}
          faults={faults}
          change={(next) => setDraft({ ...draft, sheet: next })}
        />
      </Section>
      <Section title={t('bid.filesHead')}>
        <BidFiles
          envelopes={envelopesOf(key)}
          listed={draft.files}
          held={held}
          change={(files, next) => {
            setDraft({ ...draft, files });
            setHeld(next);
          }}
        />
      </Section>
      <Section title={t('bid.sealHead')}>
        <BidSeal sealing={sealing} missing={missing} files={held} start={start} />
      </Section>
    </>
  );
}

/** Every listed file is at hand, and there is something to evaluate. */
const isComplete = (listed: readonly ListedFile[], held: readonly ChosenFile[]): boolean =>
  listed.some(({ e }) => e !== 'E0') &&
  listed.every((file) => held.some(({ e, path }) => e === file.e && path === file.path));

/** Of the lot's key; before it was checked, those of every lot. */
function envelopesOf(key: CheckedKey | null): readonly EnvelopeName[] {
  const all = key?.lotKey.stages.flatMap(({ envelopes }) => envelopes) ?? ['E0', 'E1'];
  return all.filter((e) => e !== 'I');
}
