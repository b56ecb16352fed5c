import { type ProbedServer, type ServiceFinding, fails, fits, whyUnreachable } from '@entente/engine';

/** What an event store answered, before anything is made of it. */
export interface EventStoreAnswers {
  /** The hosts of the connection string. */
  readonly probed: readonly ProbedServer[];
}

/** What follows from the answers of an event store. */
export function eventStoreFindings({ probed }: EventStoreAnswers): readonly ServiceFinding[] {
  return probed.map(({ host, port, unreachable }) =>
    unreachable === null
      ? fits('reachable', `${host}:${port} accepts connections`)
      : fails(
          'reachable',
          `${host}:${port} cannot be reached (${unreachable}): ${whyUnreachable(unreachable)}`,
          'start the server, or name it in ESDB_URL as it is reached from here',
        ),
  );
}
