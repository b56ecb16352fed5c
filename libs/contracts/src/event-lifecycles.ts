import type { EventLifecycle } from './contract.js';

/** What the events of a kind open and close, by type. */
export type EventLifecycles = Readonly<Record<string, EventLifecycle>>;

/** The events that close what an event opens. */
export const closedBy = (lifecycles: EventLifecycles, type: string): readonly string[] =>
  Object.keys(lifecycles).filter((closing) => lifecycles[closing]?.closes?.includes(type) === true);

/**
 * The open ends of a kind: openings that no event closes and that give no reason, reasons where an
 * event does close, and closings of what was never opened.
 */
export function openEnds(lifecycles: EventLifecycles): readonly string[] {
  const closed = new Set(Object.values(lifecycles).flatMap(({ closes = [] }) => closes));
  const opened = Object.entries(lifecycles).filter(([, { opens }]) => opens !== undefined);
  const unclosed = opened.filter(([type, { openBecause }]) => closed.has(type) === (openBecause !== undefined));
  return [...unclosed.map(([type]) => type), ...[...closed].filter((type) => lifecycles[type]?.opens === undefined)];
}
