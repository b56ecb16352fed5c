import { isIP } from 'node:net';
import { LOG_LEVELS, type LogLevel } from './logging.js';
import { OneOf, Text, WholeNumber } from './setting.js';
import {
  type SettingsClass,
  type SettingsPart,
  type SettingsValues,
  settingsPart,
  settingsPartAs,
} from './settings.js';

/** Whether a host is reachable only from this machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const ADDRESS = /^[a-z0-9.:_-]+$/i;

/** The address of a process, its log level, and the time limit of its shutdown. */
export class ProcessSettings implements SettingsClass {
  @Text(ADDRESS, {
    name: 'HOST',
    about: 'The address that the process listens on.',
    takes: 'an address, or a name of one',
  })
  readonly host: string = '127.0.0.1';

  @WholeNumber(0, 65535, {
    name: 'PORT',
    about: 'The port; `0` picks a free one and prints it.',
    otherwise: 'by app: 3000 to 3004',
  })
  readonly port: number = 3000;

  @OneOf(LOG_LEVELS, { name: 'LOG_LEVEL', about: 'The least severe log lines that are written.' })
  readonly logLevel: LogLevel = 'warn';

  @WholeNumber(1, 3600, {
    name: 'ENTENTE_SHUTDOWN_TIMEOUT_SECONDS',
    about: 'The longest time, in seconds, that stopping may take; then the process ends with status 1.',
  })
  readonly shutdownTimeoutSeconds: number = 30;

  /** Refuses an address that other machines can reach, because there is no access control yet. */
  check(): readonly string[] {
    if (!ADDRESS.test(this.host) || isLoopback(this.host)) return [];
    return [`HOST=${this.host}: takes a loopback address only, since there is no access control yet`];
  }
}

/** The same settings for a process that other machines may reach, if the network is trusted. */
class NetworkProcessSettings extends ProcessSettings {
  @OneOf(['off', 'on'], {
    name: 'ENTENTE_TRUST_NETWORK',
    about:
      '`on` allows a `HOST` that other machines reach. There is no access control: any client that reaches the process may do anything.',
  })
  readonly trustNetwork: 'off' | 'on' = 'off';

  override check(): readonly string[] {
    if (this.trustNetwork === 'on' || !ADDRESS.test(this.host) || isLoopback(this.host)) return [];
    return [
      `HOST=${this.host}: can be reached by others, and there is no access control yet; where the network lets only those in who may do anything, set ENTENTE_TRUST_NETWORK=on`,
    ];
  }
}

/** The maximum number of connections, and the request timeout. */
export class ServerLimitSettings {
  @WholeNumber(16, 999_999, {
    name: 'ENTENTE_MAX_CONNECTIONS',
    about:
      'The maximum number of open connections; fewer if the operating system lets the process open few files (`ulimit -n`). Above it, connections that never sent a request are closed first, then those idle longest.',
  })
  readonly connections: number = 4096;

  @WholeNumber(1, 3600, {
    name: 'ENTENTE_REQUEST_TIMEOUT_SECONDS',
    about:
      'The longest time, in seconds, in which a request must arrive completely. An answer that the client does not read is dropped after four times as long.',
  })
  readonly requestTimeoutSeconds: number = 30;
}

/** The timeout of commands. */
class CommandSettings {
  @WholeNumber(1, 3600, {
    name: 'ENTENTE_COMMAND_TIMEOUT_SECONDS',
    about:
      'The longest time, in seconds, until a command has an answer: its wait behind other commands on the stream, and every attempt at the event store. After it, the sender gets `503` and may send the command again; the intake tries it again by itself.',
  })
  readonly timeoutSeconds: number = 30;
}

const ORIGIN = 'https?://[a-z0-9.[\\]:-]+';

/** Settings of answers over HTTP. */
export class AnswerSettings {
  @Text(new RegExp(`^$|^${ORIGIN}(?:, *${ORIGIN})*$`, 'i'), {
    name: 'ENTENTE_CORS_ORIGINS',
    about: 'The origins whose pages may send requests from a browser, with commas between them.',
    takes: 'origins such as https://dashboard.example, with commas between them',
    otherwise: 'none',
  })
  readonly corsOrigins: string = '';

  @OneOf(['neutralise', 'keep'], {
    name: 'ENTENTE_CSV_FORMULAS',
    about:
      'What CSV does with text that a spreadsheet would run as a formula: `neutralise` puts an apostrophe before it.',
  })
  readonly csvFormulas: 'neutralise' | 'keep' = 'neutralise';
}

/** Splits a setting into its origins. */
export const originsOf = ({ corsOrigins }: Pick<AnswerSettings, 'corsOrigins'>): readonly string[] =>
  corsOrigins === '' ? [] : corsOrigins.split(/, */);

/** The settings of a process that is reachable only from this machine. */
export const LOCAL_PROCESS = settingsPart(ProcessSettings);
/** The settings of a process that other machines may reach, with its default port. */
export const networkProcess = (port: number): SettingsPart<SettingsValues<ProcessSettings>> =>
  settingsPart(NetworkProcessSettings, { port });
export const SERVER_LIMITS = settingsPart(ServerLimitSettings);
export const COMMANDS = settingsPartAs(CommandSettings, ({ timeoutSeconds }) => ({ maxWaitMs: timeoutSeconds * 1000 }));
export const ANSWERS = settingsPart(AnswerSettings);
