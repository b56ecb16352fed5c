import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Fault, type Watchdog } from '@entente/engine';
import { WatchdogWorker } from './watchdog-worker.js';

describe('the watch of a process', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    jest.useFakeTimers();
    const line =
      (level: string) =>
      (message: unknown): void =>
        void lines.push(`${level}: ${message instanceof Error ? `stack of ${message.message}` : String(message)}`);
    Logger.overrideLogger({ log: line('log'), warn: line('warn'), error: line('error') });
  });
  afterEach(() => {
    jest.useRealTimers();
    Logger.overrideLogger(false);
  });

  it('logs an outage once when it begins and once when it ends, without a stack', async () => {
    let attempts = 0;
    let away = false;
    const watchdog = {
      alarms: () => new Map(),
      look: () =>
        away
          ? Promise.reject(new Fault('event-store-unanswered', `no answer, after ${(attempts += 1)} attempts`, 5))
          : Promise.resolve(),
    };
    const worker = new WatchdogWorker(watchdog as unknown as Watchdog);
    worker.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(61_000);
    away = true;
    await jest.advanceTimersByTimeAsync(20_000);
    away = false;
    await jest.advanceTimersByTimeAsync(5000);
    worker.onModuleDestroy();
    expect(attempts).toBeGreaterThan(10);
    expect(lines).toEqual([
      'error: the watch stalled, retrying: no answer, after 1 attempts',
      'warn: the watch recovered',
    ]);
  });
});
