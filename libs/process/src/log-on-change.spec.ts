import { describe, expect, it } from '@jest/globals';
import { LogOnChange } from './log-on-change.js';

const MINUTE_MS = 60_000;

function logging() {
  const lines: string[] = [];
  let at = 0;
  const line =
    (level: string) =>
    (message: unknown): void =>
      void lines.push(`${level}: ${String(message)}`);
  const log = { log: line('info'), warn: line('warn'), error: line('error') };
  const onChange = new LogOnChange(log, 'the relay', () => at);
  return {
    lines,
    now: (ms: number, fault: string | null): void => {
      at = ms;
      onChange.now(fault);
    },
  };
}

describe('a log of changes', () => {
  it('has a fault of the first minute as information, once, and its end', () => {
    const { lines, now } = logging();
    for (const ms of [1000, 2000, 59_999]) now(ms, 'there is no topic yet');
    now(59_999, null);
    now(MINUTE_MS * 2, null);
    expect(lines).toEqual(['info: the relay waits and retries: there is no topic yet', 'info: the relay started']);
  });

  it('has a fault that outlasts the first minute as an error, once', () => {
    const { lines, now } = logging();
    for (const ms of [1000, MINUTE_MS, MINUTE_MS + 1000]) now(ms, 'there is no topic yet');
    now(MINUTE_MS * 2, null);
    expect(lines).toEqual([
      'info: the relay waits and retries: there is no topic yet',
      'error: the relay stalled, retrying: there is no topic yet',
      'warn: the relay recovered',
    ]);
  });

  it('has one line for a fault whose figures change, such as the attempts', () => {
    const { lines, now } = logging();
    for (const attempts of [4, 17, 5])
      now(MINUTE_MS * 2, `no answer, after ${attempts} attempts (no answer within 5 s)`);
    now(MINUTE_MS * 3, null);
    expect(lines).toEqual([
      'error: the relay stalled, retrying: no answer, after 4 attempts (no answer within 5 s)',
      'warn: the relay recovered',
    ]);
  });

  it('has a later fault as an error at once', () => {
    const { lines, now } = logging();
    now(1000, null);
    now(MINUTE_MS, 'gone');
    now(MINUTE_MS + 1000, 'gone');
    now(MINUTE_MS + 2000, 'other');
    expect(lines).toEqual(['error: the relay stalled, retrying: gone', 'error: the relay stalled, retrying: other']);
  });
});
