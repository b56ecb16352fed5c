import { describe, expect, it } from '@jest/globals';
import { Fault, InvalidPosition, TooLarge } from '@entente/engine';
import { ProblemFilter } from './problem.js';

/** The answer to a request that failed. */
function answered(error: unknown): { status: number; headers: Record<string, string>; body: { code: string } } {
  const found = { status: 0, headers: {} as Record<string, string>, body: { code: '' } };
  const reply = {
    header: (name: string, value: string) => ((found.headers[name] = value), reply),
    status: (status: number) => ((found.status = status), reply),
    send: (body: string) => (found.body = JSON.parse(body) as { code: string }),
  };
  const http = { getResponse: () => reply, getRequest: () => ({ method: 'GET', url: '/' }) };
  new ProblemFilter({ at: () => [] }).catch(error, { switchToHttp: () => http } as never);
  return found;
}

describe('the HTTP problem of a fault', () => {
  it.each([
    [new TooLarge('too much'), 413, 'too-large', undefined],
    [new InvalidPosition(-1n), 400, 'invalid-position', undefined],
    [new Fault('event-store-no-leader', 'no node leads', 5), 503, 'event-store-no-leader', '5'],
  ])('%s has status %d', (fault, status, code, retryAfter) => {
    const answer = answered(fault);
    expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([status, code, retryAfter]);
  });
});
