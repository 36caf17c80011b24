/** Requests to the intake, as a client's: what it sends and what it is told. */
import { canonicalBytes } from '#trust';
import type { EnvelopeName, SignedMove } from '#trust';
import type { IntakeApp } from './intake-app.ts';
import type { SealedBid } from './sealed-bid.ts';
import { PART } from './sealed-bid.ts';

export interface Told {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** The problem's code, or ''. */
  readonly code: string;
}

export class IntakeClient {
  constructor(
    private readonly app: IntakeApp,
    readonly token: string,
  ) {}

  async send(method: string, path: string, body?: Uint8Array | string, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.app.url}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const parsed = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const code = typeof parsed['code'] === 'string' ? parsed['code'] : '';
    return { status: response.status, body: parsed, code } satisfies Told;
  }

  commit(lotId: string, raw: Uint8Array): Promise<Told> {
    return this.send('POST', `lots/${lotId}/bids`, raw);
  }

  move(lotId: string, move: SignedMove | Uint8Array): Promise<Told> {
    return this.send('POST', `lots/${lotId}/moves`, move instanceof Uint8Array ? move : canonicalBytes(move));
  }

  part(c: string, e: string, n: number | string, bytes: Uint8Array, uploadToken: string): Promise<Told> {
    return this.send('PUT', `bids/${c}/envelopes/${e}/parts/${n}`, bytes, { 'upload-token': uploadToken });
  }

  show(c: string, uploadToken: string): Promise<Told> {
    return this.send('GET', `bids/${c}`, undefined, { 'upload-token': uploadToken });
  }

  /** Commits, and sends every part; the last answer. */
  async submit(lotId: string, bid: SealedBid): Promise<{ uploadToken: string; last: Told }> {
    const told = await this.commit(lotId, bid.raw);
    if (told.status !== 201) return { uploadToken: '', last: told };
    const uploadToken = String(told.body['uploadToken']);
    return { uploadToken, last: await this.upload(bid, uploadToken) };
  }

  async upload(bid: SealedBid, uploadToken: string, skip: readonly EnvelopeName[] = []): Promise<Told> {
    let last: Told = { status: 0, body: {}, code: '' };
    for (const [e, bytes] of bid.bytes)
      for (let n = 0; n * PART < bytes.length && !skip.includes(e); n++)
        last = await this.part(bid.c, e, n, bid.part(e, n), uploadToken);
    return last;
  }
}
