import Button from 'antd/es/button';
import Input from 'antd/es/input';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { askQuestion, questionsQuery } from '../../api/agency.ts';
import type { Lot } from '../../api/tendering.ts';
import { FaultView } from '../../session/fault-view.tsx';
import { may, useSession } from '../../session/session-store.ts';
import { useServerNow } from '../../ui/clock.ts';
import { useDraft } from '../../ui/draft.ts';
import { LoadMore } from '../../ui/load-more.tsx';
import { Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useRun } from '../../ui/use-run.ts';

const MOST = 2000;

/** Questions on the documents with their answers, without names; who may bid may ask until the deadline. */
export default function LotQuestions({ lot }: { readonly lot: Lot }) {
  const { t } = useTranslation();
  const session = useSession();
  const now = useServerNow();
  const questions = useInfiniteQuery(questionsQuery(lot.id, 'public'));
  const items = questions.data?.pages.flatMap((page) => page.items) ?? [];
  const open = lot.state !== 'cancelled' && now !== null && now < Date.parse(lot.deadline);
  return (
    <>
      {questions.isPending && <Loading />}
      {questions.isError && <ProblemView error={questions.error} retry={() => void questions.refetch()} />}
      {questions.data && items.length === 0 && <p className="quiet">{t('questions.none')}</p>}
      <ol className="versions">
        {items.map(({ n, text, askedOn, answer }) => (
          <li key={n}>
            <p className="quiet">{t('questions.asked', { n, day: askedOn })}</p>
            <p className="summary">{text}</p>
            {answer && (
              <div className="answer">
                <p className="summary">{answer.text}</p>
                <p className="quiet">
                  {t('opening.answer')} <Time at={answer.answeredAt} />{' '}
                  {answer.noticeVersion !== null &&
                    t('questions.changedBy', { version: answer.noticeVersion })}
                </p>
              </div>
            )}
          </li>
        ))}
      </ol>
      <LoadMore list={questions} />
      {open && may(session, 'bid.submit') && <AskForm lotId={lot.id} />}
    </>
  );
}

function AskForm({ lotId }: { readonly lotId: string }) {
  const { t } = useTranslation();
  const id = useId();
  const [text, set, clear] = useDraft(`question:${lotId}`, '');
  const [asked, setAsked] = useState(false);
  const { busy, fault, run } = useRun();
  const ask = async (): Promise<void> => {
    await askQuestion(lotId, text);
    setAsked(true);
    clear();
  };
  return (
    <form
      className="card no-print"
      onSubmit={(event) => {
        event.preventDefault();
        void run(ask);
      }}
    >
      <label className="field-name" htmlFor={id}>
        {t('questions.ask')}
      </label>
      <p className="quiet" id={`${id}-hint`}>
        {t('questions.secret')}
      </p>
      <Input.TextArea
        id={id}
        aria-describedby={`${id}-hint`}
        rows={4}
        maxLength={MOST}
        showCount
        value={text}
        onChange={({ target }) => set(target.value)}
      />
      {fault !== null && <FaultView error={fault} />}
      <p role="status">{asked && t('questions.taken')}</p>
      <Button type="primary" htmlType="submit" loading={busy} disabled={text.trim() === ''}>
        {t('questions.send')}
      </Button>
    </form>
  );
}
