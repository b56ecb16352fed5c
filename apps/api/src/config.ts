import { DECISION_SETTINGS, ROW_SETTINGS, appSettings } from '@entente/distributed';
import { ANSWERS, type Env, type SettingsIn, readSettings } from '@entente/process';

/** The settings, from environment variables. */
export const SETTINGS = { ...appSettings(3000), ...DECISION_SETTINGS, ...ROW_SETTINGS, answers: ANSWERS };

export type ApiConfig = SettingsIn<typeof SETTINGS>;

/** Reads the settings. Returns all errors if any are wrong. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
