import { appSettings } from '@entente/distributed';
import { PUBLIC_URL, type Env, type SettingsIn, readSettings } from '@entente/process';

/** The settings, from environment variables. */
export const SETTINGS = { ...appSettings(3001), schemas: PUBLIC_URL };

export type RelayConfig = SettingsIn<typeof SETTINGS>;

/** Reads the settings. Returns all errors if any are wrong. */
export const readConfig = (env: Env) => readSettings(env, SETTINGS);
