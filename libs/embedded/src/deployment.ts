import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadModelStore } from '@entente/engine';
import { allowOrigins, buildApp, serveDocs } from '@entente/http';
import { AnswerSettings, ServerLimitSettings, originsOf } from '@entente/process';
import { StandaloneModule, type StandaloneOptions } from './standalone.module.js';

/**
 * Builds the deployment on a data folder; the caller starts to listen. Throws if the folder is in
 * use or belongs to another program.
 */
export async function createStandaloneApp({
  folder,
  logLevel,
  placement = 'same-thread',
  limits = new ServerLimitSettings(),
  answers = new AnswerSettings(),
  steward = null,
  commands = {},
}: StandaloneOptions): Promise<NestFastifyApplication> {
  const app = await buildApp(StandaloneModule.on({ folder, logLevel, placement, answers, steward, commands }), limits);
  allowOrigins(app, originsOf(answers));
  serveDocs(app, app.get(ReadModelStore));
  return app;
}
