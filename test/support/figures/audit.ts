import type { RecordedEvent } from '@entente/kernel';
import { type FigureRow, type Figures, factsOf, kindOf } from './log.js';

const HOUR_MS = 3_600_000;
const LATE_MS = 72 * HOUR_MS;

function journal(event: RecordedEvent): FigureRow {
  const { actor, occurredAt, recordedAt, commandId, correlationId, causationId, marking } = event.metadata;
  const behind = Date.parse(recordedAt) - Date.parse(occurredAt);
  return {
    kind: kindOf(event.stream),
    revision: event.revision,
    type: event.type,
    type_version: event.version,
    actor_organisation: actor.organisation,
    actor_role: actor.role,
    actor_person: actor.person ?? null,
    actor_for: actor.for ?? null,
    occurred_at: occurredAt,
    recorded_at: recordedAt,
    hours_late: Math.floor(behind / HOUR_MS),
    recorded_late: behind >= LATE_MS,
    command_id: commandId,
    correlation_id: correlationId,
    causation_id: causationId,
    corrects: (event.data as { readonly corrects?: string }).corrects ?? null,
    marking,
  };
}

const consultations = (event: RecordedEvent) =>
  event.metadata.consulted.map(({ stream, revision }) => ({
    decided: event.stream,
    revision: event.revision,
    type: event.type,
    consulted_stream: stream,
    consulted_revision: revision,
    actor_organisation: event.metadata.actor.organisation,
    recorded_at: event.metadata.recordedAt,
  }));

/** The revision of the last of these facts before an event; -1 if there was none. */
const revisionBefore = (facts: readonly RecordedEvent[] | undefined, event: RecordedEvent): number =>
  facts?.findLast((other) => other.position < event.position)?.revision ?? -1;

function outdated(log: readonly RecordedEvent[]): readonly FigureRow[] {
  const streams = Map.groupBy(factsOf(log), ({ stream }) => stream);
  return factsOf(log).flatMap((event) =>
    consultations(event)
      .map((one) => ({ ...one, actual_revision: revisionBefore(streams.get(one.consulted_stream), event) }))
      .filter((one) => one.actual_revision > one.consulted_revision),
  );
}

export const AUDIT: Readonly<Record<string, Figures>> = {
  journal: (log) => log.map(journal),
  consultations: (log) => log.flatMap(consultations),
  'outdated-decisions': outdated,
};
