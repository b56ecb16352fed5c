import { withTimeout } from '@entente/async';

/**
 * The result of a check of a backing service. `failure` means that an app would fail, now or later.
 */
export type FindingResult = 'ok' | 'warning' | 'failure';

/** One line of a check. */
export interface ServiceFinding {
  /** The name of the check, in a word or two. */
  readonly check: string;
  readonly result: FindingResult;
  readonly message: string;
  /** What the operator must do; null if nothing. */
  readonly remedy: string | null;
}

/** The findings for one backing service. */
export interface ServiceReport {
  readonly service: string;
  /** Its address, without credentials. */
  readonly address: string;
  /** The id of the log that it stores, or whose events it has; null if there is none yet. */
  readonly logId: string | null;
  readonly findings: readonly ServiceFinding[];
}

export const fits = (check: string, message: string): ServiceFinding => ({
  check,
  result: 'ok',
  message,
  remedy: null,
});

export const warns = (check: string, message: string, remedy: string): ServiceFinding => ({
  check,
  result: 'warning',
  message,
  remedy,
});

export const fails = (check: string, message: string, remedy: string): ServiceFinding => ({
  check,
  result: 'failure',
  message,
  remedy,
});

/** The answer of a service, or the error instead. */
export type ServiceAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error };

/** The time limit of one answer, in milliseconds. */
const ANSWER_MS = 3000;

/** The error if there was no answer within the time limit. */
class NoAnswerInTime extends Error {
  constructor(ms: number) {
    super(`no answer within ${Math.round(ms) / 1000} s`);
  }
}

/**
 * Asks a service questions, with a time limit for all questions together. Errors are returned as
 * answers.
 */
export class BoundedQuestions {
  private readonly end: number;

  constructor(totalMs: number) {
    this.end = performance.now() + totalMs;
  }

  /** The milliseconds that the next question may take. */
  leftMs(most = ANSWER_MS): number {
    return Math.max(0, Math.min(most, this.end - performance.now()));
  }

  async ask<T>(question: () => Promise<T>, most = ANSWER_MS): Promise<ServiceAnswer<T>> {
    const ms = this.leftMs(most);
    const late = (): never => {
      throw new NoAnswerInTime(ms);
    };
    try {
      if (ms === 0) late();
      return { ok: true, value: await withTimeout(question(), ms, late) };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}

/** The difference between a service's clock and the local clock. */
export interface ClockComparison {
  /**
   * The service's clock minus the local clock, in milliseconds, with an error of at most
   * `uncertaintyMs`.
   */
  readonly aheadMs: number;
  readonly uncertaintyMs: number;
}

/** Compares the time in an answer with the local times of the question and of the answer. */
export const compareClocks = (theirs: number, askedAt: number, answeredAt: number): ClockComparison => ({
  aheadMs: Math.round(theirs - (askedAt + answeredAt) / 2),
  uncertaintyMs: Math.ceil((answeredAt - askedAt) / 2),
});

/** The difference of clocks that is not reported, in milliseconds. */
const CLOCK_TOLERANCE_MS = 2000;

/**
 * The finding for a difference of clocks. From `failsAfterMs` on it is a failure. Below that, a
 * wrong clock only leads to wrong times.
 */
export function clockFinding(
  { aheadMs, uncertaintyMs }: ClockComparison,
  failsAfterMs: number,
  consequence: string,
): ServiceFinding {
  const off = Math.max(0, Math.abs(aheadMs) - uncertaintyMs);
  const by = `${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (off <= CLOCK_TOLERANCE_MS) return fits('clock', `less than ${CLOCK_TOLERANCE_MS / 1000} s from this machine's`);
  const remedy = 'synchronise the clocks of both machines (NTP)';
  const message = `its clock is ${by}: ${consequence}`;
  return off >= failsAfterMs ? fails('clock', message, remedy) : warns('clock', message, remedy);
}
