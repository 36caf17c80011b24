import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { answerQuestion, questionsQuery } from '../../api/agency.ts';
import type { Question } from '../../api/agency.ts';
import { Need } from '../../session/need.tsx';
import { useDraft } from '../../ui/draft.ts';
import { Final } from '../../ui/final.tsx';
import { LoadMore } from '../../ui/load-more.tsx';
import { Section } from '../../ui/parts.tsx';
import { Empty, Loading, ProblemView } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { ChoiceField, LongField } from './fields.tsx';
import { useWork } from './work.tsx';

/** Questions on the documents: who asks is known to nobody (法22); an answer is everybody's. */
export function WorkQuestions() {
  const { t } = useTranslation();
  const { lot } = useWork();
  return (
    <Need permission="tender.manage">
      <p className="note">{t('agency.questionsLead')}</p>
      <Section title={t('agency.tab.questions')}>
        <QuestionList lotId={lot.id} />
      </Section>
    </Need>
  );
}

function QuestionList({ lotId }: { readonly lotId: string }) {
  const { t } = useTranslation();
  const questions = useInfiniteQuery(questionsQuery(lotId, 'agency'));
  if (questions.isPending) return <Loading />;
  const items = questions.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {questions.isError && <ProblemView error={questions.error} retry={() => void questions.refetch()} />}
      {questions.data && items.length === 0 && <Empty title={t('agency.noQuestions')} />}
      <ol className="versions">
        {items.map((each) => (
          <li key={each.n}>
            <h3>{t('agency.question', { n: each.n })}</h3>
            <p className="quiet">{t('agency.askedOn', { day: each.askedOn })}</p>
            <p className="summary">{each.text}</p>
            {each.answer ? <Answered answer={each.answer} /> : <AnswerForm question={each} />}
          </li>
        ))}
      </ol>
      <LoadMore list={questions} />
    </>
  );
}

function Answered({ answer }: { readonly answer: NonNullable<Question['answer']> }) {
  const { t } = useTranslation();
  return (
    <div className="answer">
      <p className="summary">{answer.text}</p>
      <p className="quiet">
        {t('opening.answer')} <Time at={answer.answeredAt} />{' '}
        {answer.noticeVersion !== null && t('agency.changedBy', { version: answer.noticeVersion })}
      </p>
    </div>
  );
}

const EMPTY = { text: '', version: '' };

function AnswerForm({ question }: { readonly question: Question }) {
  const { t } = useTranslation();
  const { lot, changed } = useWork();
  const [form, set, clear] = useDraft(`answer:${lot.id}:${String(question.n)}`, EMPTY);
  const versions = lot.notices.filter(({ record }) => record.version > 1).map(({ record }) => record.version);
  const send = async (): Promise<void> => {
    const changedBy = form.version === '' ? {} : { noticeVersion: Number(form.version) };
    await answerQuestion(lot.id, question.n, { text: form.text, ...changedBy });
    clear();
    await changed();
  };
  return (
    <div className="form">
      <LongField
        label={t('agency.answerTo', { n: question.n })}
        article="条例21"
        value={form.text}
        set={(text) => set({ ...form, text })}
        hint={t('agency.kept')}
      />
      <ChoiceField
        label={t('agency.changesDocuments')}
        article="法23"
        value={form.version}
        set={(version) => set({ ...form, version })}
        options={[
          ['', t('agency.changesNothing')] as const,
          ...versions.map((each) => [String(each), t('lot.version', { version: each })] as const),
        ]}
        hint={
          <>
            {t('agency.changeFirst')}{' '}
            <Link to={`/agency/lots/${lot.id}/change`}>{t('agency.tab.change')}</Link>
          </>
        }
      />
      <Final
        word={t('agency.publishAnswer')}
        title={t('agency.publishAnswer')}
        disabled={form.text.trim() === ''}
        run={send}
      >
        <p>{t('agency.answerText')}</p>
      </Final>
    </div>
  );
}
