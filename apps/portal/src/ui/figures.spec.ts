import { basisPoints, bytes, percent, yuan } from './figures.ts';

it('groups thousands without touching the number', () => {
  expect(['0.01', '999.00', '1000.00', '123456789012345.67'].map(yuan)).toEqual([
    '0.01',
    '999.00',
    '1,000.00',
    '123,456,789,012,345.67',
  ]);
});

it('takes a share exactly, rounding the last hundredth of a percent', () => {
  expect(basisPoints('6000000.00', '9000000.00')).toBe(6667);
  expect(basisPoints('9000000.01', '9000000.00')).toBe(10_000);
  expect(basisPoints('123456789012345.67', '123456789012345.67')).toBe(10_000);
  expect(basisPoints('1.00', '0.00')).toBeNull();
  expect(percent(6667)).toBe('66.67%');
});

it('names sizes in binary units', () => {
  expect([0, 1023, 1024, 1536, 5 * 1024 ** 3, 3 * 1024 ** 4].map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '5.0 GiB',
    '3072.0 GiB',
  ]);
});
