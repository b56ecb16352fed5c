import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { isTagIn } from './entity-tags.js';

/** A strong tag of a text. */
const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;

/** Nothing as a body. Fastify takes the length of a text as that of the answer to HEAD. */
const noBody = (isHead: boolean): unknown => (isHead ? Readable.from([]) : null);

/**
 * Gives every read an `ETag`, its handler's own or one of its text, and answers `304` to a client
 * that has it already. The body of an answer to HEAD is not read.
 */
export function answerConditionally(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, payload, done) => {
      const isHead = request.method === 'HEAD';
      const isRead = (request.method === 'GET' || isHead) && request.url.startsWith('/v1/');
      if (!isRead || reply.statusCode !== 200) return done(null, payload);
      const tag =
        (reply.getHeader('etag') as string | undefined) ?? (typeof payload === 'string' ? tagOf(payload) : null);
      reply.header('cache-control', 'no-cache');
      if (tag !== null) reply.header('etag', tag);
      const isKnown = tag !== null && isTagIn(request.headers['if-none-match'], tag);
      if (!isKnown && !(isHead && payload instanceof Readable)) return done(null, payload);
      if (payload instanceof Readable) payload.destroy();
      if (isKnown) reply.code(304).removeHeader('content-type').removeHeader('content-length');
      done(null, noBody(isHead));
    });
}
