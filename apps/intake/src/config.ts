import { DECISION_SETTINGS, ROW_SETTINGS, appSettings } from '@entente/distributed';
import { type Env, type SettingsIn, readSettings } from '@entente/process';

/** The settings, from environment variables. */
export const SETTINGS = { ...appSettings(3003), ...DECISION_SETTINGS, ...ROW_SETTINGS };

export type IntakeConfig = SettingsIn<typeof SETTINGS>;

/** Reads the settings. Returns all errors if any are wrong. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
