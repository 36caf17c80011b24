import { Injectable } from '@nestjs/common';
import { instant } from '#kernel';
import type { Instant } from '#kernel';
import { UnitOfWork } from '#persistence';
import type { Principal } from '#web';

/** One look at something of a lot that is not public. */
export interface ConfidentialRead {
  readonly id: number;
  readonly at: Instant;
  /** `evidence auditor`, `journal`, `evaluation`, `file <c>/<e>/<path>`. */
  readonly subject: string;
  readonly personId: string;
  readonly creditCode: string;
  /** Of the certificate that signed in. */
  readonly fingerprint: string;
  readonly address: string;
}

const MAX_SUBJECT = 500;

/**
 * Who looked at what the committee, the regulator and auditors alone may see. The line is written, and committed, before
 * the first byte is handed out: where it cannot be written, nothing is shown.
 */
@Injectable()
export class ConfidentialReads {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async record(lotId: string, subject: string, who: Principal, address: string): Promise<void> {
    await this.unitOfWork.run((tx) =>
      tx.execute(
        `INSERT INTO transparency.confidential_read (lot, subject, person_id, credit_code, fingerprint, address)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [
          lotId,
          subject.slice(0, MAX_SUBJECT),
          who.personId,
          who.organisationId,
          who.certificateFingerprint,
          address,
        ],
      ),
    );
  }

  /** In order, after `after` (exclusive). */
  async list(lotId: string, after: number, limit: number): Promise<readonly ConfidentialRead[]> {
    const rows = await this.unitOfWork.run(
      (tx) =>
        tx.query<Omit<ConfidentialRead, 'id' | 'at'> & { readonly id: string; readonly at: Date }>(
          `SELECT id, at, subject, person_id AS "personId", credit_code AS "creditCode", fingerprint, address
             FROM transparency.confidential_read WHERE lot = $1 AND id > $2 ORDER BY id LIMIT $3`,
          [lotId, after, limit],
        ),
      { readOnly: true },
    );
    return rows.map((row) => ({ ...row, id: Number(row.id), at: instant(row.at.getTime()) }));
  }
}
