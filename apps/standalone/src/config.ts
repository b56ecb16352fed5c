import { DEFAULT_LIMITS } from '@entente/http';
import { type Env, type ProcessSettings, type Read, SettingsReader, readProcess } from '@entente/process';

/** What an operator sets, by environment variables. */
export interface StandaloneConfig extends ProcessSettings {
  readonly data: string;
  /** Whether an empty log is told the example story. */
  readonly example: boolean;
}

/** The settings, or every one that is wrong with what it takes. */
export function readConfig(env: Env): Read<StandaloneConfig> {
  const own = readProcess(env, { port: 3000, door: DEFAULT_LIMITS, reachable: false });
  const reading = new SettingsReader(env);
  const data = env['ENTENTE_DATA'] ?? './data';
  if (data.trim() === '') reading.wrong.push('ENTENTE_DATA: takes the path of a folder');
  const example = reading.word('ENTENTE_EXAMPLE', ['on', 'off'], 'on') === 'on';
  if ('wrong' in own) return { wrong: [...own.wrong, ...reading.wrong] };
  return reading.are({ ...own.settings, data, example });
}
