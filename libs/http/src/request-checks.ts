import type { IncomingMessage } from 'node:http';
import type { FieldError } from '@entente/contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Problem, validationProblem } from './problem.js';
import { onExpectation, onTunnel } from './server-answers.js';

/** The headers of a request that Entente defines. */
const OWN_HEADERS = ['entente-actor'];

/** The errors for headers with Entente's prefix that do not exist, perhaps misspelt. */
function unknownHeaders(headers: Readonly<Record<string, unknown>>): readonly FieldError[] {
  return Object.keys(headers)
    .filter((name) => name.startsWith('entente-') && !OWN_HEADERS.includes(name))
    .map((path) => ({ path, message: `is no header here; headers: ${OWN_HEADERS.join(', ')}` }));
}

/** The error for a query string whose percent-encoding is not valid UTF-8; none if it is valid. */
function unreadableQuery(url: string): readonly FieldError[] {
  const at = url.indexOf('?');
  try {
    if (at >= 0) decodeURIComponent(url.slice(at + 1));
    return [];
  } catch {
    return [{ path: '?', message: 'must be percent-encoded UTF-8' }];
  }
}

/** Whether a path leaves its root, or has a character that no address here has. */
function isForeign(url: string): boolean {
  const [path = ''] = url.split('?');
  return /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){2}(?:$|[/\\]|%2f|%5c)|%00/i.test(path);
}

const WRONG_CODING = 'transfer-encoding must be chunked: a compressed body is not read';

/**
 * The error in the host header. A request must have one; in HTTP/1.0 it may have none (RFC 9112,
 * 3.2).
 */
function hostError({ rawHeaders, httpVersion }: IncomingMessage): string | null {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1) return 'the request has more than one Host header';
  return hosts === 0 && httpVersion === '1.1' ? 'the request has no Host header' : null;
}

/**
 * Refuses requests with a header or a parameter that would be ignored, without a host, or with an
 * unsupported expectation or coding.
 */
export function checkRequests(app: NestFastifyApplication): void {
  app.getHttpServer().on('checkExpectation', onExpectation).on('connect', onTunnel);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _reply, done) => {
      const error = hostError(request.raw);
      if (error !== null) return done(new Problem(400, 'unreadable', error));
      const coding = request.headers['transfer-encoding'] ?? 'chunked';
      if (!/^\s*chunked\s*$/i.test(coding)) return done(new Problem(415, 'wrong-content-type', WRONG_CODING));
      if (isForeign(request.url)) return done(new Problem(404, 'no-such-route', 'there is nothing at this address'));
      const wrong = [...unknownHeaders(request.headers), ...unreadableQuery(request.url)];
      done(wrong.length > 0 ? validationProblem(wrong) : undefined);
    });
}
