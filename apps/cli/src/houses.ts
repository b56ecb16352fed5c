import type { EventLog } from '@entente/engine';
import { type House, inFolder, onEngines } from './cli.module.js';
import { engineSettings, namesEngines } from './engine-settings.js';

/** What every command takes. */
export interface Common {
  /** A data folder; where it is not given, the house is the one that the environment names. */
  readonly data?: string;
  readonly json?: boolean;
}

/** The data folder that is meant. */
export const folderOf = ({ data }: Common): string => data ?? process.env['ENTENTE_DATA'] ?? './data';

/** Whether a data folder is meant, and not the house that the environment names: `ENTENTE_HOUSE=engines` means one on engines also where none is named, which is then said. */
export const onOwnFolder = ({ data }: Common): boolean =>
  data !== undefined || !(namesEngines(process.env) || process.env['ENTENTE_HOUSE'] === 'engines');

/** The folder of a command that works on a data folder alone; where the house is another one, it fails, and says what to do `instead`. */
export function ownFolder(options: Common, instead: string): string {
  if (!onOwnFolder(options))
    throw new Error(`ESDB_URL names a house on engines: ${instead}; or name a data folder by --data`);
  return folderOf(options);
}

/** The house that is meant: the folder that is named, else the one that the environment names. */
export const houseOf = (options: Common): House =>
  onOwnFolder(options) ? inFolder(folderOf(options)) : onEngines(engineSettings(process.env));

/** Opens a house's log for as long as the work takes. */
export async function withLog<T>(options: Common, work: (log: EventLog, house: House) => Promise<T>): Promise<T> {
  const house = houseOf(options);
  const log = await house.log();
  try {
    return await work(log, house);
  } finally {
    await log.close();
  }
}
