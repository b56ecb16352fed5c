import { type RecordedEvent, kindOf } from '@entente/kernel';
import { agreementMissing } from './agreement-missing.js';
import { assistanceStopped } from './assistance-stopped.js';
import type { Breach, Control } from './control.js';
import type { FactCorrections } from './corrected-facts.js';
import { checksMissed, samplesMissed } from './checks-missed.js';
import { closedStores } from './closed-stores.js';
import { enhancedChecks, remoteChecks, routineChecks } from './end-use-checks.js';
import { monitoredItems } from './monitored-items.js';
import {
  lossesUnanswered,
  lossesUnreported,
  lossesUnverified,
  noticesMissed,
  transfersOverdrawn,
  transfersWithoutConsent,
} from './item-ends.js';
import { exceptionUnreported } from './exception-unreported.js';
import { executedEarly, offeredEarly } from './executed-early.js';
import { factsOutOfOrder } from './facts-out-of-order.js';
import { misuseMeasures, misuseStepsMissed } from './misuse-measures.js';
import { reportsMissed } from './reports-missed.js';
import { scheduledBeyondLine } from './scheduled-beyond-line.js';
import { shippedUncleared, unitsNotBarred } from './receiving-units.js';
import { refusedReturned } from './refused-returned.js';
import { stagesOvertaken } from './stages-overtaken.js';
import { clearancesOutrun, trainedUncleared, trainingUnreported } from './trained-uncleared.js';

/** Every control check: the only list of them. */
export const CONTROLS: readonly Control[] = [
  stagesOvertaken,
  executedEarly,
  offeredEarly,
  scheduledBeyondLine,
  misuseMeasures,
  misuseStepsMissed,
  assistanceStopped,
  clearancesOutrun,
  enhancedChecks,
  checksMissed,
  refusedReturned,
  remoteChecks,
  lossesUnverified,
  lossesUnanswered,
  lossesUnreported,
  monitoredItems,
  closedStores,
  noticesMissed,
  routineChecks,
  samplesMissed,
  shippedUncleared,
  trainedUncleared,
  unitsNotBarred,
  trainingUnreported,
  transfersWithoutConsent,
  transfersOverdrawn,
  agreementMissing,
  exceptionUnreported,
  reportsMissed,
  factsOutOfOrder,
];

/** A breach, and the control that found it. */
export interface ControlFinding extends Breach {
  readonly control: string;
  readonly rule: string;
}

/** Whether two events are of one command: it writes to one stream. */
const areOfOneCommand = (one: RecordedEvent, other: RecordedEvent): boolean =>
  one.stream === other.stream && one.metadata.commandId === other.metadata.commandId;

/**
 * Runs the controls over the events of a log, in their order: each event, then the end. An event is
 * judged when the next one, or the end, shows whether it is the last of its command. `corrections`:
 * those of the same log.
 */
export function controlling(
  corrections: FactCorrections,
  controls: readonly Control[] = CONTROLS,
): {
  next(event: RecordedEvent): readonly ControlFinding[];
  end(): readonly ControlFinding[];
} {
  const running = controls.map((control) => [control, control.start()] as const);
  let before: RecordedEvent | null = null;
  let newest = '';
  function judge(event: RecordedEvent | null, isLastOfCommand: boolean): readonly ControlFinding[] {
    if (event === null) return [];
    const kind = kindOf(event);
    const corrected = corrections.of(event);
    return running.flatMap(([{ name: control, rule, kinds, byCorrectedFacts }, read]) =>
      kinds.includes(kind)
        ? read(byCorrectedFacts ? corrected : event, isLastOfCommand).map((one) => ({ ...one, control, rule }))
        : [],
    );
  }
  return {
    next(event) {
      const found = judge(before, before === null || !areOfOneCommand(before, event));
      before = event;
      const { recordedAt } = event.metadata;
      if (recordedAt > newest) newest = recordedAt;
      return found;
    },
    end: () => [
      ...judge(before, true),
      ...running.flatMap(([{ name: control, rule }, { atEnd }]) =>
        (atEnd?.(newest.slice(0, 10)) ?? []).map((one) => ({ ...one, control, rule })),
      ),
    ],
  };
}
