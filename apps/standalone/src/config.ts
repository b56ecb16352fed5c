import {
  ANSWERS,
  COMMANDS,
  type Env,
  LOCAL_PROCESS,
  OneOf,
  SERVER_LIMITS,
  Text,
  readEnvironment,
  settingsPart,
} from '@entente/process';

/** The data folder, and what an empty log begins with. */
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

  @OneOf(['on', 'off'], {
    name: 'ENTENTE_POLICIES',
    about:
      'Whether the steward runs: it sends the commands that follow from events (such as a hold from a suspension) and from days that have passed.',
  })
  readonly policies: 'on' | 'off' = 'on';
}

/** The settings, from environment variables. */
export const SETTINGS = {
  process: LOCAL_PROCESS,
  limits: SERVER_LIMITS,
  answers: ANSWERS,
  commands: COMMANDS,
  data: settingsPart(DataSettings),
};

/** Reads the settings. Returns all errors if any are wrong. */
export const readConfig = (env: Env) => readEnvironment(env, SETTINGS);
