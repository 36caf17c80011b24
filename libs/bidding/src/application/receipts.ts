import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { formatInstant } from '#kernel';
import { b64u, canonicalBytes, suiteField } from '#trust';
import type { ArrivalReceipt, ReceiptFile, Signed, StoredReceipt, WitnessTerms } from '#trust';
import { Tendering } from '#tendering';
import type { IntakeFacts } from '#tendering';
import { Transparency } from '#transparency';
import type { Arrival, HandedOut } from './arrival-store.ts';
import { BidStore } from './bid-store.ts';

/** Lots whose terms are remembered: a key record never changes. */
const KEPT_TERMS = 1000;
const NO_WITNESSES: WitnessTerms = { q: 0, witnesses: [] };

const plain = <T>({ record, signatures }: Signed<T>) => ({ record, signatures: [...signatures] });

/** Signs what the intake tells a bidder. */
@Injectable()
export class Receipts {
  private readonly terms = new Map<string, WitnessTerms>();

  constructor(
    private readonly bids: BidStore,
    private readonly tendering: Tendering,
    private readonly transparency: Transparency,
  ) {}

  /** Receipt 1: when it arrived, signed and time-stamped. The token covers SHA-256 of JCS(Signed<ArrivalReceipt>). */
  async forArrival(
    arrival: Arrival,
    { lotKeyHash, lotKey }: Pick<IntakeFacts, 'lotKeyHash' | 'lotKey'>,
    { kind, from }: Pick<ArrivalReceipt, 'kind' | 'from'>,
  ): Promise<HandedOut> {
    const record: ArrivalReceipt = {
      type: 'receipt-arrival',
      ...suiteField(lotKey.suite),
      lot: arrival.lotId,
      lotKeyHash,
      subject: arrival.subject,
      kind,
      from,
      arrivedAt: formatInstant(arrival.arrivedAt),
      inTime: arrival.inTime,
    };
    const receipt = await this.transparency.signAs('receipt', record.type, record);
    const imprint = createHash('sha256').update(canonicalBytes(receipt)).digest();
    return { receipt, token: await this.transparency.timestamp(imprint) };
  }

  signStored(record: StoredReceipt): Promise<Signed<StoredReceipt>> {
    return this.transparency.signAs('receipt', record.type, record);
  }

  /** Everything that was handed out for a commitment or a move so far; null for any other subject. */
  async file(subject: string): Promise<ReceiptFile | null> {
    const bid = await this.bids.find(subject);
    const known = bid ?? (await this.bids.move(subject));
    if (!known) return null;
    return {
      arrival: plain(known.receipt),
      token: b64u.encode(known.token),
      log: await this.transparency.logReceipt(subject, await this.termsOf(known.receipt.record.lotKeyHash)),
      stored: bid?.storedReceipt ? plain(bid.storedReceipt) : null,
    };
  }

  /** What the lot declares about witnesses: receipt 2 is one only under a checkpoint that they cosigned. */
  private async termsOf(lotKeyHash: string): Promise<WitnessTerms> {
    const known = this.terms.get(lotKeyHash);
    if (known) return known;
    const lotKey = (await this.tendering.lotByKeyHash(lotKeyHash))?.lotKey?.record;
    const terms = lotKey ? { q: lotKey.q, witnesses: lotKey.witnesses } : NO_WITNESSES;
    if (this.terms.size >= KEPT_TERMS) this.terms.clear();
    this.terms.set(lotKeyHash, terms);
    return terms;
  }
}
