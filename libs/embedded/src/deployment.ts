import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadModelStore } from '@entente/engine';
import { DEFAULT_LIMITS, type ServerLimits, buildApp, serveDocs } from '@entente/http';
import type { LogLevel } from '@entente/process';
import { MEANINGS } from '@entente/read-models';
import { type Projects, StandaloneModule } from './standalone.module.js';

/**
 * Builds the deployment on a data folder; the caller opens its door. Throws where the folder is in
 * use or not ours.
 */
export async function createStandaloneApp(
  folder: string,
  logLevel: LogLevel,
  projects: Projects = 'within',
  door: ServerLimits = DEFAULT_LIMITS,
): Promise<NestFastifyApplication> {
  const app = await buildApp(StandaloneModule.on(folder, logLevel, projects), door);
  serveDocs(app, app.get(ReadModelStore), MEANINGS);
  return app;
}
