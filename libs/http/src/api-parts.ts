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

/** The controllers of every process: health, metrics and version. */
export const PROBE_CONTROLLERS = [HealthController, MetricsController, VersionController];

/** The controllers of a deployment's API, and of the page. */
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

/** The providers of the API, without those that the deployment provides. */
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
