import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FieldError } from '@entente/contracts';
import { FAULT_TITLE, Fault, InvalidPosition, type CommandResult, TooLarge, problemFor } from '@entente/engine';
import type { Json } from '@entente/kernel';
import type { AllowedMethods } from './allowed-methods.js';
import type { HttpReply } from './http-reply.js';
import { unknownParameters } from './parameters.js';

/** An error as an answer: `application/problem+json` (RFC 9457) with a stable `code`. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly more: { readonly [name: string]: Json } = {},
  ) {
    super(title);
  }
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The document of a problem. */
export const problemText = ({ status, code, title, more }: Problem): string =>
  JSON.stringify({ type: 'about:blank', status, code, title, ...more });

/** A problem for validation errors, with every field in error. */
export const validationProblem = (wrong: readonly FieldError[]): Problem =>
  new Problem(400, 'validation-failed', 'request validation failed', {
    errors: wrong.map(({ path, message }) => ({ path, message })),
  });

/** Throws if a request has a parameter that its address does not have. */
export function refuseUnknown(query: Readonly<Record<string, unknown>>, allowed: readonly string[]): void {
  const wrong = unknownParameters(query, allowed);
  if (wrong.length > 0) throw validationProblem(wrong);
}

/** The problem for a result of the engine. Only this function chooses its status. */
export function problemOf(outcome: Exclude<CommandResult, { type: 'accepted' | 'dry-run' }>): Problem {
  const { code, title, more } = problemFor(outcome);
  return new Problem(statusOf(outcome.type, code), code, title, more);
}

function statusOf(type: 'id-reused' | 'revision-mismatch' | 'refused', code: string): number {
  switch (type) {
    case 'id-reused':
      return 409;
    case 'revision-mismatch':
      return 412;
    case 'refused':
      return code === 'not-found' ? 404 : 422;
  }
}

/** The codes of an address that does not exist. */
const ABSENT: readonly string[] = ['no-such-route', 'no-such-command'];

/**
 * Answers every failure with a problem document. Internal details are only in the process's log.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('http');

  constructor(private readonly methods: Pick<AllowedMethods, 'at'>) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<HttpReply>();
    const { method, url } = http.getRequest<{ readonly method: string; readonly url: string }>();
    let problem = this.problem(error);
    const allowed = ABSENT.includes(problem.code) ? this.methods.at(url) : [];
    if (allowed.length > 0 && !allowed.includes(method)) {
      problem = new Problem(405, 'method-not-allowed', `this address takes ${allowed.join(', ')}`);
      reply.header('allow', allowed.join(', '));
    }
    if (error instanceof Fault && error.retryAfter !== null) reply.header('retry-after', String(error.retryAfter));
    reply.header('content-type', PROBLEM_TYPE).status(problem.status).send(problemText(problem));
  }

  private problem(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof TooLarge) return new Problem(413, error.code, error.message);
    if (error instanceof InvalidPosition) return new Problem(400, error.code, error.message);
    if (error instanceof Fault) {
      if (error.retryAfter === null) this.log.error(error);
      return new Problem(error.retryAfter === null ? 500 : 503, error.code, error.message);
    }
    const status =
      error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number } | null)?.statusCode;
    switch (status) {
      case 404:
        return new Problem(
          404,
          'no-such-route',
          'there is nothing at this address; GET /v1/catalogue lists the commands',
        );
      case 413:
        return new Problem(413, 'body-too-large', 'the body is larger than 1 MiB');
      case 415:
        return new Problem(415, 'wrong-content-type', 'the body must be application/json');
      case 400:
        return new Problem(400, 'unreadable', 'the request cannot be read: the body must be JSON');
    }
    this.log.error(error);
    return new Problem(500, 'fault', FAULT_TITLE);
  }
}
