import { bodyHeaderError, readJson } from '@entente/contracts';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Problem, validationProblem } from './problem.js';

/** The maximum size of a body in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** The headers that describe a body. */
interface BodyHeaders {
  readonly 'content-type'?: string | undefined;
  readonly 'content-encoding'?: string | undefined;
}

/**
 * Parses a body as JSON. Throws a problem that names what cannot be read, or what parsing would
 * change.
 */
function jsonBody(headers: BodyHeaders, body: Uint8Array): unknown {
  const wrong = bodyHeaderError(headers['content-type'], headers['content-encoding']);
  if (wrong !== null) throw new Problem(415, 'wrong-content-type', `${wrong.path} ${wrong.message}`);
  const read = readJson(body);
  if ('unreadable' in read) throw new Problem(400, 'unreadable', read.unreadable);
  if (read.errors.length > 0) throw validationProblem(read.errors);
  return read.json;
}

/** Makes the server accept only JSON bodies, and parse them as the commands topic does. */
export function readJsonBodies(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (request, body, done) => {
      try {
        done(null, jsonBody(request.headers, body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}
