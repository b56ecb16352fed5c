import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** The response headers that a page of another origin may read. */
const EXPOSED = [
  'Content-Digest',
  'Correlation-Id',
  'ETag',
  'Entente-Day',
  'Entente-Position',
  'Entente-Version',
  'Idempotency-Replayed',
  'Retry-After',
];
/** The time for which a browser may cache the answer to a preflight request, in seconds. */
const MAX_AGE_SECONDS = 600;

/**
 * Allows pages of these origins to send requests (CORS). If there are none, no other origin may.
 */
export function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: EXPOSED,
    maxAge: MAX_AGE_SECONDS,
    strictPreflight: false,
    // OPTIONS is answered elsewhere, with the methods of the address.
    preflightContinue: true,
  });
}
