import type { Event, Projection } from '@entente/kernel';
import { count, instant, text } from './columns.js';
import { revisionKey } from './row-by.js';

/** A stream that a decision consulted, and its revision at that moment. */
export class ConsultationRow {
  @text('the stream of the event that was decided') decided!: string;
  @count('the place of that event in its stream, from 0') revision!: number;
  @text('the type of that event') type!: string;
  @text('the stream that the decision rested on') consulted_stream!: string;
  @count('the revision that it had then; -1 if it did not exist') consulted_revision!: number;
  @text('the organisation that sent the command, or its pseudonym') actor_organisation!: string;
  @instant('when the decision was recorded (ISO 8601, UTC)') recorded_at!: string;
}

export const consultations: Projection<Event, ConsultationRow> = {
  name: 'consultations',
  topic: 'Auditors',
  version: 2,
  kinds: 'all',
  about: 'a stream that a decision rested on, and the revision that it had then',
  entity: ConsultationRow,
  totals: { counts: 'streams consulted', by: [], sums: [] },
  appendOnly: true,
  touches: (event) => event.metadata.consulted.map(({ stream }) => `${revisionKey(event)}/${stream}`),
  evolve: (_, event, key) => {
    const { stream, revision, type, metadata } = event;
    const consulted = metadata.consulted.find((one) => `${revisionKey(event)}/${one.stream}` === key);
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
