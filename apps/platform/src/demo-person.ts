import { b64u, signatureInput, signRecord, toPem } from '#trust';
import type { Login, Signed, Signer } from '#trust';

/** One person of the demonstration, who uses this platform over its own HTTP API. */
export class DemoPerson {
  private token: string | null = null;

  constructor(
    private readonly url: string,
    readonly creditCode: string,
    private readonly signer: Signer,
  ) {}

  async enrol(role: string): Promise<void> {
    await this.post('/organisations', { ...(await this.answer()), roles: [role] });
  }

  async signIn(): Promise<void> {
    this.token = (await this.post<{ token: string }>('/auth/session', await this.answer())).token;
  }

  sign<T>(type: string, record: T): Promise<Signed<T>> {
    return signRecord(type, record, [this.signer]);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.send<T>('POST', path, 'application/json', JSON.stringify(body));
  }

  put<T>(path: string, text: string): Promise<T> {
    return this.send<T>('PUT', path, 'application/octet-stream', text);
  }

  private async answer() {
    const { login } = await this.post<{ login: Login }>('/auth/challenge');
    const { certificate, chain } = this.signer;
    const signature = b64u.encode(await this.signer.sign(signatureInput('login', login)));
    return { login, chain: toPem([certificate, ...chain]), signature };
  }

  private async send<T>(method: string, path: string, type: string, body: string): Promise<T> {
    const bearer = this.token === null ? {} : { authorization: `Bearer ${this.token}` };
    const headers = { 'content-type': type, ...bearer };
    const response = await fetch(`${this.url}/api/v1${path}`, { method, headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`the demonstration cannot be seeded: ${method} ${path}: ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }
}
