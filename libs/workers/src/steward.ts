import { Logger } from '@nestjs/common';
import { POLICIES } from '@entente/domain';
import {
  Consequences,
  type EventLog,
  type Executor,
  type Pseudonymizer,
  type ReadModelStore,
  Steward,
  type StewardCheckpoint,
  type StewardOptions,
} from '@entente/engine';

/** A log that notifies of commits. */
type WakingLog = EventLog & { onCommit?(listener: () => void): () => void };

/** Options of a steward, and its clock. */
export interface StewardSettings extends StewardOptions {
  /** The time, ISO 8601 in UTC. */
  readonly now?: () => string;
}

/** Creates the steward of a deployment, with all its policies. */
export function stewardOn(
  log: WakingLog,
  executor: Executor,
  rows: ReadModelStore,
  checkpoint: StewardCheckpoint,
  pseudonymizer: Pseudonymizer,
  { now = () => new Date().toISOString(), ...options }: StewardSettings = {},
): Steward {
  const logger = new Logger('steward');
  return new Steward(
    {
      log,
      executor,
      rows,
      checkpoint,
      policies: POLICIES,
      opaque: (text, stream) => pseudonymizer.opaque(text, stream),
      now,
    },
    {
      ...(log.onCommit === undefined ? {} : { wake: (listener) => log.onCommit?.(listener) ?? (() => undefined) }),
      onRefused: (cause, stream, command, code) =>
        logger.log(`refused: ${command} on ${stream}, which followed from ${cause}: ${code}`),
      ...options,
    },
  );
}

/** Looks up what follows from recorded commands, by all policies of the deployment. */
export const consequencesOn = (log: EventLog, executor: Executor, pseudonymizer: Pseudonymizer): Consequences =>
  new Consequences(log, executor, POLICIES.events, (text, stream) => pseudonymizer.opaque(text, stream));
