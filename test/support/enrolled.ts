import { readFile } from 'node:fs/promises';
import { unwrap } from '#kernel';
import { b64u, signatureInput, toPem } from '#trust';
import type { Login, Signer } from '#trust';
import { loadSigner } from '#trust/node';

/** A person with a certificate who enrolled at the platform under test, and calls its API. */
export class Enrolled {
  private token = '';

  private constructor(
    private readonly url: string,
    readonly p12: string,
    readonly signer: Signer,
  ) {}

  static async enrol(
    url: string,
    { p12, password, roles }: { p12: string; password: string; roles: readonly string[] },
  ): Promise<Enrolled> {
    const signer = unwrap(await loadSigner(new Uint8Array(await readFile(p12)), password));
    const enrolled = new Enrolled(url, p12, signer);
    await enrolled.post('/organisations', { ...(await enrolled.answer()), roles });
    await enrolled.signIn();
    return enrolled;
  }

  /** Again after a role was granted: a session keeps what it began with. */
  async signIn(): Promise<void> {
    this.token = (await this.post<{ token: string }>('/auth/session', await this.answer())).token;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }
  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.call<T>('POST', path, JSON.stringify(body), 'application/json');
  }
  put<T>(path: string, body: Uint8Array): Promise<T> {
    return this.call<T>('PUT', path, Buffer.from(body), 'application/octet-stream');
  }

  private async answer() {
    const { login } = await this.post<{ login: Login }>('/auth/challenge');
    const signature = b64u.encode(await this.signer.sign(signatureInput('login', login)));
    return { login, chain: toPem([this.signer.certificate, ...this.signer.chain]), signature };
  }

  private async call<T>(
    method: string,
    path: string,
    body?: string | Buffer<ArrayBuffer>,
    type?: string,
  ): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${String(response.status)} ${text.slice(0, 500)}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }
}
