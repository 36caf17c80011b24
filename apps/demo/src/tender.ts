import { DAY, formatInstant, parseInstant } from '#kernel';
import type { Instant } from '#kernel';
import type { Acceleration, Award, EvaluationReport, Notice, Publicity, Seat } from '#trust';
import { DEMO_LOT, DEMO_PROJECT } from '../../platform/src/demo-tender.ts';
import { Actor } from './actor.ts';

/** What an idle machine of two processors needs to start the platform with everything that it seeds. */
const USUAL_START_MS = 11_000;

/**
 * A busy or slow machine needs more time for the same bids, by the factor that it needed to start; DEMO_PATIENCE=2 at
 * least doubles every period. 1 to 20.
 */
export function patienceOf(startMs: number): number {
  const asked = Number(process.env['DEMO_PATIENCE'] ?? '1') || 1;
  return Math.min(20, Math.max(1, asked, startMs / USUAL_START_MS));
}

/** Twenty legal days (法24) pass in a minute; the five-minute window lasts 2.5 s. Published with the tender. */
const accelerationOf = (patience: number): Acceleration => ({
  periods: Math.round(28_800 / patience),
  waits: Math.round(120 / patience),
});

export interface TenderParties {
  readonly tenderee: string;
  readonly regulator: string;
  readonly seats: readonly Seat[];
  readonly k: number;
}

/** Between the draft and its publication by a person: the legal minimum counts from the publication. */
const SPARE_MS = 5_000;

interface PublicLot {
  readonly state: string;
  readonly deadline: string;
  readonly serverTime: string;
  readonly lotKeyHash: string | null;
}

/** The agency's side of one lot: project, lot, documents, notice; later report, publicity, award. */
export class Tender {
  private constructor(
    private readonly agency: Actor,
    readonly lotId: string,
  ) {}

  static async publish(
    agency: Actor,
    parties: TenderParties,
    now: Instant,
    patience: number,
  ): Promise<Tender> {
    const acceleration = accelerationOf(patience);
    const { tenderee, regulator, seats, k } = parties;
    const project = await agency.post<{ id: string }>('/projects', {
      ...DEMO_PROJECT,
      tenderee,
      regulator,
    });
    const preparation = (20 * DAY) / acceleration.periods + SPARE_MS * patience;
    const at = (ms: number): string => formatInstant((now + ms) as Instant);
    const lot = await agency.post<{ id: string }>(`/projects/${project.id}/lots`, {
      ...DEMO_LOT,
      documentsFrom: at(0),
      documentsUntil: at(preparation),
      deadline: at(preparation),
      acceleration,
      seats,
      k,
    });
    const tender = new Tender(agency, lot.id);
    const documents = new TextEncoder().encode('招标文件：示范区道路改造工程一标段\n');
    await agency.put(`/lots/${lot.id}/documents/tender-documents.txt`, documents);
    const { record } = await agency.post<{ record: Notice }>(`/lots/${lot.id}/notices/draft`, {
      kind: 'notice',
      summary: '',
    });
    await agency.post(`/lots/${lot.id}/notices`, { signed: await agency.sign('notice', record) });
    return tender;
  }

  view(): Promise<PublicLot> {
    return this.agency.get<PublicLot>(`/lots/${this.lotId}`);
  }

  async deadline(): Promise<Instant> {
    return parseInstant((await this.view()).deadline) as Instant;
  }

  async signOpeningRecord(): Promise<void> {
    const { record } = await this.agency.get<{ record: object }>(`/lots/${this.lotId}/opening/record`);
    const signed = await this.agency.sign('opening-record', record);
    await this.agency.post(`/lots/${this.lotId}/opening/record/signatures`, {
      signature: signed.signatures[0],
    });
  }

  report(): Promise<EvaluationReport> {
    const path = `/lots/${this.lotId}/evaluation/report`;
    return this.agency.signAndPost<EvaluationReport>('evaluation-report', `${path}/draft`, path);
  }

  publicise(): Promise<Publicity> {
    const path = `/lots/${this.lotId}/publicity`;
    return this.agency.signAndPost<Publicity>('publicity', `${path}/draft`, path);
  }

  award(): Promise<Award> {
    const path = `/lots/${this.lotId}/award`;
    return this.agency.signAndPost<Award>('award', `${path}/draft`, path);
  }
}
