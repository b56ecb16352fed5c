import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ExecutorOptions, ReadModelStore } from '@entente/engine';
import { type ServerLimits, allowOrigins, buildApp, serveDocs } from '@entente/http';
import { AnswerSettings, type LogLevel, ServerLimitSettings, originsOf } from '@entente/process';
import type { StewardSettings } from '@entente/workers';
import { type ProjectionPlacement, StandaloneModule } from './standalone.module.js';

/**
 * Builds the deployment on a data folder; the caller starts to listen. Throws if the folder is in
 * use or belongs to another program. Without options of a steward, policies and due dates are not
 * run.
 */
export async function createStandaloneApp(
  folder: string,
  logLevel: LogLevel,
  placement: ProjectionPlacement = 'same-thread',
  limits: ServerLimits = new ServerLimitSettings(),
  answers: AnswerSettings = new AnswerSettings(),
  steward: StewardSettings | null = null,
  commands: ExecutorOptions = {},
): Promise<NestFastifyApplication> {
  const app = await buildApp(StandaloneModule.on(folder, logLevel, placement, answers, steward, commands), limits);
  allowOrigins(app, originsOf(answers));
  serveDocs(app, app.get(ReadModelStore));
  return app;
}
