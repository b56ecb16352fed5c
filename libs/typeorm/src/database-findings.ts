import { type ProbedServer, type ServiceFinding, fails, fits, whyUnreachable } from '@entente/engine';

/** What a database answered, before anything is made of it. */
export interface DatabaseAnswers {
  readonly probed: ProbedServer;
}

/** What follows from the answers of a database. */
export function databaseFindings({ probed: { host, port, unreachable } }: DatabaseAnswers): readonly ServiceFinding[] {
  return [
    unreachable === null
      ? fits('reachable', `${host}:${port} accepts connections`)
      : fails(
          'reachable',
          `${host}:${port} cannot be reached (${unreachable}): ${whyUnreachable(unreachable)}`,
          'start the server, or name it in DATABASE_URL as it is reached from here',
        ),
  ];
}
