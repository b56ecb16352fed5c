import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { ReadModelStore } from '@entente/engine';
import { ProblemFilter, openApi } from '@entente/http';
import { type LogLevel, levelsUpTo } from './config.js';
import { StandaloneModule } from './standalone.module.js';

/** Builds the house on a data folder; the caller opens its door. Throws where the folder is in use or not ours. */
export async function buildHouse(folder: string, logLevel: LogLevel): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: 1024 * 1024,
    // An id that is too long is named like every other wrong field, not by the router.
    routerOptions: { maxParamLength: 8192 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(StandaloneModule.on(folder), adapter, {
    logger: levelsUpTo(logLevel),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter());
  SwaggerModule.setup('docs', app, openApi(app.get(ReadModelStore).names(), new Date().toISOString().slice(0, 10)), {
    jsonDocumentUrl: 'docs-json',
  });
  return app;
}
