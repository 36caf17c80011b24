import { setTimeout as sleep } from 'node:timers/promises';
import { b64u, signatureInput, signRecord, toPem } from '#trust';
import type { Login, Signed, Signer } from '#trust';

/** What the platform answered when it refused (RFC 9457), or answered wrongly. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly facts: Readonly<Record<string, unknown>>,
    what: string,
  ) {
    super(`${what}: ${status} ${code} ${JSON.stringify(facts)}`);
    this.name = 'Refused';
  }
}

/** Where the platform answers, and how long its callers bear that it is away (killed, restarting, 503). */
export interface Door {
  readonly url: string;
  readonly patienceMs: number;
}

export interface Sending {
  readonly body?: Uint8Array | string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const PAUSE_MS = 100;

/** One person at one machine: signs in with a certificate, calls the API, and tries again while the platform is away. */
export class Caller {
  private token: string | null = null;

  constructor(
    readonly door: Door,
    readonly name: string,
    readonly signer: Signer | null,
  ) {}

  /** The session's token, '' without one. */
  get bearer(): string {
    return this.token ?? '';
  }

  async signIn(): Promise<this> {
    for (;;) {
      try {
        this.token = (await this.post<{ token: string }>('/auth/session', await this.proof())).token;
        return this;
      } catch (error) {
        // The challenge was burnt by an attempt whose answer was lost.
        if (!(error instanceof Refused) || error.code !== 'PARTIES.LOGIN_UNKNOWN') throw error;
      }
    }
  }

  async enrol(roles: readonly string[]): Promise<void> {
    for (;;) {
      try {
        return void (await this.post('/organisations', { ...(await this.proof()), roles }));
      } catch (error) {
        if (!(error instanceof Refused) || error.code !== 'PARTIES.LOGIN_UNKNOWN') throw error;
      }
    }
  }

  sign<T extends object>(type: string, record: T): Promise<Signed<T>> {
    if (!this.signer) throw new Error(`${this.name} has no certificate`);
    return signRecord(type, record, [this.signer]);
  }

  get<T>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.json<T>('GET', path, { headers });
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.json<T>('POST', path, { body: JSON.stringify(body), type: 'application/json' });
  }

  postBytes<T>(path: string, body: Uint8Array): Promise<T> {
    return this.json<T>('POST', path, { body, type: 'application/octet-stream' });
  }

  putBytes<T>(path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.json<T>('PUT', path, { body, type: 'application/octet-stream', headers });
  }

  async json<T>(method: string, path: string, sending: Sending): Promise<T> {
    const bytes = await this.bytes(method, `/api/v1${path}`, sending);
    return (bytes.length > 0 ? JSON.parse(Buffer.from(bytes).toString()) : null) as T;
  }

  /** The whole answer. A broken connection, a 503 and a refused connection are borne for `patienceMs`. */
  async bytes(method: string, path: string, sending: Sending = {}): Promise<Uint8Array> {
    for (let waited = 0; ; waited += PAUSE_MS) {
      const answer = await this.once(method, path, sending).catch((error: unknown) => {
        if (waited >= this.door.patienceMs) throw error;
        return null;
      });
      if (answer && answer.status < 300) return answer.body;
      if (answer && (answer.status !== 503 || waited >= this.door.patienceMs))
        throw refusal(answer, `${this.name}: ${method} ${path}`);
      await sleep(PAUSE_MS);
    }
  }

  private async once(method: string, path: string, { body, type, headers }: Sending) {
    const response = await fetch(this.door.url + path, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  }

  private async proof(): Promise<{ login: Login; chain: string; signature: string }> {
    if (!this.signer) throw new Error(`${this.name} has no certificate`);
    const { login } = await this.post<{ login: Login }>('/auth/challenge');
    const signature = b64u.encode(await this.signer.sign(signatureInput('login', login)));
    return { login, chain: toPem([this.signer.certificate, ...this.signer.chain]), signature };
  }
}

function refusal({ status, body }: { status: number; body: Uint8Array }, what: string): Refused {
  try {
    const problem = JSON.parse(Buffer.from(body).toString()) as {
      code: string;
      facts: Record<string, unknown>;
    };
    return new Refused(status, problem.code, problem.facts, what);
  } catch {
    return new Refused(status, 'not a problem document', {}, what);
  }
}

/** The code of the refusal, 'done' where there was none. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refused ? error.code : String(error)),
  );

/** Asks until there is an answer that is not null. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null>,
  timeoutMs = 120_000,
  pauseMs = 150,
): Promise<T> {
  for (let waited = 0; waited < timeoutMs; waited += pauseMs) {
    const answer = await ask();
    if (answer !== null) return answer;
    await sleep(pauseMs);
  }
  throw new Error(`${what}: not within ${timeoutMs} ms`);
}
