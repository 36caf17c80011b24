import { Injectable } from '@nestjs/common';
import { parseInstant, unwrap } from '#kernel';
import { Transparency } from '#transparency';
import { TrustError, parsePem, suiteIdOf, verifySigned } from '#trust';
import type { Certificate, ReceiptFile, Signed } from '#trust';
import { openingError } from './refusal.ts';
import type { Session } from './session-store.ts';

/** What a bidder proves a bid with: the platform's own receipts. Anyone may show anything. */
@Injectable()
export class ShownReceipts {
  constructor(private readonly transparency: Transparency) {}

  /**
   * That these are the receipts of bid `c` of this lot, whole and in time.
   * @throws RefusalError OPENING.RECEIPT_INVALID, RECEIPT_OTHER_LOT, RECEIPT_NOT_STORED, RECEIPT_LATE
   */
  check(
    session: Session,
    { arrival, stored }: ReceiptFile,
    c: string,
  ): { readonly arrivedAt: string; readonly storedAt: string } {
    this.signedByUs('receipt-arrival', arrival);
    if (arrival.record.subject !== c || arrival.record.kind === 'withdraw') {
      throw openingError('OPENING.RECEIPT_INVALID', { reason: 'subject' });
    }
    if (arrival.record.lotKeyHash !== session.lotKeyHash) throw openingError('OPENING.RECEIPT_OTHER_LOT');
    if (!stored) throw openingError('OPENING.RECEIPT_NOT_STORED');
    this.signedByUs('receipt-stored', stored);
    if (stored.record.c !== c || stored.record.lotKeyHash !== session.lotKeyHash) {
      throw openingError('OPENING.RECEIPT_INVALID', { reason: 'stored subject' });
    }
    const { arrivedAt } = arrival.record;
    const { storedAt } = stored.record;
    const saidInTime = arrival.record.inTime && stored.record.inTime;
    if (!saidInTime || !before(arrivedAt, session) || !before(storedAt, session))
      throw openingError('OPENING.RECEIPT_LATE');
    return { arrivedAt, storedAt };
  }

  private signedByUs(type: string, signed: Signed<object>): void {
    const known = new Map<string, Certificate>();
    for (const pem of this.transparency.platformCertificates()) {
      for (const certificate of unwrap(parsePem(pem))) known.set(certificate.fingerprint, certificate);
    }
    try {
      const signers = verifySigned(type, signed, (fingerprint) => known.get(fingerprint));
      const own = this.transparency.platformFingerprint('receipt', suiteIdOf(signed.record));
      if (signers.some(({ fingerprint }) => fingerprint === own)) return;
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
    }
    throw openingError('OPENING.RECEIPT_INVALID', { reason: 'signature', type });
  }
}

const before = (text: string, session: Session): boolean => {
  const at = parseInstant(text);
  return at !== null && at < session.deadline;
};
