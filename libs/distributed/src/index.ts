export { eventLog, eventStore, executor, readModels, refusals } from './services.module.js';
export { runApp } from './run-app.js';
export { DECISION_SETTINGS, ROW_SETTINGS, appSettings } from './settings.js';
