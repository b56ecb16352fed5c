import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadModelStore } from '@entente/engine';
import { type ServerLimits, buildApp, serveDocs } from '@entente/http';
import { type LogLevel, ServerLimitSettings } from '@entente/process';
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
  limits: ServerLimits = new ServerLimitSettings(),
): Promise<NestFastifyApplication> {
  const app = await buildApp(StandaloneModule.on(folder, logLevel, projects), limits);
  serveDocs(app, app.get(ReadModelStore), MEANINGS);
  return app;
}
