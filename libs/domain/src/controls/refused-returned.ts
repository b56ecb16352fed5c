import type { SecurityUnitEvent, VettingCaseEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Breach, type Control, breach, readingBy } from './control.js';

function start(): (event: RecordedEvent) => readonly Breach[] {
  const refused = new Set<string>();
  /** The units and persons of whom a remediation was completed. */
  const remedied = new Set<string>();
  function returns(event: RecordedEvent<SecurityUnitEvent>, exception: object | undefined): readonly Breach[] {
    const { stream } = event;
    if (!refused.delete(stream) || exception !== undefined || remedied.has(stream)) return [];
    return breach(event, 'a remediation was completed, or an exception or waiver made', { stream });
  }
  return readingBy<SecurityUnitEvent | VettingCaseEvent>({
    ClearanceRefused: ({ stream }) => {
      remedied.delete(stream);
      refused.add(stream);
    },
    RemediationCompleted: ({ data: { subject } }) => void remedied.add(`${subject.kind}/${subject.id}`),
    ClearanceGiven: (event) => returns(event, event.data.exception),
    ClearanceRestored: (event) => returns(event, event.data.exception),
  });
}

/** R8: a refused unit or person was cleared again with neither a remediation nor an exception. */
export const refusedReturned: Control = {
  name: 'refused-returned',
  rule: 'R8',
  about: 'a clearance after a refusal, without a completed remediation, an exception or a waiver',
  kinds: ['security-unit', 'vetted-person', 'vetting-case'],
  start,
};
