import { type Event, type Projection, ROLES, kindOf } from '@entente/kernel';
import { count, flag, instant, personOrNull, text, textOrNull } from './columns.js';
import { revisionKey } from './row-by.js';

/**
 * An event that is recorded more than this after it happened is marked late: three days span a
 * weekend, but no routine delay.
 */
export const LATE_AFTER_HOURS = 72;

/** An event: who sent it, when it happened and when it was recorded. */
export class JournalRow {
  @text('the kind of its stream') kind!: string;
  @count('its place in its stream, from 0') revision!: number;
  @text('the type of the event') type!: string;
  @count("the version of the event's data") type_version!: number;
  @text('the organisation that sent the command, or its pseudonym') actor_organisation!: string;
  @text(`the role in which it sent the command: ${ROLES.join(', ')}`, ROLES) actor_role!: string;
  @personOrNull("a reference to a person in the sender's own register") actor_person!: string | null;
  @textOrNull('the organisation spoken for, if not the sender itself') actor_for!: string | null;
  @instant("when it happened, by the sender's word (ISO 8601, UTC)") occurred_at!: string;
  @instant('when it was recorded (ISO 8601, UTC)') recorded_at!: string;
  @count('whole hours from when it happened to when it was recorded') hours_late!: number;
  @flag(`recorded ${LATE_AFTER_HOURS} hours or more after it happened`) recorded_late!: boolean;
  @text('the command that it comes from') command_id!: string;
  @text('what belongs together, by the sender') correlation_id!: string;
  @textOrNull('what led to the command, by the sender') causation_id!: string | null;
  @textOrNull('the event that this one corrects') corrects!: string | null;
  @textOrNull('the marking of the event, if any') marking!: string | null;
}

const correctsOf = (data: unknown): string | null => {
  const { corrects } = (data ?? {}) as { readonly corrects?: unknown };
  return typeof corrects === 'string' ? corrects : null;
};

export const journal: Projection<Event, JournalRow> = {
  name: 'journal',
  topic: 'Auditors',
  version: 2,
  kinds: 'all',
  about: 'an event: who sent it, when it happened, when it was recorded, and whether that was late',
  entity: JournalRow,
  totals: { counts: 'events', by: ['recorded_late'], sums: [] },
  appendOnly: true,
  touches: (event) => [revisionKey(event)],
  evolve: (_, { stream, revision, type, version, data, metadata }) => {
    const { actor, occurredAt, recordedAt, commandId, correlationId, causationId, marking } = metadata;
    const hours = Math.floor((Date.parse(recordedAt) - Date.parse(occurredAt)) / 3_600_000);
    return {
      kind: kindOf({ stream }),
      revision,
      type,
      type_version: version,
      actor_organisation: actor.organisation,
      actor_role: actor.role,
      actor_person: actor.person ?? null,
      actor_for: actor.for ?? null,
      occurred_at: occurredAt,
      recorded_at: recordedAt,
      hours_late: hours,
      recorded_late: hours >= LATE_AFTER_HOURS,
      command_id: commandId,
      correlation_id: correlationId,
      causation_id: causationId,
      corrects: correctsOf(data),
      marking,
    };
  },
};
