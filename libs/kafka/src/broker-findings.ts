import { type ProbedServer, type ServiceFinding, fails, fits, whyUnreachable } from '@entente/engine';

/** What a broker answered, before anything is made of it. */
export interface BrokerAnswers {
  /** The brokers that the settings name. */
  readonly probed: readonly ProbedServer[];
}

/** What follows from the answers of a broker. */
export function brokerFindings({ probed }: BrokerAnswers): readonly ServiceFinding[] {
  return probed.map(({ host, port, unreachable }) =>
    unreachable === null
      ? fits('reachable', `${host}:${port} accepts connections`)
      : fails(
          'reachable',
          `${host}:${port} cannot be reached (${unreachable}): ${whyUnreachable(unreachable)}`,
          'start the broker, or name it in KAFKA_BROKERS as it is reached from here',
        ),
  );
}
