import type { Event, Projection } from '@entente/kernel';
import { Column } from 'typeorm';

/** Recorded later than this after it happened, in hours, an event is marked late: three days bridge a weekend, and nothing that is reported as a matter of course. */
export const LATE_AFTER_HOURS = 72;

/** An event: who said what, when it happened and when it was recorded. */
export class JournalRow {
  @Column('text')
  kind!: string;

  @Column('integer')
  revision!: number;

  @Column('text')
  type!: string;

  @Column('integer')
  type_version!: number;

  @Column('text')
  actor_organisation!: string;

  @Column('text')
  actor_role!: string;

  @Column('text', { nullable: true })
  actor_person!: string | null;

  @Column('text', { nullable: true })
  actor_for!: string | null;

  @Column('text')
  occurred_at!: string;

  @Column('text')
  recorded_at!: string;

  /** Whole hours between the two. */
  @Column('integer')
  hours_late!: number;

  @Column('boolean')
  recorded_late!: boolean;

  @Column('text')
  command_id!: string;

  @Column('text')
  correlation_id!: string;

  @Column('text', { nullable: true })
  causation_id!: string | null;

  /** The event that this one corrects. */
  @Column('text', { nullable: true })
  corrects!: string | null;

  @Column('text', { nullable: true })
  marking!: string | null;
}

const correctsOf = (data: unknown): string | null => {
  const { corrects } = (data ?? {}) as { readonly corrects?: unknown };
  return typeof corrects === 'string' ? corrects : null;
};

export const journal: Projection<Event, JournalRow> = {
  name: 'journal',
  version: 1,
  kinds: 'all',
  about: 'an event: who said what, when it happened, when it was recorded, and whether that was late',
  entity: JournalRow,
  totals: { counts: 'events', by: ['recorded_late'], sums: [] },
  once: true,
  touches: ({ revision }) => [String(revision)],
  evolve: (_, { stream, revision, type, version, data, metadata }) => {
    const { actor, occurredAt, recordedAt, commandId, correlationId, causationId, marking } = metadata;
    const hours = Math.floor((Date.parse(recordedAt) - Date.parse(occurredAt)) / 3_600_000);
    return {
      kind: stream.slice(0, stream.indexOf('/')),
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
