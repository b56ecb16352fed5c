import type { RecordedEvent } from '@entente/kernel';
import { agreementMissing } from './agreement-missing.js';
import { assistanceStopped } from './assistance-stopped.js';
import type { Breach, Control } from './control.js';
import { enhancedChecks, remoteChecks, routineChecks } from './end-use-checks.js';
import { monitoredItems } from './monitored-items.js';
import { lossesUnverified, noticesMissed, transfersWithoutConsent } from './item-ends.js';
import { exceptionUnreported } from './exception-unreported.js';
import { executedEarly } from './executed-early.js';
import { misuseMeasures } from './misuse-measures.js';
import { refusedReturned } from './refused-returned.js';
import { stagesOvertaken } from './stages-overtaken.js';
import { clearancesOutrun, trainedUncleared, trainingUnreported } from './trained-uncleared.js';

/** Every control check: the only list of them. */
export const CONTROLS: readonly Control[] = [
  stagesOvertaken,
  executedEarly,
  misuseMeasures,
  assistanceStopped,
  clearancesOutrun,
  enhancedChecks,
  refusedReturned,
  remoteChecks,
  lossesUnverified,
  monitoredItems,
  noticesMissed,
  routineChecks,
  trainedUncleared,
  trainingUnreported,
  transfersWithoutConsent,
  agreementMissing,
  exceptionUnreported,
];

/** A breach, and the control that found it. */
export interface ControlFinding extends Breach {
  readonly control: string;
  readonly rule: string;
}

/** Runs the controls over the events of a log, in their order. */
export function controlling(
  controls: readonly Control[] = CONTROLS,
): (event: RecordedEvent) => readonly ControlFinding[] {
  const running = controls.map((control) => [control, control.start()] as const);
  return (event) => {
    const kind = event.stream.slice(0, event.stream.indexOf('/'));
    return running.flatMap(([{ name: control, rule, kinds }, see]) =>
      kinds.includes(kind) ? see(event).map((one) => ({ ...one, control, rule })) : [],
    );
  };
}
