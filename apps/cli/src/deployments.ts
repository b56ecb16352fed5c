import type { EventLog } from '@entente/engine';
import { OneOf, readEnvironment, settingsPart } from '@entente/process';
import { type Deployment, inFolder, onServices } from './cli.module.js';
import { serviceSettings, namesServices } from './service-settings.js';

/** What every command takes. */
export interface Common {
  /** A data folder; where it is not given, the deployment is the one that the environment names. */
  readonly data?: string;
  readonly json?: boolean;
}

/** The data folder that is meant. */
export const folderOf = ({ data }: Common): string => data ?? process.env['ENTENTE_DATA'] ?? './data';

/** The deployments that `ENTENTE_DEPLOYMENT` names. */
const DEPLOYMENTS = ['standalone', 'distributed'];

/** Which deployment the command line works on. */
class DeploymentSettings {
  @OneOf(DEPLOYMENTS, {
    name: 'ENTENTE_DEPLOYMENT',
    about: '`standalone` or `distributed`: which deployment the command line works on if `--data` is not given.',
    otherwise: 'by `ESDB_URL`',
  })
  readonly name?: string;
}

/** What the command line reads beside the settings of the services. */
export const SETTINGS = { deployment: settingsPart(DeploymentSettings) };

/**
 * The deployment that `ENTENTE_DEPLOYMENT` names, if any; fails where it names none that there is.
 */
function namedDeployment(): string | undefined {
  const read = readEnvironment(process.env, SETTINGS);
  if ('settings' in read) return read.settings.deployment.name;
  throw new Error(`ENTENTE_DEPLOYMENT: takes ${DEPLOYMENTS.join(' or ')}, not ${process.env['ENTENTE_DEPLOYMENT']}`);
}

/**
 * Whether a data folder is meant, and not the deployment that the environment names.
 * `ENTENTE_DEPLOYMENT=distributed` means a distributed one also if no setting says where it is,
 * which is then an error.
 */
export function onOwnFolder({ data }: Common): boolean {
  if (data !== undefined) return true;
  const name = namedDeployment();
  return name === undefined ? !namesServices(process.env) : name === 'standalone';
}

/**
 * The folder of a command that works on a data folder alone; where the deployment is another one,
 * it fails, and says what to do `instead`.
 */
export function ownFolder(options: Common, instead: string): string {
  if (!onOwnFolder(options))
    throw new Error(`ESDB_URL names a distributed deployment: ${instead}; or name a data folder by --data`);
  return folderOf(options);
}

/**
 * The deployment that is meant: the folder that is named, else the one that the environment names.
 */
export const deploymentOf = (options: Common): Deployment =>
  onOwnFolder(options) ? inFolder(folderOf(options)) : onServices(serviceSettings(process.env));

/** Opens a deployment's log for as long as the work takes. */
export async function withLog<T>(
  options: Common,
  work: (log: EventLog, deployment: Deployment) => Promise<T>,
): Promise<T> {
  const deployment = deploymentOf(options);
  const log = await deployment.log();
  try {
    return await work(log, deployment);
  } finally {
    await log.close();
  }
}
