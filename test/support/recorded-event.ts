import type { RecordedEvent } from '@entente/kernel';

/** What a test states of an event. */
type Stated = Pick<RecordedEvent, 'id' | 'stream' | 'revision' | 'type' | 'data'> & { readonly version?: number };

/** An event of a stream, recorded on 4 May 2026, an hour after it happened. */
export const recordedEvent = ({ version = 1, ...event }: Stated): RecordedEvent => ({
  ...event,
  version,
  position: BigInt(event.revision + 1),
  metadata: {
    actor: { organisation: 'norland', role: 'donor' },
    occurredAt: '2026-05-04T09:00:00.000Z',
    recordedAt: '2026-05-04T10:00:00.000Z',
    commandId: `c${event.revision}`,
    commandHash: 'h',
    correlationId: 'k',
    causationId: null,
    consulted: [],
    evidence: [],
    legalBasis: null,
    marking: null,
  },
});
