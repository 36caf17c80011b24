import { readFile } from 'node:fs/promises';
import type { Fact } from '#kernel';
import { b64u, signatureInput, signRecord } from '#trust';
import type { Login, Signed, Signer } from '#trust';
import { toPem } from '#trust';
import { loadSigner } from '#trust/key-file';

/** What the platform answered when it refused (RFC 9457). */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly facts: Readonly<Record<string, Fact>>,
  ) {
    super(`${status} ${code} ${JSON.stringify(facts)}`);
    this.name = 'ProblemError';
  }
}

export interface Identity {
  readonly name: string;
  readonly p12: string;
  readonly password: string;
}

/** One person at one browser: signs in with a certificate, calls the API, signs records. */
export class Actor {
  private token: string | null = null;

  private constructor(
    private readonly baseUrl: string,
    readonly name: string,
    readonly signer: Signer | null,
  ) {}

  /** Somebody without a session. */
  static visitor(baseUrl: string): Actor {
    return new Actor(baseUrl, 'visitor', null);
  }

  static async signIn(baseUrl: string, { name, p12, password }: Identity): Promise<Actor> {
    const signer = await loadSigner(new Uint8Array(await readFile(p12)), password);
    if (!signer.ok) throw new Error(`${name}: ${signer.error.code}`);
    const actor = new Actor(baseUrl, name, signer.value);
    const { login } = await actor.post<{ login: Login }>('/auth/challenge');
    const { certificate, chain } = signer.value;
    const signature = b64u.encode(await signer.value.sign(signatureInput('login', login)));
    const body = { login, chain: toPem([certificate, ...chain]), signature };
    actor.token = (await actor.post<{ token: string }>('/auth/session', body)).token;
    return actor;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.call<T>('POST', path, JSON.stringify(body), 'application/json');
  }

  put<T>(path: string, bytes: Uint8Array): Promise<T> {
    return this.call<T>('PUT', path, Uint8Array.from(bytes), 'application/octet-stream');
  }

  /** Signs what the platform drafted and sends it back. */
  async signAndPost<T extends object>(
    type: string,
    draftPath: string,
    path: string,
    draftBody: unknown = {},
  ) {
    const { record } = await this.post<{ record: T }>(draftPath, draftBody);
    await this.post(path, await this.sign(type, record));
    return record;
  }

  sign<T>(type: string, record: T): Promise<Signed<T>> {
    if (!this.signer) throw new Error(`${this.name} has no certificate`);
    return signRecord(type, record, [this.signer]);
  }

  private async call<T>(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | null = null,
    type: string | null = null,
  ): Promise<T> {
    const headers = {
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      ...(type ? { 'content-type': type } : {}),
    };
    const response = await fetch(`${this.baseUrl}/api/v1${path}`, { method, headers, body });
    const text = await response.text();
    if (response.ok) return (text ? JSON.parse(text) : null) as T;
    const problem = readProblem(text);
    throw new ProblemError(response.status, problem.code, problem.facts);
  }
}

function readProblem(text: string): { code: string; facts: Record<string, Fact> } {
  try {
    const { code, facts } = JSON.parse(text) as { code?: string; facts?: Record<string, Fact> };
    return { code: code ?? 'no code', facts: facts ?? {} };
  } catch {
    return { code: 'not a problem document', facts: {} };
  }
}
