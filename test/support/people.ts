/** People with certificates who use the platform over HTTP: the development CA, enrolment, sign-in, requests. */
import request from 'supertest';
import type { Test } from 'supertest';
import { addMs, DAY, instant } from '#kernel';
import type { Instant } from '#kernel';
import { InstallOperator, KeepAuthorities } from '#parties';
import type { Installation } from '#parties';
import { b64u, createDevelopmentCa, signatureInput, toPem } from '#trust';
import type { DevelopmentCa, Login, Signer } from '#trust';
import { emptyCrl, testCreditCode } from './lot-fixture.ts';
import type { TestApp } from './test-app.ts';

/** A development authority that the platform trusts, with its (empty) revocation list. */
export async function trustDevelopmentCa({ app }: TestApp, now: Instant): Promise<DevelopmentCa> {
  const ca = await createDevelopmentCa({
    name: 'Test root',
    notBefore: addMs(now, -DAY),
    notAfter: addMs(now, 365 * DAY),
  });
  const authorities = app.get(KeepAuthorities, { strict: false });
  await authorities.trust({ pem: toPem([ca.certificate]), label: 'Test root', development: true }, null, '');
  await authorities.storeCrl({ der: (await emptyCrl(ca, now)).der }, null, '');
  return ca;
}

/** The clock of this machine, which the test's database shares; whole seconds, as certificates have them. */
export const testNow = (): Instant => instant(Math.floor(Date.now() / 1000) * 1000);

export class Person {
  token: string | null = null;

  private constructor(
    private readonly url: string,
    readonly creditCode: string,
    readonly organisation: string,
    readonly signer: Signer,
  ) {}

  static async certified(
    app: Pick<TestApp, 'url'>,
    ca: DevelopmentCa,
    number: number,
    organisation: string,
    person = '张三',
  ) {
    const creditCode = testCreditCode(number);
    const now = testNow();
    const signer = await ca.issueSigner({
      subject: { organisation, creditCode, person },
      notBefore: addMs(now, -DAY),
      notAfter: addMs(now, 300 * DAY),
    });
    return new Person(app.url, creditCode, organisation, signer);
  }

  /** The body of enrolment and sign-in: a fresh challenge, signed. */
  async answer(): Promise<{ login: Login; chain: string; signature: string }> {
    const { body } = await request(this.url).post('/api/v1/auth/challenge').expect(200);
    return this.sign((body as { login: Login }).login);
  }

  async sign(login: Login) {
    const { certificate, chain } = this.signer;
    const signature = b64u.encode(await this.signer.sign(signatureInput('login', login)));
    return { login, chain: toPem([certificate, ...chain]), signature };
  }

  /** As the operator of a platform that trusts its authority already. */
  installation(): Installation {
    const { certificate, chain } = this.signer;
    return { roots: [], crls: [], operator: toPem([certificate, ...chain]) };
  }

  async enrol(...roles: string[]): Promise<this> {
    await request(this.url)
      .post('/api/v1/organisations')
      .send({ ...(await this.answer()), roles })
      .expect(201);
    return this;
  }

  async signIn(): Promise<this> {
    const { body } = await request(this.url)
      .post('/api/v1/auth/session')
      .send(await this.answer())
      .expect(201);
    this.token = (body as { token: string }).token;
    return this;
  }

  get(path: string): Test {
    return this.bearing(request(this.url).get(`/api/v1${path}`));
  }

  post(path: string, body: object = {}): Test {
    return this.bearing(request(this.url).post(`/api/v1${path}`)).send(body);
  }

  put(path: string, bytes: Buffer): Test {
    const test = this.bearing(request(this.url).put(`/api/v1${path}`));
    return test.set('Content-Type', 'application/octet-stream').send(bytes);
  }

  delete(path: string): Test {
    return this.bearing(request(this.url).delete(`/api/v1${path}`));
  }

  private bearing(test: Test): Test {
    return this.token === null ? test : test.set('Authorization', `Bearer ${this.token}`);
  }
}

export interface Cast {
  readonly ca: DevelopmentCa;
  readonly centre: Person;
  readonly agency: Person;
  readonly tenderee: Person;
  readonly regulator: Person;
  readonly notary: Person;
  readonly bidder: Person;
}

/** Everyone whom a tender needs, enrolled, approved and signed in. */
export async function castOf(app: TestApp): Promise<Cast> {
  const ca = await trustDevelopmentCa(app, testNow());
  const centre = await Person.certified(app, ca, 1, '交易中心');
  await app.app.get(InstallOperator, { strict: false }).run(centre.installation());
  await centre.signIn();
  const approved = async (number: number, organisation: string, role: string): Promise<Person> => {
    const person = await (await Person.certified(app, ca, number, organisation)).enrol(role);
    await centre.post(`/organisations/${person.creditCode}/roles/${role}/approval`).expect(200);
    return person.signIn();
  };
  return {
    ca,
    centre,
    agency: await approved(2, '招标代理公司', 'agency'),
    tenderee: await approved(3, '建设单位', 'tenderee'),
    regulator: await approved(4, '住建局', 'regulator'),
    notary: await approved(5, '公证处', 'notary'),
    bidder: await (await (await Person.certified(app, ca, 6, '投标公司')).enrol('bidder')).signIn(),
  };
}
