import { ownUrl } from './own-url.ts';

describe('the own door', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:3000'],
    ['0.0.0.0', 'http://127.0.0.1:3000'],
    ['::', 'http://127.0.0.1:3000'],
    ['::1', 'http://[::1]:3000'],
    ['192.0.2.7', 'http://192.0.2.7:3000'],
  ])('of a server that listens on %s is %s', (address, url) => {
    expect(ownUrl({ address: () => ({ address, family: '', port: 3000 }) })).toBe(url);
  });
});
