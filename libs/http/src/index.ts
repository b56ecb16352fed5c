export { CommandsController } from './commands.controller.js';
export { HistoryController } from './history.controller.js';
export { ProblemFilter } from './problem.js';
export { OPERATOR, readActor } from './actor-header.js';
