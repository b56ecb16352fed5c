import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadModelStore } from '@entente/engine';
import { DOOR, type Door, buildApp, serveDocs } from '@entente/http';
import type { LogLevel } from '@entente/workers';
import { type Projects, StandaloneModule } from './standalone.module.js';

/** Builds the house on a data folder; the caller opens its door. Throws where the folder is in use or not ours. */
export async function buildHouse(
  folder: string,
  logLevel: LogLevel,
  projects: Projects = 'within',
  door: Door = DOOR,
): Promise<NestFastifyApplication> {
  const app = await buildApp(StandaloneModule.on(folder, logLevel, projects), door);
  serveDocs(app, app.get(ReadModelStore));
  return app;
}
