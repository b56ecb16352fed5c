import { Text, WholeNumber } from './setting.js';
import { type SettingsClass, settingsPart, settingsPartAs } from './settings.js';

const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const NAME_TAKES = 'up to 249 letters, digits, dots, dashes and underscores';
const TOPIC_TAKES = `a topic's name: ${NAME_TAKES}`;

/** The topic of the log. */
class LogTopicSettings {
  @Text(TOPIC, { name: 'KAFKA_TOPIC', about: 'The topic of the log.', takes: TOPIC_TAKES })
  readonly topic: string = 'entente-events';

  @WholeNumber(1, 1000, {
    name: 'KAFKA_PARTITIONS',
    about:
      "The number of partitions of the log's topic. It is permanent for a topic; `entente repartition` fills another one.",
  })
  readonly partitions: number = 12;

  @WholeNumber(1, 100, {
    name: 'KAFKA_REPLICAS',
    about: 'The replication factor of topics that Entente creates.',
    otherwise: "the brokers' default",
  })
  readonly replicas?: number;
}

/** An absolute HTTP URL without a trailing slash, a query or a fragment. */
const BASE_URL = /^https?:\/\/[^\s/?#]+(?:\/[^\s/?#]+)*$/;

/** The address at which readers of the topic reach the API. */
class PublicUrlSettings {
  @Text(BASE_URL, {
    name: 'ENTENTE_PUBLIC_URL',
    about: 'The address at which readers of the topic reach the API; `dataschema` of each event is below it.',
    takes: 'an address such as https://entente.example, without a slash at the end',
    otherwise: 'events have no `dataschema`',
  })
  readonly publicUrl?: string;
}

/** The prefix of consumer groups. Processes of the same group share the partitions. */
class KafkaGroupSettings {
  @Text(TOPIC, {
    name: 'KAFKA_GROUP',
    about: 'The beginning of the names of consumer groups and transactional ids.',
    takes: NAME_TAKES,
  })
  readonly group: string = 'entente';
}

/** All topics; no two of them may be the same. */
class TopicsSettings extends LogTopicSettings implements SettingsClass {
  @Text(TOPIC, {
    name: 'KAFKA_COMMANDS_TOPIC',
    about: 'The topic of commands; created if it is missing.',
    takes: TOPIC_TAKES,
  })
  readonly commands: string = 'entente-commands';

  @Text(TOPIC, {
    name: 'KAFKA_REPLIES_TOPIC',
    about: 'The topic of replies; created if it is missing.',
    takes: TOPIC_TAKES,
  })
  readonly replies: string = 'entente-replies';

  @Text(TOPIC, {
    name: 'KAFKA_DEAD_LETTERS_TOPIC',
    about: 'The topic of dead letters; created if it is missing.',
    takes: TOPIC_TAKES,
  })
  readonly deadLetters: string = 'entente-dead-letters';

  check(): readonly string[] {
    const all = Object.entries({
      KAFKA_TOPIC: this.topic,
      KAFKA_COMMANDS_TOPIC: this.commands,
      KAFKA_REPLIES_TOPIC: this.replies,
      KAFKA_DEAD_LETTERS_TOPIC: this.deadLetters,
    });
    return all.flatMap(([name, value], i) => {
      const same = all.slice(0, i).find(([, other]) => other === value);
      return same === undefined ? [] : [`${name}=${value}: is ${same[0]} too; each takes a separate topic`];
    });
  }
}

export const LOG_TOPIC = settingsPart(LogTopicSettings);
export const PUBLIC_URL = settingsPart(PublicUrlSettings);
export const GROUP = settingsPartAs(KafkaGroupSettings, ({ group }) => group);
/** The topics other than that of the log. The check compares all of them. */
export const OTHER_TOPICS = settingsPartAs(TopicsSettings, ({ commands, replies, deadLetters }) => ({
  commands,
  replies,
  deadLetters,
}));
