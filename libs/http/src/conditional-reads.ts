import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { isTagIn } from './entity-tags.js';

/** A strong entity tag of a text. */
const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;

/**
 * An empty body. It is a stream for HEAD, because Fastify would send the length of a text as the
 * length of the answer.
 */
const noBody = (isHead: boolean): unknown => (isHead ? Readable.from([]) : null);

/**
 * Adds an `ETag` to the answer of every read: the handler's own, or one of the text. Answers `304`
 * if the client already has the answer. The body of an answer to HEAD is not read.
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
