import { Controller, Get, Query } from '@nestjs/common';
import type { FieldError } from '@entente/contracts';
import { CONTROLS, type ControlFinding, FactCorrections, controlling } from '@entente/domain';
import { EventStore, SHARED_BATCH_SIZE, fairReads } from '@entente/engine';
import { refuseBeyond } from './history.controller.js';
import { asOfInstant, positionOf, unknownParameters } from './parameters.js';
import { validationProblem } from './problem.js';

/** The maximum number of findings in one answer. The count includes all findings. */
const MAX_FINDINGS = 1000;

/** Converts a finding for an answer. */
const findingOut = ({ control, rule, requirement, facts, event }: ControlFinding): unknown => ({
  rule,
  control,
  stream: event.stream,
  revision: event.revision,
  type: event.type,
  event: event.id,
  position: String(event.position),
  requirement,
  facts,
});

/** Control checks, for the auditor: where history breaks a rule. */
@Controller('v1/controls')
export class ControlsController {
  constructor(private readonly log: EventStore) {}

  /** Reads the whole log, up to `as-of`, and runs every control over it, after the corrections. */
  @Get()
  async check(@Query() query: Record<string, unknown>): Promise<unknown> {
    const { upTo, controls } = await this.read(query);
    const range = { upTo, batchSize: SHARED_BATCH_SIZE };
    const corrections = new FactCorrections();
    const { types } = FactCorrections;
    for await (const batch of fairReads.share(this.log.readLog(0n, { ...range, types }))) corrections.read(batch);
    const reading = controlling(corrections, controls);
    const findings: unknown[] = [];
    const counts = new Map<string, number>();
    let events = 0;
    const report = (found: readonly ControlFinding[]): void => {
      for (const finding of found) {
        counts.set(finding.control, (counts.get(finding.control) ?? 0) + 1);
        if (findings.length < MAX_FINDINGS) findings.push(findingOut(finding));
      }
    };
    for await (const batch of fairReads.share(this.log.readLog(0n, range)))
      for (const event of batch) {
        events += 1;
        report(reading.next(event));
      }
    report(reading.end());
    return {
      position: String(upTo),
      events,
      controls: controls.map(({ name, rule, about }) => ({ name, rule, about, findings: counts.get(name) ?? 0 })),
      findings,
      count: [...counts.values()].reduce((sum, count) => sum + count, 0),
    };
  }

  /** The parameters; throws with every one that is wrong. */
  private async read(query: Record<string, unknown>) {
    const errors: FieldError[] = [...unknownParameters(query, ['as-of', 'rule'])];
    const { 'as-of': asOf, rule } = query;
    const rules = [...new Set(CONTROLS.map((control) => control.rule))];
    if (rule !== undefined && !(typeof rule === 'string' && rules.includes(rule)))
      errors.push({ path: 'rule', message: `must be one of ${rules.join(', ')}` });
    const position = asOf === undefined ? null : positionOf(asOf);
    const instant = asOf === undefined || position !== null ? null : asOfInstant(asOf);
    if (instant !== null && 'error' in instant) errors.push(instant.error);
    if (errors.length > 0) throw validationProblem(errors);
    const head = await this.log.head();
    if (position !== null) refuseBeyond('as-of', position, head);
    const dated = instant !== null && 'instant' in instant ? await this.log.positionAt(instant.instant) : head;
    const controls = CONTROLS.filter((control) => rule === undefined || control.rule === rule);
    return { upTo: position ?? dated, controls };
  }
}
