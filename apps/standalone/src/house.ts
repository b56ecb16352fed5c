import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { ReadModelStore } from '@entente/engine';
import { DOOR, type Door, ProblemFilter, keepDoor, openApi, serverOptions } from '@entente/http';
import type { LogLevel } from '@entente/workers';
import { Logger } from 'nestjs-pino';
import { type Projects, StandaloneModule } from './standalone.module.js';

/** Builds the house on a data folder; the caller opens its door. Throws where the folder is in use or not ours. */
export async function buildHouse(
  folder: string,
  logLevel: LogLevel,
  projects: Projects = 'within',
  door: Door = DOOR,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    ...serverOptions(door),
    // An id that is too long is named like every other wrong field, not by the router.
    routerOptions: { maxParamLength: 8192 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    StandaloneModule.on(folder, logLevel, projects),
    adapter,
    {
      bufferLogs: true,
      // Why it cannot start is said once, by who starts it.
      autoFlushLogs: false,
      abortOnError: false,
    },
  );
  app.useLogger(app.get(Logger));
  app.flushLogs();
  keepDoor(app, door);
  app.useGlobalFilters(new ProblemFilter());
  SwaggerModule.setup('docs', app, openApi(app.get(ReadModelStore).names(), new Date().toISOString().slice(0, 10)), {
    jsonDocumentUrl: 'docs-json',
  });
  return app;
}
