import Input from 'antd/es/input';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { sendAnswer, sendObjection } from '../../api/hall.ts';
import type { Lot } from '../../api/tendering.ts';
import { may, useSession } from '../../session/session-store.ts';
import type { Session } from '../../session/session-store.ts';
import { useDraft } from '../../ui/draft.ts';
import { Final } from '../../ui/final.tsx';
import { Time } from '../../ui/time.tsx';
import type { HallObjection, HallState } from './hall-state.ts';
import { OwnReceipt, useOwnReceipt } from './own-receipt.tsx';
import { isPresent } from './presence.tsx';

const MAX = 4000;
const OPEN = ['closed', 'stage-0', 'stage-1', 'opened', 'failed'];

/** 条例44: said on the spot, answered on the spot, both in the record. */
export function Objections({
  lot,
  state,
  silent,
}: {
  readonly lot: Lot;
  readonly state: HallState;
  readonly silent: boolean;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const taken = OPEN.includes(state.phase) && !state.cancelled && !silent;
  const agency = session?.principal.organisationId === lot.agency.creditCode && may(session, 'tender.manage');
  const bidder = may(session, 'bid.submit') && !agency;
  return (
    <>
      {state.objections.length === 0 && <p className="quiet">{t('hall.noObjections')}</p>}
      <ol className="versions">
        {state.objections.map((one) => (
          <li key={one.n}>
            <h3>
              {one.n}. {one.by}
            </h3>
            <p className="quiet">
              <Time at={one.at} />
            </p>
            <p className="summary">{one.text}</p>
            <Answer lot={lot} objection={one} may={taken && agency} />
          </li>
        ))}
      </ol>
      {taken && bidder && !isPresent(state, session) && <p className="quiet">{t('hall.objectNeeds')}</p>}
      {taken && bidder && isPresent(state, session) && (
        <ObjectionForm lotId={lot.id} known={isKnown(state, session)} />
      )}
    </>
  );
}

function Answer({
  lot,
  objection: { n, answer, answeredAt },
  may: allowed,
}: {
  readonly lot: Lot;
  readonly objection: HallObjection;
  readonly may: boolean;
}) {
  const { t } = useTranslation();
  if (answer !== null)
    return (
      <>
        <p className="summary answer">
          <strong>{t('opening.answer')}</strong> {answer}
        </p>
        {answeredAt !== null && (
          <p className="quiet">
            <Time at={answeredAt} />
          </p>
        )}
      </>
    );
  if (!allowed) return <p className="quiet">{t('hall.unanswered')}</p>;
  return (
    <TextForm
      draft={`hall-answer:${lot.id}:${n}`}
      label={t('hall.answerText', { n })}
      word={t('hall.answer')}
      title={t('hall.answerTitle', { n })}
      final={t('hall.answerFinal')}
      send={(text) => sendAnswer(lot.id, n, text)}
    />
  );
}

/** Whether an identity that was opened says that this session's organisation is a bidder. */
const isKnown = (state: HallState, session: Session | null): boolean =>
  state.bids.some(
    ({ creditCode, progress }) =>
      creditCode === session?.principal.organisationId && progress !== 'withdrawn',
  );

/** Until then the platform cannot know who bid: the bidder shows its receipt. */
function ObjectionForm({ lotId, known }: { readonly lotId: string; readonly known: boolean }) {
  const { t } = useTranslation();
  const [receipt, choose] = useOwnReceipt(lotId);
  return (
    <>
      {!known && <OwnReceipt receipt={receipt} choose={choose} />}
      <TextForm
        draft={`hall-objection:${lotId}`}
        label={t('hall.objectText')}
        word={t('hall.object')}
        title={t('hall.objectTitle')}
        final={t('hall.objectFinal')}
        blocked={!known && receipt === null}
        send={(text) => sendObjection(lotId, text, known ? null : receipt)}
      />
    </>
  );
}

/** A text that is published when it is sent; kept over a reload until then. */
function TextForm({
  draft,
  label,
  word,
  title,
  final,
  blocked = false,
  send,
}: {
  readonly draft: string;
  readonly label: string;
  readonly word: string;
  readonly title: string;
  readonly final: string;
  /** Something else is missing, and says so itself. */
  readonly blocked?: boolean;
  readonly send: (text: string) => Promise<void>;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText, clear] = useDraft(draft, '');
  const empty = text.trim() === '';
  return (
    <div className="hall-form no-print">
      <label htmlFor={id}>{label}</label>
      <Input.TextArea
        id={id}
        value={text}
        rows={3}
        maxLength={MAX}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setText(event.target.value)}
      />
      <p id={`${id}-hint`} className="quiet">
        {empty ? t('hall.empty') : ''} {t('hall.objectHint')}
      </p>
      <Final
        word={word}
        title={title}
        disabled={empty || blocked}
        run={async () => {
          await send(text.trim());
          clear();
        }}
      >
        <p className="summary">{text.trim()}</p>
        <p>{final}</p>
      </Final>
    </div>
  );
}
