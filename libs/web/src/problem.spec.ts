import { BadRequestException, NotFoundException } from '@nestjs/common';
import { IntegrityError, RefusalError, StorageUnavailableError } from '#kernel';
import { problemFor } from './problem.ts';
import { defineProblems } from './problems.ts';
import './web.problems.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const of = (error: unknown) => problemFor(error, ID);

defineProblems({ 'SPEC.TOO_LATE': { status: 409, zh: '已过截止时间', en: 'Past the deadline' } });

describe('problem document', () => {
  it('tells a refusal by its code, in both languages, with its facts', () => {
    const { problem, severity } = of(
      new RefusalError({ code: 'SPEC.TOO_LATE', facts: { article: '20号令27' } }),
    );
    expect(severity).toBe('expected');
    expect(problem).toEqual({
      type: 'urn:glasshall:problem:SPEC.TOO_LATE',
      title: '已过截止时间',
      titleEn: 'Past the deadline',
      status: 409,
      code: 'SPEC.TOO_LATE',
      detail: 'article: 20号令27',
      instance: `urn:uuid:${ID}`,
      facts: { article: '20号令27' },
    });
  });

  it.each([
    [Object.assign(new Error('x'), { type: 'entity.too.large', status: 413 }), 413, 'WEB.BODY_TOO_LARGE'],
    [Object.assign(new Error('x'), { type: 'entity.parse.failed', status: 400 }), 400, 'WEB.BODY_MALFORMED'],
    [Object.assign(new Error('x'), { type: 'request.aborted', status: 400 }), 400, 'WEB.BODY_INCOMPLETE'],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 400, 'WEB.BODY_INCOMPLETE'],
    [new NotFoundException(), 404, 'WEB.NOT_FOUND'],
    [new BadRequestException(), 400, 'WEB.BAD_REQUEST'],
    [new StorageUnavailableError('disk', 'ENOSPC'), 503, 'PLATFORM.UNAVAILABLE'],
  ])('%s is %i %s', (error, status, code) => {
    expect(of(error).problem).toMatchObject({ status, code });
  });

  it('says nothing of why for anything unexpected', () => {
    const secret = 'password hunter2';
    const unmapped = new RefusalError({ code: 'SPEC.UNMAPPED', facts: { secret } });
    for (const error of [
      new Error(secret),
      new IntegrityError(secret, { secret }),
      unmapped,
      secret,
      null,
      undefined,
    ]) {
      const { problem, severity } = of(error);
      expect(severity).toBe('fault');
      expect(problem).toMatchObject({ status: 500, code: 'PLATFORM.INTERNAL', facts: {} });
      expect(JSON.stringify(problem)).not.toContain('hunter2');
    }
  });

  it('does not tell a client why storage is away', () => {
    expect(
      JSON.stringify(of(new StorageUnavailableError('database', '28P01 at 10.0.0.7')).problem),
    ).not.toContain('10.0');
  });
});

describe('problem registry', () => {
  const good = { status: 400, zh: '错', en: 'wrong' };

  it.each([
    ['a code of another form', { 'spec.bad': good }],
    ['a status that is no refusal', { 'SPEC.SERVER': { ...good, status: 500 } }],
    ['a code that is there already', { 'SPEC.TOO_LATE': good }],
  ])('refuses %s', (_name, definitions) => {
    expect(() => defineProblems(definitions as never)).toThrow(RangeError);
  });
});
