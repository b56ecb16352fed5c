import {
  COMMANDS,
  DATABASE,
  EVENT_STORE,
  GROUP,
  KAFKA,
  LOG_TOPIC,
  OTHER_TOPICS,
  PSEUDONYM_KEY,
  SERVER_LIMITS,
  networkProcess,
} from '@entente/process';

/** What every app of the distributed deployment takes, with the port that it has by default. */
export const appSettings = (port: number) => ({
  process: networkProcess(port),
  limits: SERVER_LIMITS,
  eventStore: EVENT_STORE,
  kafka: KAFKA,
  topic: LOG_TOPIC,
});

/** What an app also takes that has to do with rows or with the topics of commands. */
export const ROW_SETTINGS = { group: GROUP, others: OTHER_TOPICS, database: DATABASE };

/** What an app also takes that decides commands. */
export const DECISION_SETTINGS = { commands: COMMANDS, pseudonymKey: PSEUDONYM_KEY };
