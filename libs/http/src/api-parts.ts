import type { Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EventFeed, EventStore, LiveLog } from '@entente/engine';
import { CommandsController } from './commands.controller.js';
import { ControlsController } from './controls.controller.js';
import { HealthController } from './health.controller.js';
import { HistoryController } from './history.controller.js';
import { LiveController } from './live.controller.js';
import { MetricsController } from './metrics.controller.js';
import { OpenStreams } from './open-streams.js';
import { PageController } from './page.controller.js';
import { ReadModelsController } from './read-models.controller.js';
import { RefusalsController } from './refusals.controller.js';
import { AnswerOptions } from './row-export.js';
import { SchemasController } from './schemas.controller.js';
import { TakenBackGuard } from './taken-back.guard.js';
import { VersionController } from './version.controller.js';

/** What every process answers: whether it is alive and ready, its metrics, its version. */
export const PROBE_CONTROLLERS = [HealthController, MetricsController, VersionController];

/** What a deployment's API answers, and the page. */
export const API_CONTROLLERS = [
  PageController,
  ...PROBE_CONTROLLERS,
  CommandsController,
  LiveController,
  HistoryController,
  ReadModelsController,
  RefusalsController,
  ControlsController,
  SchemasController,
];

/** What the API has of its own, beside the ports that its deployment provides. */
export const apiProviders = (answers: AnswerOptions): Provider[] => [
  { provide: AnswerOptions, useValue: answers },
  {
    provide: LiveLog,
    inject: [EventStore, EventFeed],
    useFactory: (log: EventStore, feed: EventFeed) => new LiveLog(log, feed),
  },
  { provide: APP_GUARD, useClass: TakenBackGuard },
  OpenStreams,
];
