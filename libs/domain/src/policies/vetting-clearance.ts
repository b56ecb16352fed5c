import type {
  ClearanceCorrected,
  ClearanceException,
  HoldCommand,
  SecurityUnitCommand,
  SecurityUnitEvent,
  VettedPersonEvent,
  VettingCaseEvent,
  VettingSubject,
} from '@entente/contracts';
import {
  type Consequence,
  type PolicyContext,
  type RecordedEvent,
  type StreamRef,
  eventPolicy,
  idOf,
} from '@entente/kernel';
import { holdId } from '../safeguards/holds.js';
import { unitScope, vettingCaseFacts } from '../vetting/clearance-facts.js';

type ClearanceConsequence = Exclude<SecurityUnitCommand, { type: 'RegisterUnit' }>;

const clears = (stream: VettingSubject, command: ClearanceConsequence): Consequence => ({ stream, command });

/** The hold of an inquiry on its unit; a person has none: its clearance is suspended. */
function onUnit(unit: StreamRef, vettingCase: string, { opaque }: PolicyContext, type: 'PlaceHold' | 'ReleaseHold') {
  if (unit.kind !== 'security-unit') return [];
  const scope = unitScope(unit.id);
  const hold = opaque('hold', { kind: 'vetting-case', id: vettingCase });
  const reason = type === 'PlaceHold' ? 'derogatory-information' : 'clearance-restored';
  const command: HoldCommand =
    type === 'PlaceHold'
      ? { type, data: { scope, hold, basis: 'derogatory-information', reason } }
      : { type, data: { hold, reason } };
  return [{ stream: { kind: 'hold', id: holdId(scope) }, command }];
}

/**
 * R7, R8: what an inquiry finds decides the clearance. Information suspends it, and puts the unit
 * on hold; if it is credible, the clearance is refused; if none is, it is restored. A conclusion
 * gives or refuses it, a completed remediation restores it.
 */
export const vettingClearance = eventPolicy<VettingCaseEvent>(
  {
    name: 'vetting-clearance',
    kind: 'vetting-case',
    day: 'cause',
    about:
      'derogatory information suspends a clearance; its assessment, and the conclusion, refuse, give or restore it',
  },
  {
    DerogatoryInformationRecorded: ({ subject }, event, context) => [
      clears(subject, {
        type: 'SuspendClearance',
        data: { reason: 'derogatory-information', vettingCase: idOf(event) },
      }),
      ...onUnit(subject, idOf(event), context, 'PlaceHold'),
    ],
    InformationAssessed: ({ subject, credible, standing, reason }, event, context) => {
      const vettingCase = idOf(event);
      if (credible) return [clears(subject, { type: 'RefuseClearance', data: { reason, vettingCase } })];
      if (standing > 0) return [];
      return [
        clears(subject, { type: 'RestoreClearance', data: { reason, vettingCase } }),
        ...onUnit(subject, vettingCase, context, 'ReleaseHold'),
      ];
    },
    VettingConcluded: ({ subject, outcome, until }, event) =>
      outcome === 'cleared' && until !== undefined
        ? [clears(subject, { type: 'GiveClearance', data: { until, vettingCase: idOf(event) } })]
        : [
            clears(subject, {
              type: 'RefuseClearance',
              data: { reason: 'vetting-concluded', vettingCase: idOf(event) },
            }),
          ],
    RemediationCompleted: ({ subject, until }, event, context) => [
      clears(subject, {
        type: 'RestoreClearance',
        data: { reason: 'remediation-completed', vettingCase: idOf(event), until },
      }),
      ...onUnit(subject, idOf(event), context, 'ReleaseHold'),
    ],
  },
);

interface MayBeExcepted {
  readonly exception?: ClearanceException;
  readonly vettingCase?: string;
}

/** The inquiry's hold goes with the bar that the exception sets aside. */
const excepted = (data: MayBeExcepted, event: RecordedEvent, context: PolicyContext): readonly Consequence[] =>
  data.exception === undefined || data.vettingCase === undefined
    ? []
    : onUnit({ kind: 'security-unit', id: idOf(event) }, data.vettingCase, context, 'ReleaseHold');

/** R8: an exception or waiver that names the inquiry releases the hold on the unit. */
export const exceptedUnits = eventPolicy<SecurityUnitEvent>(
  {
    name: 'excepted-units',
    kind: 'security-unit',
    day: 'cause',
    about: 'a clearance by exception or waiver that names an inquiry releases the hold of that inquiry on the unit',
  },
  { ClearanceGiven: excepted, ClearanceRestored: excepted },
);

/** R26: the inquiry states the last day of the clearance that followed from it, as corrected. */
const corrected = ({ until, vettingCase }: ClearanceCorrected): readonly Consequence[] =>
  vettingCase === undefined
    ? []
    : [
        {
          stream: { kind: vettingCaseFacts.kind, id: vettingCase },
          command: { type: 'NoteCorrectedClearance', data: { until } },
        },
      ];
const about = 'a correction of the last day of a clearance is noted in its inquiry';

export const correctedUnits = eventPolicy<SecurityUnitEvent>(
  { name: 'corrected-units', kind: 'security-unit', day: 'cause', about },
  { ClearanceCorrected: corrected },
);
export const correctedPersons = eventPolicy<VettedPersonEvent>(
  { name: 'corrected-persons', kind: 'vetted-person', day: 'cause', about },
  { ClearanceCorrected: corrected },
);
