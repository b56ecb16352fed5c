import type { EventCourse } from './contract.js';

/** What the events of a kind open and close, by type. */
export type EventCourses = Readonly<Record<string, EventCourse>>;

/** The events that close what an event opens. */
export const closedBy = (courses: EventCourses, type: string): readonly string[] =>
  Object.keys(courses).filter((closing) => courses[closing]?.closes?.includes(type) === true);

/**
 * The open ends of a kind: openings that no event closes and that give no reason, reasons where an
 * event does close, and closings of what was never opened.
 */
export function openEnds(courses: EventCourses): readonly string[] {
  const closed = new Set(Object.values(courses).flatMap(({ closes = [] }) => closes));
  const opened = Object.entries(courses).filter(([, { opens }]) => opens !== undefined);
  const unclosed = opened.filter(([type, { openBecause }]) => closed.has(type) === (openBecause !== undefined));
  return [...unclosed.map(([type]) => type), ...[...closed].filter((type) => courses[type]?.opens === undefined)];
}
