import { NestFactory } from '@nestjs/core';
import type { DynamicModule } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { correlated } from '@entente/async';
import type { ReadModelStore } from '@entente/engine';
import { Logger } from 'nestjs-pino';
import { type ServerLimits, limitConnections, serverOptions } from './server-limits.js';
import { readJsonBodies } from './json-body.js';
import { AllowedMethods } from './allowed-methods.js';
import { answerConditionally } from './conditional-reads.js';
import { correlationOf } from './correlation.js';
import { openApi } from './openapi.js';
import { ProblemFilter } from './problem.js';
import { checkRequests } from './request-checks.js';
import { drainRequests, onClientError, onUnreadableAddress } from './server-answers.js';

/**
 * Builds the application of a module, with server limits. The caller must start to listen. The
 * module must import a `LoggerModule`. Rejects if a part of the application cannot be created.
 */
export async function buildApp(module: DynamicModule, limits: ServerLimits): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    ...serverOptions(limits),
    // An id that is too long is reported as a field error, and not rejected by the router.
    // Addresses can be no longer than the headers may be.
    routerOptions: { maxParamLength: 16 * 1024 },
    genReqId: correlationOf,
    frameworkErrors: onUnreadableAddress,
    clientErrorHandler: onClientError,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    // See `readJsonBodies`.
    bodyParser: false,
    bufferLogs: true,
    // The caller reports once why the application cannot start.
    autoFlushLogs: false,
    abortOnError: false,
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      reply.header('correlation-id', request.id);
      correlated(request.id, done);
    });
  const methods = new AllowedMethods(app);
  readJsonBodies(app);
  checkRequests(app);
  answerConditionally(app);
  drainRequests(app);
  app.useLogger(app.get(Logger));
  app.flushLogs();
  limitConnections(app, limits);
  app.useGlobalFilters(new ProblemFilter(methods));
  return app;
}

/**
 * Serves the documentation of every command and query at `/docs`, with examples of the current day.
 */
export function serveDocs(app: NestFastifyApplication, rows: ReadModelStore): void {
  const document = openApi(rows.names(), new Date().toISOString().slice(0, 10));
  const swaggerOptions = { filter: true, docExpansion: 'none' };
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json', swaggerOptions });
}
