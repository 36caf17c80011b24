import { loggedPath } from './request-log.ts';

describe('the path in the log', () => {
  const c = 'a'.repeat(43);
  const lot = '0b0e7a52-8c1e-4a9f-9c39-3f6a1f4b7a10';

  it.each([
    `/api/v1/bids/${c}`,
    `/api/v1/bids/${c}/envelopes/I/parts/0?x=1`,
    `/API/v1/Bids/${c}`,
    `/api/v1/lots/${lot}/bids`,
    `/api/v1/lots/${lot}/bids?x`,
    `/api/v1/lots/${lot}/moves/`,
    `/api/v1/lots/${lot}/documents/${c}`,
    `/api/v1/lots/${lot}/questions`,
    `/api/v1/lots/${lot}/questions/3/answer`,
    `/api/v1/lots/${lot}/opening/attendance`,
    `/api/v1/lots/${lot}/lotkey/terms`,
    `/api/v1/certificates/${c}`,
    `/lots/${lot}/bid`,
    `/lots/${lot}/hall?x`,
    '/bids',
  ])('names neither bid nor lot: %s', (url) => {
    expect(loggedPath(url)).toBe('/api/v1/[sealed]');
  });

  it('shows other paths without their query', () => {
    expect(loggedPath(`/api/v1/lots/${lot}?cursor=abc`)).toBe(`/api/v1/lots/${lot}`);
    expect(loggedPath(`/lots/${lot}/opening`)).toBe(`/lots/${lot}/opening`);
  });
});
