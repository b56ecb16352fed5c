import {
  ANSWERS,
  type Env,
  LOCAL_PROCESS,
  OneOf,
  SERVER_LIMITS,
  type SettingsIn,
  Text,
  readEnvironment,
  settingsPart,
} from '@entente/process';

/** Where the data is, and what an empty log begins with. */
class DataSettings {
  @Text(/\S/, {
    name: 'ENTENTE_DATA',
    about: "The data folder: the log, the rows, the refused commands, and the key of reporters' pseudonyms.",
    takes: 'the path of a folder',
    emptyIsGiven: true,
  })
  readonly folder: string = './data';

  @OneOf(['on', 'off'], { name: 'ENTENTE_EXAMPLE', about: 'Whether the example data is loaded into an empty log.' })
  readonly example: 'on' | 'off' = 'on';
}

/** What an operator sets, by environment variables. */
export const SETTINGS = {
  process: LOCAL_PROCESS,
  limits: SERVER_LIMITS,
  answers: ANSWERS,
  data: settingsPart(DataSettings),
};

export type StandaloneConfig = SettingsIn<typeof SETTINGS>;

/** The settings; or every one that is wrong, with what it takes. */
export const readConfig = (env: Env) => readEnvironment(env, SETTINGS);
