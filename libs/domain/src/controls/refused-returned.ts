import type { SecurityUnitEvent, VettingCaseEvent } from '@entente/contracts';
import { type RecordedEvent, idOf } from '@entente/kernel';
import { type Breach, type Control, breach, handlersBy } from './control.js';

function start(): (event: RecordedEvent) => readonly Breach[] {
  /** The units and persons that were refused, and whether an exception sets that aside. */
  const refused = new Map<string, boolean>();
  /** The units and persons of whom a remediation was completed, and the vetting case of that. */
  const remedied = new Map<string, string>();
  function returns(event: RecordedEvent<SecurityUnitEvent>, isByException: boolean, isNew = true): readonly Breach[] {
    const { stream } = event;
    const excepted = refused.get(stream);
    // What was suspended and given back is the clearance that it was before.
    if (excepted === undefined || (excepted && !isNew)) return [];
    refused.delete(stream);
    if (isByException) refused.set(stream, true);
    else if (!remedied.has(stream))
      return breach(event, 'a remediation was completed, or an exception or waiver made', { stream });
    return [];
  }
  return handlersBy<SecurityUnitEvent | VettingCaseEvent>({
    ClearanceRefused: ({ stream, data: { vettingCase } }) => {
      // A refusal that was recorded late, after the remediation of its own case, is remedied.
      if (vettingCase === undefined || remedied.get(stream) !== vettingCase) remedied.delete(stream);
      refused.set(stream, false);
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
    ClearanceGiven: (event) => returns(event, event.data.exception !== undefined),
    ClearanceRestored: (event) => returns(event, event.data.exception !== undefined, event.data.until !== undefined),
  });
}

/**
 * R8: a refused unit or person was cleared again with neither a remediation nor an exception of
 * that clearance.
 */
export const refusedReturned: Control = {
  name: 'refused-returned',
  rule: 'R8',
  about: 'a clearance after a refusal, without a completed remediation, an exception or a waiver',
  kinds: ['security-unit', 'vetted-person', 'vetting-case'],
  start,
};
