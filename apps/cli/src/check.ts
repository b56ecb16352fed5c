import { CONTROLS, type ControlFinding, FactCorrections, controlling } from '@entente/domain';
import type { EventLog } from '@entente/engine';
import { type Output, progress } from './output.js';

/** The findings that are kept; the count has all of them. */
const MAX_FINDINGS = 1000;

/** What the control checks found in the log up to a position. */
export interface Checked {
  readonly position: string;
  readonly events: number;
  readonly findings: readonly ControlFinding[];
  /** All findings, also those beyond the first thousand. */
  readonly count: number;
}

/** The rules for which there is a control check. */
export const CONTROLLED_RULES: readonly string[] = [...new Set(CONTROLS.map(({ rule }) => rule))].toSorted((a, b) =>
  a.localeCompare(b, 'en', { numeric: true }),
);

/** Runs the control checks of one rule, or of all, over the log up to a position. */
export async function checkRules(
  log: EventLog,
  upTo: bigint,
  rule: string | undefined,
  output: Output,
): Promise<Checked> {
  if (rule !== undefined && !CONTROLLED_RULES.includes(rule))
    throw new Error(`--rule takes one of ${CONTROLLED_RULES.join(', ')}, and not "${rule}"`);
  const controls = CONTROLS.filter((control) => rule === undefined || control.rule === rule);
  const corrections = new FactCorrections();
  for await (const batch of log.readLog(0n, { upTo, types: FactCorrections.types })) corrections.read(batch);
  const reading = controlling(corrections, controls);
  const report = progress(output, 'position');
  const findings: ControlFinding[] = [];
  let count = 0;
  let events = 0;
  const add = (found: readonly ControlFinding[]): void => {
    count += found.length;
    findings.push(...found.slice(0, MAX_FINDINGS - findings.length));
  };
  for await (const batch of log.readLog(0n, { upTo })) {
    for (const event of batch) {
      events += 1;
      add(reading.next(event));
    }
    report(batch.at(-1)?.position ?? 0n, upTo);
  }
  add(reading.end());
  return { position: String(upTo), events, findings, count };
}

/** A finding as a line of a table, or as JSON. */
export const findingLine = ({ rule, control, requirement, facts, event }: ControlFinding) => ({
  rule,
  control,
  position: String(event.position),
  stream: event.stream,
  type: event.type,
  requirement,
  facts: Object.entries(facts)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', '),
});
