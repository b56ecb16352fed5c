/**
 * What each setting means, and its default. The generator fails if one is missing here, or has gone
 * from the code.
 */
export const SETTINGS = {
  HOST: ['`127.0.0.1`', 'The address that the process listens on.'],
  PORT: ['by app: 3000 to 3003', 'The port; `0` picks a free one and prints it.'],
  LOG_LEVEL: ['`warn`', 'The least severe log lines that are written.'],
  ENTENTE_SHUTDOWN_TIMEOUT_SECONDS: [
    '`30`',
    'The longest time, in seconds, that stopping may take; then the process ends with status 1.',
  ],
  ENTENTE_MAX_CONNECTIONS: [
    '`4096`',
    'The maximum number of open connections. Above it, connections that never sent a request are closed first, then those idle longest.',
  ],
  ENTENTE_REQUEST_TIMEOUT_SECONDS: [
    '`30`',
    'The longest time, in seconds, in which a request must arrive completely. An answer that the client does not read is dropped after four times as long.',
  ],
  ENTENTE_DATA: [
    '`./data`',
    "The data folder: the log, the rows, the refused commands, and the key of reporters' pseudonyms.",
  ],
  ENTENTE_EXAMPLE: ['`on`', 'Whether the example data is loaded into an empty log.'],
  ENTENTE_TRUST_NETWORK: [
    '`off`',
    '`on` allows a `HOST` that other machines reach. There is no access control: any client that reaches the process may do anything.',
  ],
  ESDB_URL: ['none', 'The connection string of EventStoreDB.'],
  ESDB_LOG: ['none', 'The name of the log, on a server that several deployments share.'],
  KAFKA_BROKERS: ['none', 'Some brokers of the cluster.'],
  KAFKA_SSL: ['`off`', 'Whether the brokers are reached over TLS.'],
  KAFKA_SSL_CA: ['none', 'The path of a PEM file with the certificate authorities to trust.'],
  KAFKA_SSL_CERT: ['none', 'The path of a PEM file with the client certificate.'],
  KAFKA_SSL_KEY: ['none', 'The path of a PEM file with the private key of `KAFKA_SSL_CERT`, without a passphrase.'],
  KAFKA_SASL_MECHANISM: ['none', 'How the process authenticates at the brokers.'],
  KAFKA_SASL_USERNAME: ['none', 'The user at the brokers; required with a mechanism.'],
  KAFKA_SASL_PASSWORD: ['none', 'The password at the brokers; required with a mechanism.'],
  KAFKA_TOPIC: ['`entente-events`', 'The topic of the log.'],
  KAFKA_PARTITIONS: [
    '`12`',
    "The number of partitions of the log's topic. It is permanent for a topic; `entente repartition` fills another one.",
  ],
  KAFKA_REPLICAS: ["the brokers' default", 'The replication factor of topics that Entente creates.'],
  KAFKA_GROUP: ['`entente`', 'The beginning of the names of consumer groups and transactional ids.'],
  KAFKA_COMMANDS_TOPIC: ['`entente-commands`', 'The topic of commands; created if it is missing.'],
  KAFKA_REPLIES_TOPIC: ['`entente-replies`', 'The topic of replies; created if it is missing.'],
  KAFKA_DEAD_LETTERS_TOPIC: ['`entente-dead-letters`', 'The topic of dead letters; created if it is missing.'],
  DATABASE_URL: ['none', 'The PostgreSQL database of the rows. Its locale must be C and its encoding UTF8.'],
  ENTENTE_PSEUDONYM_KEY: [
    'none',
    "The key of reporters' pseudonyms, the same in every `api` and `intake`, and permanent.",
  ],
};

/** Read by the command line itself. */
export const CLI_ONLY = {
  ENTENTE_DEPLOYMENT: [
    'by `ESDB_URL`',
    '`standalone` or `distributed`: which deployment the command line works on if `--data` is not given.',
  ],
};
