import { type ControlFinding, FactCorrections, controlling } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';

/** An event: its day, its stream, its type and its data, which can name its sender and command. */
export type ControlLine = readonly [day: string, stream: string, type: string, data: object];

/** What is of the envelope, in the data of a line. */
interface Envelope {
  readonly organisation?: string;
  readonly role?: string;
  readonly command?: string;
  /** The day of the recording, if it is a later one. */
  readonly recorded?: string;
}

/**
 * The findings in a history in its order, as the rule and the position of the event; each event is
 * recorded on the day on which it happened, unless it states another.
 */
export const findings = (...lines: readonly ControlLine[]): readonly string[] =>
  findingsIn(eventsOf(lines)).map(({ rule, event: { position } }) => `${rule} ${position}`);

/** The facts of the findings in such a history. */
export const factsFound = (...lines: readonly ControlLine[]): readonly object[] =>
  findingsIn(eventsOf(lines)).map(({ facts }) => facts);

/** What would have to be true of the findings in such a history. */
export const requirementsFound = (...lines: readonly ControlLine[]): readonly string[] =>
  findingsIn(eventsOf(lines)).map(({ requirement }) => requirement);

function eventsOf(lines: readonly ControlLine[]): readonly RecordedEvent[] {
  return lines.map(([day, stream, type, data], n) => {
    const { organisation = 'norland', role, command = `c-${n}`, recorded = day } = data as Envelope;
    const [occurredAt, recordedAt] = [day, recorded].map((one) => `${one}T09:00:00.000Z`);
    const metadata = { commandId: command, occurredAt, recordedAt, actor: { organisation, role } };
    return { id: `e-${n}`, stream, type, data, position: BigInt(n + 1), metadata } as unknown as RecordedEvent;
  });
}

/** What the controls find in a history. */
export function findingsIn(events: readonly RecordedEvent[]): readonly ControlFinding[] {
  const reading = controlling(new FactCorrections(events));
  return [...events.flatMap((event) => reading.next(event)), ...reading.end()];
}
