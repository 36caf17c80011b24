import { assertNever, IntegrityError, ok, refuse, RefusalError, unwrap } from './result.ts';
import { StorageUnavailableError } from './unavailable.ts';

describe('a result', () => {
  it('gives its value, or its refusal as an exception that a transaction rolls back on', () => {
    expect(unwrap(ok(3))).toBe(3);
    const refused = refuse('BIDDING.LATE', { article: '20号令27' });
    expect(() => unwrap(refused)).toThrow(RefusalError);
    expect(() => unwrap(refused)).toThrow('BIDDING.LATE');
    expect(refuse('BIDDING.LATE').error.facts).toEqual({});
  });

  it('stops at a value that the types rule out, and names it', () => {
    expect(() => assertNever('planted' as never)).toThrow(IntegrityError);
    let facts: unknown;
    try {
      assertNever('planted' as never);
    } catch (error) {
      facts = (error as IntegrityError).facts;
    }
    expect(facts).toEqual({ value: '"planted"' });
    expect(new IntegrityError('the log forks').facts).toEqual({});
  });

  it('says which part is unavailable, and keeps the cause', () => {
    const cause = new Error('ENOSPC');
    const error = new StorageUnavailableError('disk', 'ENOSPC', { cause });
    expect(error).toMatchObject({
      part: 'disk',
      reason: 'ENOSPC',
      cause,
      message: 'disk unavailable: ENOSPC',
    });
  });
});
