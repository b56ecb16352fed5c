import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { EventStore } from '@entente/engine';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { PageController } from './page.controller.js';
import { SchemasController } from './schemas.controller.js';
import { VersionController } from './version.controller.js';

/** Controllers whose answers do not depend on the log. */
const OF_THE_PROCESS: readonly unknown[] = [
  HealthController,
  MetricsController,
  PageController,
  SchemasController,
  VersionController,
];

/**
 * Refuses commands and queries after the log was found to be set back. State in memory and folded
 * rows may contain events that are no longer in the log.
 */
@Injectable()
export class TakenBackGuard implements CanActivate {
  constructor(@Inject(EventStore) private readonly log: EventStore) {}

  canActivate(context: ExecutionContext): boolean {
    if (!OF_THE_PROCESS.includes(context.getClass())) this.log.checkNotTakenBack();
    return true;
  }
}
