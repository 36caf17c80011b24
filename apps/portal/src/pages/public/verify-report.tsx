import { useTranslation } from 'react-i18next';
import type { CheckResult, VerificationReport } from '#trust';
import { Fact, Facts, Hash } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import type { ReceiptAnswer, Refused } from '../../verify/messages.ts';
import type { Checking } from '../../verify/use-verification.ts';

/** Every problem counts; a page of hundreds of one kind helps nobody. */
const SHOWN_PROBLEMS = 12;

export function VerifyReport({
  checking,
  fromPlatform,
}: {
  readonly checking: Checking;
  readonly fromPlatform: boolean;
}) {
  const { t } = useTranslation();
  return (
    <div aria-live="polite">
      {fromPlatform && <p className="note">{t('verify.demoWarning')}</p>}
      {checking.unreadable.map(({ name, refused }) => (
        <Unreadable key={name} name={name} refused={refused} />
      ))}
      {checking.findings.map((finding) =>
        finding.kind === 'receipt' ? (
          <Receipt key={finding.name} name={finding.name} answer={finding.answer} />
        ) : (
          <Evidence key={finding.name} name={finding.name} report={finding.report} />
        ),
      )}
    </div>
  );
}

function Verdict({
  good,
  title,
  name,
  text,
}: {
  readonly good: boolean;
  readonly title: string;
  readonly name: string;
  readonly text: string;
}) {
  return (
    <div className={good ? 'verdict verdict-good' : 'verdict verdict-bad'}>
      <span className="verdict-mark" aria-hidden="true">
        {good ? '✓' : '✕'}
      </span>
      <div>
        <h2>{title}</h2>
        <p className="quiet">{name}</p>
        <p>{text}</p>
      </div>
    </div>
  );
}

function Unreadable({ name, refused }: { readonly name: string; readonly refused: Refused }) {
  const { t } = useTranslation();
  return (
    <section className="section">
      <Verdict good={false} title={t('verify.cannot')} name={name} text={t('verify.cannotNext')} />
      <p className="quiet">
        <code>{refused.code}</code> {factsText(refused.facts)}
      </p>
    </section>
  );
}

const factsText = (facts: Refused['facts']): string =>
  Object.entries(facts)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(' · ');

function Evidence({ name, report }: { readonly name: string; readonly report: VerificationReport }) {
  const { t } = useTranslation();
  const failing = report.checks.filter(({ state }) => state === 'fails').length;
  const holds = report.verdict === 'holds';
  return (
    <section className="section">
      <Verdict
        good={holds}
        title={holds ? t('verify.holds') : t('verify.fails', { count: failing })}
        name={name}
        text={t(holds ? 'verify.holdsText' : 'verify.failsText')}
      />
      {report.lot !== '' && (
        <Facts>
          <Fact name={t('verify.lot')}>
            <Hash value={report.lot} />
          </Fact>
          <Fact name={t('verify.audience')}>
            {t(`verify.audiences.${report.audience as 'public' | 'auditor'}`)}
          </Fact>
        </Facts>
      )}
      <ul className="checks" aria-label={t('verify.checks')}>
        {report.checks.map((check) => (
          <Check key={check.id} check={check} />
        ))}
      </ul>
    </section>
  );
}

const MARKS = { holds: '✓', fails: '✕', restricted: '◐', pending: '…', absent: '–' } as const;

function Check({ check }: { readonly check: CheckResult }) {
  const { t } = useTranslation();
  const { id, state, problems, notes } = check;
  const more = problems.length - SHOWN_PROBLEMS;
  return (
    <li className={`check check-${state}`} data-check={id} data-state={state}>
      <span className="check-id">{id}</span>
      <span className="check-title">{t(`verify.v.${id}`)}</span>
      <span className="check-state">
        <span aria-hidden="true">{MARKS[state]}</span> {t(`verify.states.${state}`)}
        {(state === 'restricted' || state === 'pending' || state === 'absent') && (
          <span className="quiet block">{t(`verify.statesText.${state}`)}</span>
        )}
      </span>
      {problems.length > 0 && (
        <ul className="problems">
          {problems.slice(0, SHOWN_PROBLEMS).map(({ code, subject, blame, facts }, at) => (
            <li key={at}>
              <strong>
                {t('verify.blame')} <Blamed blame={blame} />
              </strong>
              <span className="block">
                {t('verify.subject')} <code className="hash">{subject}</code>
              </span>
              <span className="quiet block">
                <code>{code}</code> {factsText(facts)}
              </span>
            </li>
          ))}
          {more > 0 && <li className="quiet">{t('verify.more', { count: more })}</li>}
        </ul>
      )}
      {state !== 'holds' && notes.length > 0 && (
        <p className="check-notes quiet" lang="en">
          {notes.slice(0, SHOWN_PROBLEMS).join(' · ')}
        </p>
      )}
    </li>
  );
}

type Known = Exclude<CheckResult['problems'][number]['blame'], `${'trustee' | 'dealer'}-${number}`>;

function Blamed({ blame }: { readonly blame: string }) {
  const { t } = useTranslation();
  const [, numbered, i] = /^(trustee|dealer)-(\d+)$/.exec(blame) ?? [];
  if (i === undefined) return <>{t(`verify.blames.${blame as Known}`)}</>;
  return <>{t(`verify.blames.${numbered as 'trustee' | 'dealer'}`, { i })}</>;
}

function Receipt({ name, answer }: { readonly name: string; readonly answer: ReceiptAnswer }) {
  const { t } = useTranslation();
  if (!answer.ok) return <BadReceipt name={name} refused={answer.refused} blame={answer.blame} />;
  const { subject, kind, arrivedAt, inTime, stampedAt, logged, stored } = answer.verdict;
  return (
    <section className="section">
      <Verdict good title={t('verify.receiptHolds')} name={name} text={t('verify.receiptHoldsText')} />
      <Facts>
        <Fact name={t('verify.receiptSubject')}>
          <Hash value={subject} />
        </Fact>
        <Fact name={t('verify.receiptKind')}>
          {t(`verify.receiptKinds.${kind as 'commit' | 'replace' | 'withdraw'}`)}
        </Fact>
        <Fact name={t('verify.arrivedAt')}>
          <Time at={arrivedAt} />{' '}
          <strong className={inTime ? 'good' : 'bad'}>{t(inTime ? 'verify.inTime' : 'verify.late')}</strong>
        </Fact>
        <Fact name={t('verify.stampedAt')}>
          <Time at={stampedAt} />
        </Fact>
        <Fact name={t('nav.log')}>{t(logged ? 'verify.logged' : 'verify.notLogged')}</Fact>
        <Fact name={t('home.part.objects')}>{t(stored ? 'verify.stored' : 'verify.notStored')}</Fact>
      </Facts>
    </section>
  );
}

function BadReceipt({
  name,
  refused,
  blame,
}: {
  readonly name: string;
  readonly refused: Refused;
  readonly blame: string | null;
}) {
  const { t } = useTranslation();
  const unknown = refused.code === 'SIGNATURE.UNKNOWN_SIGNER';
  return (
    <section className="section">
      <Verdict
        good={false}
        title={t('verify.receiptFails')}
        name={name}
        text={t(unknown ? 'verify.receiptNoCertificate' : 'verify.failsText')}
      />
      {unknown && <p>{t('verify.receiptNoCertificateNext')}</p>}
      {blame !== null && (
        <p>
          {t('verify.blame')} <Blamed blame={blame} />
        </p>
      )}
      <p className="quiet">
        <code>{refused.code}</code> {factsText(refused.facts)}
      </p>
    </section>
  );
}
