import { type DoorSettings, readDoor } from '@entente/http';
import { LOG_LEVELS as LEVELS, type LogLevel } from '@entente/workers';

/** What an operator sets, by environment variables. */
export interface Config extends DoorSettings {
  readonly data: string;
  /** Whether an empty log is told the example story. */
  readonly example: boolean;
  readonly logLevel: LogLevel;
}

/** The settings, or every one that is wrong with what it takes. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config | readonly string[] {
  const { ENTENTE_DATA: data = './data', ENTENTE_EXAMPLE: example = 'on', LOG_LEVEL: level = 'warn' } = env;
  const door = readDoor(env, 3000);
  const wrong: string[] = 'host' in door ? [] : [...door];
  if (data.trim() === '') wrong.push('ENTENTE_DATA: takes the path of a folder');
  if (example !== 'on' && example !== 'off') wrong.push(`ENTENTE_EXAMPLE=${example}: takes on or off`);
  if (!LEVELS.includes(level as LogLevel)) wrong.push(`LOG_LEVEL=${level}: takes one of ${LEVELS.join(', ')}`);
  if (wrong.length > 0 || !('host' in door)) return wrong;
  return { ...door, data, example: example === 'on', logLevel: level as LogLevel };
}
