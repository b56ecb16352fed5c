import { POLICIES } from '@entente/domain';
import { type Pseudonymizer, consequencesOf, followedAt, passedAt, sentBySteward } from '@entente/engine';
import type { ReceivedCommand, RecordedEvent } from '@entente/kernel';
import { DueDays } from './due-days.js';

/** The policies on past days of a history: the commands that a steward would have sent then. */
export class PoliciesOnDays {
  private readonly dueDays = new DueDays();

  constructor(private readonly pseudonymizer: Pseudonymizer) {}

  /** The commands that follow from an event. */
  *after(event: RecordedEvent): Generator<ReceivedCommand, void> {
    this.dueDays.see(event);
    const opaque = this.pseudonymizer.opaque.bind(this.pseudonymizer);
    const { correlationId } = event.metadata;
    for (const { commandId, consequence } of consequencesOf(POLICIES.events, event, { opaque }))
      yield sentBySteward(consequence, {
        commandId,
        correlationId,
        causationId: event.id,
        occurredAt: followedAt(consequence, event.metadata.recordedAt),
      });
  }

  /** The commands that record the due dates that passed before a day. */
  *passedBefore(day: string, now: string): Generator<ReceivedCommand, void> {
    for (const { commandId, consequence, causationId, setOn, due } of this.dueDays.before(day)) {
      const occurredAt = passedAt(due, setOn, now);
      yield sentBySteward(consequence, { commandId, correlationId: commandId, causationId, occurredAt });
    }
  }
}
