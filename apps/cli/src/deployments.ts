import type { EventLog } from '@entente/engine';
import { OneOf, readEnvironment, settingsPart } from '@entente/process';
import { type Deployment, type OpeningLog, inFolder, onServices } from './cli.module.js';
import { serviceSettings, namesServices } from './service-settings.js';

/** What every command takes. */
export interface Common {
  /** The data folder. Without it, the environment names the deployment. */
  readonly data?: string;
  readonly json?: boolean;
}

/** The data folder of a command. */
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

/** Settings of the command line, besides those of the services. */
export const SETTINGS = { deployment: settingsPart(DeploymentSettings) };

/** The deployment in `ENTENTE_DEPLOYMENT`, if it is set. Fails if the value is unknown. */
function namedDeployment(): string | undefined {
  const read = readEnvironment(process.env, SETTINGS);
  if ('settings' in read) return read.settings.deployment.name;
  throw new Error(`ENTENTE_DEPLOYMENT: takes ${DEPLOYMENTS.join(' or ')}, not ${process.env['ENTENTE_DEPLOYMENT']}`);
}

/**
 * Whether the command works on a data folder, and not on the deployment in the environment. If
 * `ENTENTE_DEPLOYMENT` is `distributed`, it does not, and missing addresses are an error.
 */
export function onOwnFolder({ data }: Common): boolean {
  if (data !== undefined) return true;
  const name = namedDeployment();
  return name === undefined ? !namesServices(process.env) : name === 'standalone';
}

/**
 * The folder of a command that needs a data folder. Fails on a distributed deployment; the message
 * names what to do `instead`.
 */
export function ownFolder(options: Common, instead: string): string {
  if (!onOwnFolder(options))
    throw new Error(`ESDB_URL names a distributed deployment: ${instead}; or give a data folder with --data`);
  return folderOf(options);
}

/**
 * The deployment of a command: the data folder if one is given, else the one in the environment.
 */
export const deploymentOf = (options: Common): Deployment =>
  onOwnFolder(options) ? inFolder(folderOf(options)) : onServices(serviceSettings(process.env));

/** Opens a deployment's log, and closes it after the work. */
export async function withLog<T>(
  options: Common,
  work: (log: EventLog, deployment: Deployment) => Promise<T>,
  opening?: OpeningLog,
): Promise<T> {
  const deployment = deploymentOf(options);
  const log = await deployment.log(opening);
  try {
    return await work(log, deployment);
  } finally {
    await log.close();
  }
}
