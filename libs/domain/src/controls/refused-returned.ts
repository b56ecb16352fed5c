import type { SecurityUnitEvent, VettingCaseEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { type Breach, type Control, breach, readingBy } from './control.js';

function start(): (event: RecordedEvent) => readonly Breach[] {
  const refused = new Set<string>();
  /** The units and persons of whom a remediation was completed, and the vetting case of that. */
  const remedied = new Map<string, string>();
  function returns(event: RecordedEvent<SecurityUnitEvent>, exception: object | undefined): readonly Breach[] {
    const { stream } = event;
    if (!refused.delete(stream) || exception !== undefined || remedied.has(stream)) return [];
    return breach(event, 'a remediation was completed, or an exception or waiver made', { stream });
  }
  return readingBy<SecurityUnitEvent | VettingCaseEvent>({
    ClearanceRefused: ({ stream, data: { vettingCase } }) => {
      // A refusal that was recorded late, after the remediation of its own case, is remedied.
      if (vettingCase === undefined || remedied.get(stream) !== vettingCase) remedied.delete(stream);
      refused.add(stream);
    },
    DerogatoryInformationRecorded: (event) => {
      const { subject } = event.data;
      const stream = `${subject.kind}/${subject.id}`;
      if (remedied.get(stream) === idOf(event)) remedied.delete(stream);
    },
    RemediationCompleted: (event) => {
      const { subject } = event.data;
      remedied.set(`${subject.kind}/${subject.id}`, idOf(event));
    },
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
