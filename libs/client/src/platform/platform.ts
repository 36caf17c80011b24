import { z } from 'zod';
import { b64u, canonicalBytes, hashText, signatureInput, toPem } from '#trust';
import type { Commit, EnvelopeName, LogReceipt, ReceiptFile, Signed, Signer } from '#trust';
import { logReceipt } from '#trust';
import { ClientFailure, cannotTell } from '../failure.ts';
import * as answers from './answers.ts';
import { Http, PlatformRefusal } from './http.ts';

const API = '/api/v1';
const OCTETS = 'application/octet-stream';
const part = encodeURIComponent;

/** The platform's API, one method per question. Shapes are checked here, signatures by whoever asked. */
export class Platform {
  readonly http: Http;

  /** @param server its address, e.g. `location.origin` in a page that it served */
  constructor(
    readonly server: string,
    attempts?: number,
  ) {
    this.http = new Http(server, attempts);
  }

  /** Certificate login: signs a record that names this server, so that no other server can use the answer. */
  async signIn(signer: Signer): Promise<void> {
    const challenge = this.parse(
      answers.challengeAnswer,
      await this.post('/auth/challenge', {}),
      'challenge',
    );
    const { login } = challenge;
    // A signature for another server's challenge would let this one sign in there.
    if (!URL.canParse(login.origin) || new URL(login.origin).origin !== new URL(this.server).origin) {
      throw new ClientFailure('CLIENT.OTHER_ORIGIN', { server: this.server, origin: login.origin });
    }
    const signature = b64u.encode(await signer.sign(signatureInput('login', login)));
    const chain = toPem([signer.certificate, ...signer.chain]);
    const session = await this.post('/auth/session', { login, chain, signature });
    this.http.authorize(this.parse(answers.sessionAnswer, session, 'session').token);
  }

  async lots(cursor: string | null) {
    const query = cursor === null ? '' : `?cursor=${part(cursor)}`;
    return this.parse(answers.lotsAnswer, await this.get(`/lots${query}`), 'lots');
  }

  async lot(id: string) {
    return this.parse(answers.lotAnswer, await this.get(`/lots/${part(id)}`), 'lot');
  }

  async lotKeyTerms(id: string) {
    return this.parse(answers.termsAnswer, await this.get(`/lots/${part(id)}/lotkey/terms`), 'terms');
  }

  async lotKey(id: string) {
    return this.parse(answers.lotKeyAnswer, await this.get(`/lots/${part(id)}/lotkey`), 'lotkey');
  }

  async offerKey(id: string, key: unknown) {
    return this.parse(
      answers.offerAnswer,
      await this.post(`/lots/${part(id)}/lotkey/offers`, { key }),
      'offer',
    );
  }

  async signLotKey(id: string, signature: unknown): Promise<void> {
    await this.post(`/lots/${part(id)}/lotkey/signatures`, { signature });
  }

  /** PEM of a certificate and its issuers; null where the platform knows none. */
  async certificate(fingerprint: string): Promise<string | null> {
    const found = await this.getOrNull(`/certificates/${part(fingerprint)}`);
    return found === null ? null : this.parse(answers.certificateAnswer, found, 'certificate').chain;
  }

  async crl(sha256: string): Promise<Uint8Array> {
    const answer = this.parse(answers.crlAnswer, await this.get(`/authorities/crls/${part(sha256)}`), 'crl');
    return b64u.decode(answer.crl);
  }

  /** The newest revocation list of every authority that the platform trusts, in DER (base64url). */
  async crls(): Promise<string[]> {
    const { items } = this.parse(answers.crlsAnswer, await this.get('/authorities/crls'), 'crls');
    return items.map(({ crl }) => crl);
  }

  async submitCommit(lot: string, commitBytes: Uint8Array) {
    const answer = await this.http.json({
      method: 'POST',
      path: `${API}/lots/${part(lot)}/bids`,
      body: commitBytes,
      contentType: OCTETS,
    });
    return this.parse(answers.commitAnswer, answer, 'arrival');
  }

  /** COMMIT's bytes, for who holds the receipt of its arrival. */
  async commitOf(lot: string, arrival: ReceiptFile['arrival']): Promise<Uint8Array> {
    const path = `${API}/lots/${part(lot)}/bids/commit`;
    const body = canonicalBytes(arrival);
    const answer = await this.http.json({ method: 'POST', path, body, contentType: OCTETS });
    return b64u.decode(this.parse(answers.commitOfReceiptAnswer, answer, 'commit').commit);
  }

  async submitMove(lot: string, move: Uint8Array) {
    const path = `${API}/lots/${part(lot)}/moves`;
    const answer = await this.http.json({ method: 'POST', path, body: move, contentType: OCTETS });
    return this.parse(answers.moveAnswer, answer, 'move');
  }

  async bid(c: string, uploadToken: string) {
    const headers = { 'upload-token': uploadToken };
    const answer = await this.http.json({ method: 'GET', path: `${API}/bids/${part(c)}`, headers });
    return this.parse(answers.bidAnswer, answer, 'bid');
  }

  async putPart(
    c: string,
    uploadToken: string,
    at: { e: EnvelopeName; n: number },
    body: Uint8Array,
    signal?: AbortSignal,
  ) {
    await this.http.json({
      method: 'PUT',
      path: `${API}/bids/${part(c)}/envelopes/${at.e}/parts/${String(at.n)}`,
      headers: { 'upload-token': uploadToken },
      body,
      contentType: OCTETS,
      timeoutMs: 300_000,
      ...(signal ? { signal } : {}),
    });
  }

  async opening(lot: string) {
    return this.parse(answers.openingAnswer, await this.get(`/lots/${part(lot)}/opening`), 'opening');
  }

  /** Every COMMIT of the closed lot, by c: each is what its name says. */
  async commits(lot: string): Promise<Map<string, Commit>> {
    const found = new Map<string, Commit>();
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `?cursor=${part(cursor)}`;
      const page: z.infer<typeof answers.commitsAnswer> = this.parse(
        answers.commitsAnswer,
        await this.get(`/lots/${part(lot)}/opening/commits${query}`),
        'commits',
      );
      for (const { c, commit } of page.items) {
        if (hashText('commit', commit) !== c)
          throw cannotTell('CLIENT.ANSWER_MALFORMED', { what: 'commits', c });
        found.set(c, commit);
      }
      cursor = page.nextCursor ?? null;
    }
    return found;
  }

  async shares(lot: string, stage: number, audience: string): Promise<unknown[]> {
    const path = `/lots/${part(lot)}/opening/shares?stage=${String(stage)}&audience=${audience}`;
    const answer = this.parse(answers.sharesAnswer, await this.get(path), 'shares');
    return Array.isArray(answer) ? answer : answer.items;
  }

  async envelope(lot: string, c: string, e: EnvelopeName, max: number): Promise<Uint8Array> {
    const path = `${API}/lots/${part(lot)}/opening/envelopes/${part(c)}/${e}`;
    return this.http.bytes({ method: 'GET', path }, max);
  }

  async sendShares(lot: string, signed: Signed<unknown>): Promise<void> {
    await this.postBytes(`/lots/${part(lot)}/opening/shares`, canonicalBytes(signed));
  }

  async sendSealedShares(lot: string, signed: Signed<unknown>, box: Uint8Array): Promise<void> {
    const body = canonicalBytes({ signed, box: b64u.encode(box) });
    await this.postBytes(`/lots/${part(lot)}/opening/sealed-shares`, body);
  }

  async fileDestruction(lot: string, statement: Signed<unknown>): Promise<void> {
    await this.postBytes(`/lots/${part(lot)}/opening/destructions`, canonicalBytes(statement));
  }

  async checkpoint(): Promise<string> {
    return new TextDecoder().decode(
      await this.http.bytes({ method: 'GET', path: '/log/checkpoint' }, 16_384),
    );
  }

  /** The newest checkpoint with at least q cosignatures; null where there is none yet. */
  async cosignedCheckpoint(q: number): Promise<string | null> {
    try {
      const path = `/log/cosigned/${String(q)}`;
      return new TextDecoder().decode(await this.http.bytes({ method: 'GET', path }, 16_384));
    } catch (error) {
      if (error instanceof PlatformRefusal && error.status === 404) return null;
      throw error;
    }
  }

  async logFile(path: string): Promise<Uint8Array> {
    return this.http.bytes({ method: 'GET', path: `/log/${path}` }, 64 * 1024);
  }

  /** Of a published record; null where it is not in the log (yet). */
  async logReceipt(hash: string): Promise<LogReceipt | null> {
    const found = await this.getOrNull(`/log/receipts/${part(hash)}`);
    return found === null ? null : this.parse(logReceipt, found, 'log receipt');
  }

  private get(path: string): Promise<unknown> {
    return this.http.json({ method: 'GET', path: `${API}${path}` });
  }

  private async getOrNull(path: string): Promise<unknown> {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof PlatformRefusal && error.status === 404) return null;
      throw error;
    }
  }

  /** Records of any size go as their canonical bytes. */
  private postBytes(path: string, body: Uint8Array): Promise<unknown> {
    return this.http.json({ method: 'POST', path: `${API}${path}`, body, contentType: OCTETS });
  }

  private post(path: string, body: unknown): Promise<unknown> {
    return this.http.json({ method: 'POST', path: `${API}${path}`, body: JSON.stringify(body) });
  }

  private parse<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw cannotTell('CLIENT.ANSWER_MALFORMED', { what, field });
  }
}
