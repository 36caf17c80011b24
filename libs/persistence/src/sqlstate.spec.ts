import { StorageUnavailableError } from '#kernel';
import { DataRefusedError, isRetryable, mapDatabaseError, UniqueViolationError } from './sqlstate.ts';

const fault = (code: string, more: object = {}) => Object.assign(new Error('driver'), { code, ...more });
const wrapped = (code: string) => Object.assign(new Error('wrapped'), { driverError: fault(code) });

describe('errors of the database', () => {
  it.each([
    '08006', // connection failure
    '53100', // disk full
    '53300', // too many connections
    '57P01', // admin shutdown
    '57P03', // cannot connect now
    '57014', // statement timeout
    '55P03', // lock timeout
    '58030', // I/O error
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
  ])('%s means: not now', (code) => {
    for (const error of [fault(code), wrapped(code), Object.assign(new AggregateError([fault(code)]))])
      expect(mapDatabaseError(error)).toBeInstanceOf(StorageUnavailableError);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
  ])('pg says "%s" without a code', (message) => {
    expect(mapDatabaseError(new Error(message))).toBeInstanceOf(StorageUnavailableError);
  });

  it('names a unique constraint', () => {
    const error = mapDatabaseError(fault('23505', { constraint: 'one_winner', table: 'award' }));
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).toMatchObject({ constraint: 'one_winner', table: 'award' });
  });

  it.each(['22P02', '22021', '22003'])('%s is a value that cannot be stored', (code) => {
    expect(mapDatabaseError(fault(code))).toBeInstanceOf(DataRefusedError);
  });

  it.each(['42P01', '23503', '23514', '25006', '42501'])(
    '%s is a fault of ours and stays what it is',
    (code) => {
      const error = fault(code);
      expect(mapDatabaseError(error)).toBe(error);
    },
  );

  it('leaves errors that are none of the database alone', () => {
    for (const error of [new Error('other'), 'text', null, undefined])
      expect(mapDatabaseError(error)).toBe(error);
  });

  it('runs again only what a new transaction may cure', () => {
    expect([fault('40001'), wrapped('40P01'), fault('23505'), new Error('x')].map(isRetryable)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
