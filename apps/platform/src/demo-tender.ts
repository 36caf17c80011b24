import { addMs, DAY, formatInstant, MINUTE } from '#kernel';
import type { Instant } from '#kernel';
import type { EvaluationMethod } from '#trust';
import type { DemoPerson } from './demo-person.ts';

/** How fast a demonstration's tender goes. Times from its making on. */
export interface Pace {
  readonly acceleration: { readonly periods: number; readonly waits: number };
  readonly documentsMs: number;
  readonly deadlineMs: number;
}

/** Twenty legal days pass in half an hour; the five-minute window in half a minute. */
export const CALM: Pace = {
  acceleration: { periods: 960, waits: 10 },
  documentsMs: 40 * MINUTE,
  deadlineMs: 45 * MINUTE,
};

/** What making and signing a notice may take. */
const SIGNING_MS = 20_000;

/** For the guided visit: the twenty days of 法24 in so many minutes, the five-minute window in 15 seconds. */
export const quickPace = (biddingMinutes: number): Pace => ({
  acceleration: { periods: (20 * DAY) / (biddingMinutes * MINUTE), waits: 20 },
  documentsMs: biddingMinutes * MINUTE,
  deadlineMs: biddingMinutes * MINUTE + SIGNING_MS,
});

const METHOD: EvaluationMethod = {
  kind: 'lowest-evaluated-price',
  controlPrice: '9800000.00',
  basePeriodDays: 180,
  lateDayBasisPoints: 5,
  earlyDayBasisPoints: 2,
  maxPeriodDays: 240,
  rounding: 'half-up',
  tieBreak: 'price-then-arrival',
};

/** What is bought in every demonstration, also in `npm run demo`; only its times differ. */
export const DEMO_PROJECT = { name: '示范区道路改造工程', kind: 'engineering', level: 'district' } as const;
export const DEMO_LOT = { name: '一标段', estimate: '9900000.00', method: METHOD } as const;

const DOCUMENT = `招标文件（示范）

项目：示范区道路改造工程，一标段
评标办法：经评审的最低投标价法；最高投标限价 9,800,000.00 元；工期 180 日历天
开标：投标截止后由密钥受托人在线解密（20号令30），五席三签
`;

/** Of a start that was killed after the notice; a lot that was killed before it stays an unpublished draft. */
export async function publishedTender(url: string): Promise<string | null> {
  const response = await fetch(`${url}/api/v1/lots?limit=1`);
  const { items } = (await response.json()) as { items: { id: string }[] };
  return items[0]?.id ?? null;
}

export async function publishTender(
  people: ReadonlyMap<string, DemoPerson>,
  now: Instant,
  { acceleration, documentsMs, deadlineMs }: Pace = CALM,
): Promise<string> {
  const [agency, tenderee, regulator] = ['agency', 'tenderee', 'regulator'].map((name) => people.get(name));
  if (!agency || !tenderee || !regulator) throw new RangeError('the demonstration has no agency');
  const project = await agency.post<{ id: string }>('/projects', {
    ...DEMO_PROJECT,
    tenderee: tenderee.creditCode,
    regulator: regulator.creditCode,
  });
  const lot = await agency.post<{ id: string }>(`/projects/${project.id}/lots`, {
    ...DEMO_LOT,
    documentsFrom: formatInstant(now),
    documentsUntil: formatInstant(addMs(now, documentsMs)),
    deadline: formatInstant(addMs(now, deadlineMs)),
    acceleration,
  });
  await agency.put(`/lots/${lot.id}/documents/${encodeURIComponent('招标文件.txt')}`, DOCUMENT);
  const draft = { kind: 'notice', summary: '演示标段：时间已加速，仅用于演示。' };
  const { record } = await agency.post<{ record: object }>(`/lots/${lot.id}/notices/draft`, draft);
  await agency.post(`/lots/${lot.id}/notices`, { signed: await agency.sign('notice', record) });
  return lot.id;
}
