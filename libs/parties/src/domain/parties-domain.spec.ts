import { addMs, DAY, instant } from '#kernel';
import { b64u, createDevelopmentCa, signatureInput } from '#trust';
import type { Certificate } from '#trust';
import { holderOf } from './holder.ts';
import { checkLogin, checkLoginSignature, CHALLENGE_MS, loginRecord } from './login.ts';
import { isPartyRole, PARTY_ROLES, PERMISSIONS, permissionsOf } from './roles.ts';

const now = instant(1_774_000_000_000);
const validity = { notBefore: addMs(now, -DAY), notAfter: addMs(now, DAY) };
const ca = () => createDevelopmentCa({ name: 'Test root', ...validity });
const nonce = b64u.encode(new Uint8Array(32).fill(7));
const origin = 'https://tender.example';

describe('checkLogin', () => {
  const expiresAt = addMs(now, CHALLENGE_MS);
  const login = loginRecord(origin, nonce, expiresAt);
  const codeOf = (given: typeof login, at = now) => {
    const checked = checkLogin(given, { origin, expiresAt }, at);
    return checked.ok ? 'ok' : checked.error.code;
  };
  it.each([
    [-1, 'ok'],
    [0, 'PARTIES.LOGIN_EXPIRED'],
    [1, 'PARTIES.LOGIN_EXPIRED'],
  ])('is answered within two minutes: %d ms', (ms, answer) => {
    expect(codeOf(login, addMs(expiresAt, ms))).toBe(answer);
  });
  it('refuses a challenge for another server and one with another end', () => {
    expect(codeOf({ ...login, origin: 'https://evil.example' })).toBe('PARTIES.LOGIN_WRONG_ORIGIN');
    expect(codeOf(loginRecord(origin, nonce, addMs(expiresAt, 1)))).toBe('PARTIES.LOGIN_UNKNOWN');
  });
  it('takes the signature of the certificate over this challenge and no other', async () => {
    const signer = await (await ca()).issueSigner({ subject: { person: '张三' }, ...validity });
    const signature = b64u.encode(await signer.sign(signatureInput('login', login)));
    expect(checkLoginSignature(login, signature, signer.certificate).ok).toBe(true);
    const other = loginRecord(origin, b64u.encode(new Uint8Array(32)), expiresAt);
    expect(checkLoginSignature(other, signature, signer.certificate)).toMatchObject({
      error: { code: 'PARTIES.LOGIN_SIGNATURE' },
    });
  });
});

describe('holderOf', () => {
  const holder = async (subject: Parameters<Awaited<ReturnType<typeof ca>>['issueSigner']>[0]['subject']) =>
    holderOf((await (await ca()).issueSigner({ subject, ...validity })).certificate);

  it('reads organisation, credit code and person from the subject', async () => {
    const subject = { organisation: '某建设公司', creditCode: '91440000AA00000001', person: '张三' };
    expect(await holder(subject)).toEqual({
      ok: true,
      value: {
        organisation: '某建设公司',
        creditCode: '91440000AA00000001',
        person: '张三',
        personKey: '张三',
      },
    });
  });
  it('refuses a subject that names nobody', async () => {
    expect(await holder({ person: '张三' })).toMatchObject({
      error: { code: 'PARTIES.CERTIFICATE_WITHOUT_HOLDER', facts: { missing: 'creditCode, organisation' } },
    });
  });
  it.each([
    ['blank', ' '],
    ['longer than any name', '长'.repeat(201)],
    ['with a control character', '张\u0007三'],
  ])('refuses a person whose name is %s', (_what, person) => {
    const named = {
      creditCode: '91440000AA00000001',
      organisation: '某建设公司',
      person,
      personIdHash: null,
    };
    const missing = { error: { facts: { missing: 'person' } } };
    expect(holderOf({ holder: named } as Certificate)).toMatchObject(missing);
  });
  it('tells two of one name apart by the hash of their identity number, if it is one', () => {
    const named = { creditCode: '91440000AA00000001', organisation: '某建设公司', person: '张三' };
    const key = (personIdHash: string | null) =>
      holderOf({ holder: { ...named, personIdHash } } as Certificate);
    expect(key('c4ca42')).toMatchObject({ value: { personKey: 'c4ca42' } });
    expect(key(null)).toMatchObject({ value: { personKey: '张三' } });
    expect(key('')).toMatchObject({ error: { facts: { missing: 'personIdHash' } } });
  });
  it('refuses a credit code that is none', async () => {
    const subject = { organisation: '某建设公司', creditCode: '91440000AA0000000I', person: '张三' };
    expect(await holder(subject)).toMatchObject({ error: { facts: { missing: 'creditCode' } } });
  });
});

describe('permissions', () => {
  it('gives everyone the own session and nothing else', () => {
    expect(permissionsOf([])).toEqual(['me.read']);
    expect(permissionsOf(['expert'])).toEqual(['me.read']);
  });
  it('lets no role but the agency manage a tender, and no official submit a bid', () => {
    const holders = (permission: (typeof PERMISSIONS)[number]) =>
      PARTY_ROLES.filter((role) => permissionsOf([role]).includes(permission));
    expect(holders('tender.manage')).toEqual(['agency']);
    expect(holders('bid.submit')).toEqual(['bidder']);
    expect(holders('parties.approve')).toEqual(['operator']);
    expect(holders('evidence.full')).toEqual(['regulator', 'auditor']);
    expect(holders('supervision.read')).toEqual(['regulator']);
    expect(holders('operations.read')).toEqual(['operator']);
  });
  it('joins the permissions of several roles without repetition', () => {
    const both = permissionsOf(['tenderee', 'agency']);
    expect(new Set(both).size).toBe(both.length);
    expect(both).toContain('tender.manage');
  });
  it('knows its roles', () => {
    expect(isPartyRole('notary')).toBe(true);
    expect(isPartyRole('root')).toBe(false);
  });
});
