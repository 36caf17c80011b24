import type { Clock, Instant } from '#kernel';
import { checkpointText, cosign, judgeSubmission, readSubmission } from '#trust';
import type { Submission, Unreadable } from '#trust';
import { WitnessState } from './witness-state.ts';
import type { LogState } from './witness-state.ts';

/** An answer of C2SP tlog-witness. */
export interface Answer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

const said = (status: Answer['status'], text: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${text}\n`,
});

const UNREADABLE: Readonly<Record<Unreadable, Answer>> = {
  malformed: said(400, 'not a request of c2sp.org/tlog-witness'),
  'unknown-log': said(404, 'this log is not witnessed here'),
  unsigned: said(403, 'not signed by the key of this log'),
};

const conflict = (size: number): Answer => ({ status: 409, type: 'text/x.tlog.size', body: `${size}\n` });

/** Cosigns what continues what it cosigned before; what it answers with was on its disk first. */
export class Witness {
  constructor(
    private readonly state: WitnessState,
    private readonly clock: Clock,
    private readonly warn: (text: string) => void,
  ) {}

  /** POST /add-checkpoint. Anyone may ask: only the log's signature counts. */
  async addCheckpoint(body: string): Promise<Answer> {
    const read = readSubmission(body, await this.state.logs());
    if (typeof read === 'string') return UNREADABLE[read];
    for (;;) {
      const answer = await this.attempt(read);
      if (answer) return answer;
    }
  }

  /** Null: another request went on while this one was judged; it is judged anew. */
  private async attempt(submission: Submission): Promise<Answer | null> {
    const { origin } = submission.checkpoint;
    // Before the state is read: of the same tree once more, it is true as of then.
    const now = this.clock.now();
    const known = await this.state.of(origin);
    if (known.refused) return said(403, 'this log signed two histories: see its evidence');
    const judgement = judgeSubmission(submission, known.checkpoint);
    switch (judgement.kind) {
      case 'conflict':
        return conflict(judgement.size);
      case 'equivocation':
        return await this.keepEquivocation(submission, known, now);
      case 'unproved':
        await this.state.keepUnproved(origin, known.note, submission.note, now);
        return said(422, 'the consistency proof does not hold');
      case 'cosign':
        if (!judgement.isNew) return this.cosigned(submission, now);
        if (!(await this.state.advance(origin, known.seq, submission.note))) return null;
        return this.cosigned(submission, this.clock.now());
    }
  }

  private cosigned({ checkpoint }: Submission, at: Instant): Answer {
    const line = cosign(checkpointText(checkpoint), this.state.signer, Math.floor(at / 1000));
    return { status: 200, type: 'text/plain; charset=utf-8', body: line };
  }

  private async keepEquivocation(
    { checkpoint, note }: Submission,
    known: LogState,
    now: Instant,
  ): Promise<Answer> {
    await this.state.keepEquivocation(checkpoint.origin, known.note ?? '', note, now);
    this.warn(
      `${checkpoint.origin} signed two trees of ${checkpoint.size} leaves; it is refused from now on`,
    );
    return conflict(checkpoint.size);
  }
}
