import type { VettingCaseEvent } from '@entente/contracts';
import { due, done, doneOnceKnown, dueOnceKnown, dutiesOf, overdueNow, partiesOf, withdrawn } from './changes.js';

/** What is due of a vetting case, until when, and by whom. */
export const vettingCaseDuties = dutiesOf<VettingCaseEvent>()(
  {
    vetting: ['vetter', 'the answer to a vetting'],
    'remediation-step': ['recipient', 'a step of the remediation of a unit or person'],
  },
  { type: 'VettingRequested', of: partiesOf },
  {
    VettingRequested: (data) => [dueOnceKnown('vetting', data.due)],
    VettingConcluded: () => [doneOnceKnown('vetting')],
    VettingWithdrawn: () => [withdrawn('vetting')],
    RemediationOpened: ({ steps }) => steps.map(({ step, due: last }) => due('remediation-step', last, step)),
    RemediationStepTaken: ({ step, on }) => [done('remediation-step', step, on)],
    RemediationStepCorrected: ({ step, on }) => [{ duty: 'remediation-step', item: step, endedOn: on }],
    RemediationDiscontinued: ({ open, on }) => open.map((step) => withdrawn('remediation-step', step, on)),
    VettingBecameOverdue: ({ step }) => [
      step === undefined ? overdueNow('vetting') : overdueNow('remediation-step', step),
    ],
  },
);
