import type { Event, Projection } from '@entente/kernel';
import { Column } from 'typeorm';

/** A stream that a decision looked at, and the revision at which it did. */
export class ConsultationRow {
  /** The stream of the event that was decided, and its place in it. */
  @Column('text')
  decided!: string;

  @Column('integer')
  revision!: number;

  @Column('text')
  type!: string;

  @Column('text')
  consulted_stream!: string;

  /** -1: it did not exist. */
  @Column('integer')
  consulted_revision!: number;

  @Column('text')
  actor_organisation!: string;

  @Column('text')
  recorded_at!: string;
}

export const consultations: Projection<Event, ConsultationRow> = {
  name: 'consultations',
  version: 1,
  kinds: 'all',
  about: 'a stream that a decision rested on, and the revision that it had then',
  entity: ConsultationRow,
  totals: { counts: 'streams consulted', by: [], sums: [] },
  touches: ({ revision, metadata }) => metadata.consulted.map(({ stream }) => `${revision}/${stream}`),
  evolve: (_, { stream, revision, type, metadata }, key) => {
    const consulted = metadata.consulted.find((one) => `${revision}/${one.stream}` === key);
    if (consulted === undefined) return null;
    return {
      decided: stream,
      revision,
      type,
      consulted_stream: consulted.stream,
      consulted_revision: consulted.revision,
      actor_organisation: metadata.actor.organisation,
      recorded_at: metadata.recordedAt,
    };
  },
};
