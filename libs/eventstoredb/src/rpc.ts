import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { Backoff, messageOf, pause } from '@entente/async';
import { DamagedLog, Fault, TooLarge } from '@entente/engine';
import type { Running } from './stream-calls.js';

/**
 * The first and the longest pause between attempts, as fractions of the call timeout. Each pause is
 * four times the previous one.
 */
const FIRST_PAUSE_FRACTION = 0.01;
const MAX_PAUSE_FRACTION = 0.16;
/** The minimum number of attempts of a call that gets no answer. */
const MIN_TRIES = 4;
/**
 * The call timeout is counted in this number of ticks. A late tick counts once, because a suspended
 * process could not receive an answer.
 */
const CALL_TICKS = 10;

/** After this number of ticks without an answer, a small probe is sent to the server. */
const PROBE_TICKS = 2;
/** Milliseconds after an interruption during which the leader may have changed. */
const UNSTEADY_MS = 10_000;
/**
 * After this number of ticks without an answer, the client leaves a node of a cluster: two seconds
 * by default.
 */
const SILENT_TICKS = 4;
/** The maximum number of ticks of a search beyond the call timeout: two minutes by default. */
const MAX_SEARCH_TICKS = 240;

/** gRPC status codes. */
const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const ABORTED = 10;
const UNAUTHENTICATED = 16;

/** A call without an answer yet, and the ticks until its timeout. */
interface WaitingCall {
  left: number;
  /** Ticks that it may take beyond the timeout while the server answers other calls. */
  extra: number;
  readonly timeOut: () => void;
}

/**
 * The error of a call without an answer within the call timeout. It is unknown whether the call
 * took effect.
 */
class NoAnswer extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`);
  }
}

/** Whether an error is an answer that a retry would not change. */
const isDefinite = (error: unknown): boolean =>
  error instanceof WrongExpectedVersionError ||
  error instanceof StreamNotFoundError ||
  error instanceof StreamDeletedError ||
  error instanceof AccessDeniedError ||
  error instanceof MaxAppendSizeExceededError ||
  error instanceof Fault ||
  isBeyondTransport(error);

/**
 * Whether a read of `$all`, or a subscription to it, failed because no event begins at its start
 * position. Servers answer with code 2; newer servers answer a subscription with code 3. Both codes
 * have other meanings too, so the text is checked.
 */
export const isNoEventThere = (error: unknown): boolean =>
  [UNKNOWN, INVALID_ARGUMENT].includes(codeOf(error) as number) &&
  error instanceof Error &&
  /Unexpected ReadAllResult|invalid position/i.test(error.message);

/**
 * Whether the server dropped a subscription because too many events were pending. The subscription
 * can continue from its last position.
 */
export const isCut = (error: unknown): boolean => codeOf(error) === ABORTED;

/**
 * Whether a message was larger than the server's transport accepts. Code 8 has other meanings too,
 * such as a proxy's rate limit, so the text is checked.
 */
const isBeyondTransport = (error: unknown): boolean =>
  codeOf(error) === RESOURCE_EXHAUSTED &&
  error instanceof Error &&
  /larger than max|exceeds the maximum/i.test(error.message);

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** The error if nodes answered and none named a leader. */
export class NoLeader extends Error {
  constructor() {
    super('no node leads');
  }
}

/** Whether no node named a leader, or a node answered that it knows none. */
export const isNoLeader = (error: unknown): boolean =>
  error instanceof NoLeader || (error instanceof Error && /No leader info/i.test(error.message));

const RETRY_ADVICE = 'try again: what has taken effect is then recognised, and not done twice';

/**
 * Makes calls to the server, each with its own timeout: if the server is silent, a call of the
 * client hangs past its deadline. A call is retried if it gets no answer, or an answer from a node
 * that is not the leader, is starting or is stopping. So every call here must be safe to repeat.
 */
export class Rpc {
  private readonly waiting = new Set<WaitingCall>();
  /** One timer for all calls, while there are any. */
  private ticking: NodeJS.Timeout | undefined;
  private lastOutage: string | null = null;
  /** Why the last search found no leader; null if it found one. */
  private searchFailure: Error | null = null;
  /** Ticks since the server answered any call, while calls wait. */
  private ticksWithoutAnswer = 0;
  private unsteadyUntil = 0;
  private isConnected = false;
  /** The number of running searches for the leader. */
  private searches = 0;

  constructor(
    /** The address of the server, without credentials. */
    readonly address: string,
    /** The call timeout, in milliseconds. */
    readonly timeoutMs: number,
  ) {}

  /**
   * Makes one attempt. A call that receives its answer in pieces calls `onPiece` for each piece,
   * which restarts the timeout. `ended` is called if the attempt times out. Rejects on a timeout,
   * and with the errors of the call.
   */
  async once<T>(call: (onPiece: () => void) => Promise<T>, ended?: () => void): Promise<T> {
    return this.wait(call, ended, 0);
  }

  /**
   * Makes one attempt of a call for which the server searches its log. A long search sends no
   * pieces. The timeout restarts while the server answers other calls, for at most {@link
   * MAX_SEARCH_TICKS}.
   */
  async search<T>(call: (onPiece: () => void) => Promise<T>, ended?: () => void): Promise<T> {
    return this.wait(call, ended, MAX_SEARCH_TICKS);
  }

  /** Makes one attempt of a call, and cancels the call if the attempt times out. */
  async run<T>(how: 'once' | 'search', begin: (onPiece: () => void) => Running<T>): Promise<T> {
    let cancel = (): void => undefined;
    return this[how](
      (onPiece) => {
        const running = begin(onPiece);
        cancel = running.cancel;
        return running.answer;
      },
      () => cancel(),
    );
  }

  private async wait<T>(
    call: (onPiece: () => void) => Promise<T>,
    ended: (() => void) | undefined,
    extraTicks: number,
  ): Promise<T> {
    const { promise: timedOut, reject } = Promise.withResolvers<never>();
    const waiting: WaitingCall = {
      left: CALL_TICKS,
      extra: extraTicks,
      timeOut: () => {
        reject(new NoAnswer(this.timeoutMs));
        ended?.();
      },
    };
    this.waiting.add(waiting);
    this.ticking ??= setInterval(() => this.tick(), this.timeoutMs / CALL_TICKS);
    const onPiece = (): void => {
      this.ticksWithoutAnswer = 0;
      waiting.left = CALL_TICKS;
    };
    try {
      return await Promise.race([call(onPiece), timedOut]);
    } finally {
      if (this.waiting.delete(waiting)) this.ticksWithoutAnswer = 0;
    }
  }

  /** Counts one tick of the call timeout, for all calls. */
  private tick(): void {
    // During a search for the leader, no node has received the calls yet.
    this.ticksWithoutAnswer = this.searches > 0 ? 0 : this.ticksWithoutAnswer + 1;
    if (this.ticksWithoutAnswer >= PROBE_TICKS) this.noteUnsteady();
    if (this.ticksWithoutAnswer === PROBE_TICKS && this.waiting.size > 0) void this.probe().catch(() => undefined);
    if (this.ticksWithoutAnswer >= SILENT_TICKS && this.onSilence !== null) {
      // Another node of the cluster may answer, so all calls to this node time out now.
      this.ticksWithoutAnswer = 0;
      this.onSilence();
      this.timeOut([...this.waiting]);
    }
    for (const call of this.waiting) {
      call.left -= 1;
      if (call.left >= 0) continue;
      if (call.extra > 0 && this.ticksWithoutAnswer <= PROBE_TICKS) {
        call.left = Math.min(CALL_TICKS, call.extra);
        call.extra -= call.left;
      } else this.timeOut([call]);
    }
    if (this.waiting.size > 0) return;
    clearInterval(this.ticking);
    this.ticking = undefined;
    this.ticksWithoutAnswer = 0;
  }

  /**
   * Whether another node may be the leader by now. A leader that was frozen still answers reads for
   * a moment after it was replaced. Always false if the URL names a single node.
   */
  isUnsteady(): boolean {
    return this.onSilence !== null && performance.now() < this.unsteadyUntil;
  }

  private noteUnsteady(): void {
    this.unsteadyUntil = performance.now() + UNSTEADY_MS;
  }

  private timeOut(calls: readonly WaitingCall[]): void {
    for (const call of calls) {
      this.waiting.delete(call);
      call.timeOut();
    }
  }

  /**
   * Called if the server answered no call for {@link SILENT_TICKS} ticks; null if there is no other
   * node to ask.
   */
  onSilence: (() => void) | null = null;

  /** Sends a small request to learn whether the server answers. */
  probe: () => Promise<unknown> = () => Promise.resolve();

  /** Why the server did not answer the last call; null if it did. */
  outage(): string | null {
    return this.lastOutage;
  }

  /** Notes that the client has started a search for the leader. */
  searchesLeader(): void {
    this.searches += 1;
  }

  /** Notes that a search found the leader. The client connects to it next. */
  foundLeader(): void {
    this.searches -= 1;
    if (this.isConnected) this.noteUnsteady();
    this.isConnected = true;
    this.searchFailure = null;
    this.ticksWithoutAnswer = 0;
  }

  /** Notes that a search found no leader. A call may time out during a search. */
  foundNoLeader(reason: Error): void {
    this.searches -= 1;
    this.searchFailure = reason;
  }

  /** The message that no node leads, with the remedy. */
  noLeader(): string {
    return `no node of the event store at ${this.address} leads: a cluster needs more than half of its nodes; see that they run and reach each other`;
  }

  /**
   * Retries until there is an answer, at least four times and for one call timeout. If a search
   * found no leader, one call timeout is enough. Then rejects with a fault that names the remedy
   * and a retry time. Definite answers are passed on at once. `isAnswer` recognises further errors
   * that are answers.
   */
  async ask<T>(what: string, call: () => Promise<T>, isAnswer: (error: unknown) => boolean = () => false): Promise<T> {
    const giveUpAt = performance.now() + this.timeoutMs;
    const backoff = new Backoff({
      firstMs: FIRST_PAUSE_FRACTION * this.timeoutMs,
      maxMs: MAX_PAUSE_FRACTION * this.timeoutMs,
      factor: 4,
    });
    let hasNoLeader = false;
    for (let attempts = 1; ; attempts += 1) {
      try {
        const answer = await call();
        this.lastOutage = null;
        return answer;
      } catch (error) {
        if (isAnswer(error)) throw error;
        if (isDefinite(error)) {
          this.lastOutage = null;
          throw this.translateError(error, what);
        }
        hasNoLeader ||= isNoLeader(error) || isNoLeader(this.searchFailure);
        this.lastOutage = hasNoLeader ? this.noLeader() : `the event store at ${this.address} does not answer`;
        const triedEnough = attempts >= MIN_TRIES || this.searchFailure !== null;
        if (triedEnough && performance.now() > giveUpAt) throw this.unanswered(what, attempts, hasNoLeader, error);
        await pause(backoff.next());
      }
    }
  }

  private unanswered(what: string, attempts: number, hasNoLeader: boolean, cause: unknown): Fault {
    if (hasNoLeader) return new Fault('event-store-no-leader', `${this.noLeader()}; ${RETRY_ADVICE}`, 5, { cause });
    const reason = messageOf(cause);
    return new Fault(
      'event-store-unanswered',
      `the event store at ${this.address} did not ${what}, after ${attempts} attempts (${reason}); ${RETRY_ADVICE}`,
      5,
      { cause },
    );
  }

  /**
   * Translates a definite error into a fault that names the remedy. The caller handles conflicts
   * and missing streams.
   */
  private translateError(error: unknown, what: string): unknown {
    if (error instanceof AccessDeniedError && codeOf(error) === UNAUTHENTICATED)
      return new Fault(
        'event-store-access',
        `the event store at ${this.address} rejects this user and password: see the connection string`,
        null,
        { cause: error },
      );
    if (error instanceof AccessDeniedError)
      return new Fault(
        'event-store-access',
        `the event store at ${this.address} denies access, so it did not ${what}; its user must be allowed to read $all and to write the log's streams`,
        null,
        { cause: error },
      );
    if (error instanceof MaxAppendSizeExceededError)
      return new TooLarge(
        `the event store at ${this.address} accepts ${error.maxAppendSize} bytes in one append, and this is more: make the command smaller, or raise the server's MaxAppendSize`,
        error,
      );
    if (isBeyondTransport(error))
      return new TooLarge(
        `the event store at ${this.address} accepts less than 16 MiB in one message, whatever its settings: make the command smaller`,
        error,
      );
    if (error instanceof StreamDeletedError)
      return new DamagedLog(
        'stream-deleted',
        error.streamName,
        `the stream ${error.streamName} was deleted on the server, by another program; restore the server from a backup`,
        error,
      );
    return error;
  }
}
