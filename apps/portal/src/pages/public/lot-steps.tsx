import { useTranslation } from 'react-i18next';
import { Time } from '../../ui/time.tsx';
import type { LotContext } from './lot.tsx';

type StepState = 'done' | 'now' | 'todo' | 'stopped';
type StepName = 'notice' | 'key' | 'bidding' | 'close' | 'opening' | 'evaluation' | 'publicity' | 'award';

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  /** An instant of a record, where the step has one. */
  readonly at?: string | undefined;
  /** `at` is when it ends, not when it happened. */
  readonly ends?: boolean;
  readonly note?: 'failed' | 'rejected' | 'cancelled';
}

/** The stages of a lot as its public records tell them; what did not take place says so. */
export function stepsOf({ lot, opening, result }: LotContext): Step[] {
  const [keyed, closed] = [lot.state === 'keyed', lot.stage === 'closed'];
  const [report, publicity, award] = [
    result?.report?.record,
    result?.publicity?.record,
    result?.award?.record,
  ];
  const record = opening?.record?.record;
  const shut = opening?.close?.record;
  const steps: Step[] = [
    { name: 'notice', state: 'done', at: lot.notices[0]?.record.publishedAt },
    { name: 'key', state: keyed ? 'done' : 'now' },
    { name: 'bidding', state: closed ? 'done' : keyed ? 'now' : 'todo', at: lot.deadline, ends: true },
    { name: 'close', state: shut ? 'done' : closed ? 'now' : 'todo', at: shut?.closedAt },
    { name: 'opening', state: record ? 'done' : shut ? 'now' : 'todo', at: record?.finishedAt },
    { name: 'evaluation', state: report ? 'done' : record ? 'now' : 'todo', at: report?.reportedAt },
    {
      name: 'publicity',
      state: award ? 'done' : publicity ? 'now' : 'todo',
      at: publicity?.until,
      ends: true,
    },
    { name: 'award', state: award ? 'done' : 'todo', at: award?.awardedAt },
  ];
  return stoppedAt(steps, lot.state === 'cancelled', record?.result, report?.result);
}

function stoppedAt(
  steps: readonly Step[],
  cancelled: boolean,
  opened: string | undefined,
  ranked: string | undefined,
): Step[] {
  const stop = (from: StepName, note: NonNullable<Step['note']>): Step[] => {
    const first = steps.findIndex(({ name }) => name === from);
    return steps.map((step, at) =>
      at < first ? step : { name: step.name, state: 'stopped', ...(at === first ? { note } : {}) },
    );
  };
  if (cancelled) return stop('key', 'cancelled');
  if (opened === 'failed') return stop('evaluation', 'failed');
  if (ranked === 'all-rejected') return stop('publicity', 'rejected');
  return [...steps];
}

export function Steps(context: LotContext) {
  const { t } = useTranslation();
  return (
    <ol className="steps">
      {stepsOf(context).map((step) => (
        <li
          key={step.name}
          className={`step step-${step.state}`}
          aria-current={step.state === 'now' ? 'step' : undefined}
        >
          <span className="step-mark" aria-hidden="true" />
          <span className="step-name">{t(`step.${step.name}`)}</span>
          <span className={step.state === 'done' ? 'visually-hidden' : 'step-state'}>
            {t(`step.${step.note ?? step.state}`)}
          </span>
          {step.at !== undefined && (
            <span className="step-time">
              <Time at={step.at} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
