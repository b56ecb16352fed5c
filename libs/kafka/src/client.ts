// Imported as a whole CommonJS module: Node.js does not find every named export in it.
import kafkajs, { type Kafka } from 'kafkajs';
import { registerCodecs } from './codecs.js';
import type { KafkaSettings } from './settings.js';

const { logLevel } = kafkajs;
const LEVELS = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn' } as const;

/** Creates a client for a cluster. */
export function kafkaOf(settings: KafkaSettings): Kafka {
  registerCodecs();
  const { brokers, clientId, ssl, sasl, onLog, connectTimeout = 3000, requestTimeout = 10_000 } = settings;
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ...(ssl === undefined ? {} : { ssl: ssl === true || ssl === false ? ssl : { ...ssl } }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
    connectionTimeout: connectTimeout,
    authenticationTimeout: connectTimeout,
    requestTimeout: requestTimeout,
    enforceRequestTimeout: true,
    // Few retries: callers read the current state after an error, and retry then.
    retry: { initialRetryTime: 100, retries: 3, maxRetryTime: 1000 },
    logLevel: onLog === undefined ? logLevel.NOTHING : logLevel.INFO,
    logCreator:
      () =>
      ({ level, log: { message, ...details } }) =>
        onLog?.(LEVELS[level as keyof typeof LEVELS] ?? 'info', message, details),
  });
}

function saslOf({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>) {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}
