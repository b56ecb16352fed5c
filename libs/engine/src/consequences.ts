import {
  type Actor,
  type Consequence,
  type EventPolicy,
  type PolicyContext,
  type RecordedEvent,
  happenedAt,
  parseStream,
  streamName,
} from '@entente/kernel';
import type { EventLog } from './event-store.js';
import type { Executor, Receipt } from './executor.js';

/** The actor of the steward's commands. */
export const STEWARD: Actor = { organisation: 'entente', role: 'system' };

/** A command that follows from an event, and the id under which the steward sends it. */
export interface NamedConsequence {
  readonly policy: string;
  readonly commandId: string;
  readonly consequence: Consequence;
}

/** The consequences of an event by every policy, in order. */
export function consequencesOf(
  policies: readonly EventPolicy[],
  event: RecordedEvent,
  context: PolicyContext,
): readonly NamedConsequence[] {
  const kind = parseStream(event.stream)?.kind;
  return policies
    .filter((policy) => policy.kind === kind && Object.hasOwn(policy.reactions, event.type))
    .flatMap(({ name: policy, day, reactions }) =>
      (reactions[event.type]?.(event.data as never, event as never, context) ?? []).map((consequence, n) => ({
        policy,
        commandId: `policy:${policy}:${event.id}:${n}`,
        consequence: day === 'cause' ? { ...consequence, occurredAt: happenedAt(event) } : consequence,
      })),
    );
}

/** The status of a consequence, for the sender of its cause. */
export interface ConsequenceStatus {
  readonly policy: string;
  readonly stream: string;
  readonly command: string;
  /** Whether the steward has recorded it. A consequence that the rules refuse is never recorded. */
  readonly recorded: boolean;
}

/** Looks up the consequences of a recorded command. */
export class Consequences {
  constructor(
    private readonly log: EventLog,
    private readonly executor: Pick<Executor, 'receipt'>,
    private readonly policies: readonly EventPolicy[],
    private readonly opaque: PolicyContext['opaque'],
  ) {}

  /** The consequences of the events of a receipt, each with whether it is recorded yet. */
  async of({ stream, events }: Pick<Receipt, 'stream' | 'events'>): Promise<readonly ConsequenceStatus[]> {
    const kind = parseStream(stream)?.kind;
    const reacts = ({ type }: { readonly type: string }): boolean =>
      this.policies.some((policy) => policy.kind === kind && Object.hasOwn(policy.reactions, type));
    if (!events.some(reacts)) return [];
    const [first] = events;
    const found: ConsequenceStatus[] = [];
    for await (const batch of this.log.readStream(stream, { from: first?.revision ?? 0, limit: events.length }))
      for (const event of batch)
        for (const named of consequencesOf(this.policies, event, { opaque: this.opaque }))
          found.push(await this.statusOf(named));
    return found;
  }

  private async statusOf({ policy, commandId, consequence }: NamedConsequence): Promise<ConsequenceStatus> {
    const { stream, command } = consequence;
    const receipt = await this.executor.receipt(STEWARD, stream, commandId);
    return { policy, stream: streamName(stream), command: command.type, recorded: receipt !== null };
  }
}
