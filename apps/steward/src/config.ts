import { DECISION_SETTINGS, ROW_SETTINGS, appSettings } from '@entente/distributed';
import { type Env, type SettingsIn, readSettings } from '@entente/process';

/**
 * The settings, from environment variables. The steward does not use Kafka, and takes its settings
 * so that one environment serves every app.
 */
export const SETTINGS = { ...appSettings(3004), ...DECISION_SETTINGS, ...ROW_SETTINGS };

export type StewardConfig = SettingsIn<typeof SETTINGS>;

/** Reads the settings. Returns all errors if any are wrong. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
