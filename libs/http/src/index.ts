export { openApi } from './openapi.js';
export { CommandsController } from './commands.controller.js';
export { HealthController, Readiness, type Standing } from './health.controller.js';
export { HistoryController } from './history.controller.js';
export { LiveController, OpenStreams } from './live.controller.js';
export { PageController } from './page.controller.js';
export { ReadModelsController } from './read-models.controller.js';
export { ProblemFilter } from './problem.js';
export { OPERATOR, readActor } from './actor-header.js';
