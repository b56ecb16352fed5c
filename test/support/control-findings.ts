import { controlling } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';

/** An event: its day, its stream, its type and its data, which can name its sender and command. */
export type ControlLine = readonly [day: string, stream: string, type: string, data: object];

/** What is of the envelope, in the data of a line. */
interface Envelope {
  readonly organisation?: string;
  readonly role?: string;
  readonly command?: string;
}

/**
 * The findings in a history in its order, as the rule and the position of the event; each event is
 * recorded on the day on which it happened.
 */
export function findings(...lines: readonly ControlLine[]): readonly string[] {
  const reading = controlling();
  const found = lines.flatMap(([day, stream, type, data], n) => {
    const { organisation = 'norland', role, command = `c-${n}` } = data as Envelope;
    const at = `${day}T09:00:00.000Z`;
    const metadata = { commandId: command, occurredAt: at, recordedAt: at, actor: { organisation, role } };
    const event = { id: `e-${n}`, stream, type, data, position: BigInt(n + 1), metadata } as unknown as RecordedEvent;
    return reading.next(event);
  });
  return [...found, ...reading.end()].map(({ rule, event: { position } }) => `${rule} ${position}`);
}
