import {
  type CommandOf,
  type EventContract,
  type EventOf,
  type RelationOf,
  command,
  contract,
  event,
  fact,
} from './contract.js';
import { code, day, eventId, flag, nested, oneOf, optional, organisation, streamId, word, words } from './fields.js';

const reason = (example: string) => code('the code of the reason', example);
const until = (description: string, example = '2027-04-30') => day(description, example);
const vettingCase = () => streamId('vetting-case', 'the inquiry on which it rests', 'norland.vetting-1');
const unit = (description: string, example = 'estmark.brigade-1') => streamId('security-unit', description, example);
const trainings = () => words('the trainings with enrolments that rest on this clearance', ['norland.training-1'], 100);
const shipments = () => words('the newest consignments that are planned for the unit', ['norland.consignment-1'], 100);

export class RegisterUnit {
  @organisation('the recipient whose unit it is', 'estmark') readonly recipient!: string;
  @code('what kind of unit it is', 'infantry') readonly type!: string;
  @optional()
  @words('other codes by which the unit is known', ['1-mech-bde', 'northern-brigade'], 20)
  readonly aliases?: readonly string[];
  @optional() @unit('the unit of which it is a part', 'estmark.army') readonly parent?: string;
}

/** A unit was registered wrongly: each field here replaces the registration's. */
export class CorrectUnit {
  @eventId('the event that was wrong') readonly corrects!: string;
  @reason('wrong-type') readonly reason!: string;
  @optional() @code('what kind of unit it is', 'mechanised-infantry') readonly type?: string;
  @optional()
  @words('other codes by which the unit is known', ['1-mech-bde'], 20)
  readonly aliases?: readonly string[];
  @optional() @unit('the unit of which it is a part', 'estmark.army') readonly parent?: string;
}

/** A person by a reference alone: no name is ever recorded. */
export class RegisterPerson {
  @organisation('the recipient whose person it is', 'estmark') readonly recipient!: string;
  @unit('the unit to which the person belongs') readonly unit!: string;
  @word("the reference in the recipient's own register, never a name", 'r-1001') readonly reference!: string;
}

/** What sets a bar aside, and on whose authority (22 USC 2378d(b), 10 USC 362(b), (c)). */
export class ClearanceException {
  @oneOf(['exception', 'waiver'], 'what sets the bar aside', 'waiver') readonly kind!: 'exception' | 'waiver';
  @code('the code of the authority that decided it', 'minister-of-defence') readonly authority!: string;
  @word("the reference of its basis, such as the waiver's in the legal framework", 'waiver-2026-1')
  readonly basis!: string;
  @optional()
  @streamId('legal-framework', 'the framework whose days for the report count; the default counts without one')
  readonly framework?: string;
}

/** What a clearance by an exception or waiver adds: its report, and until when it is due. */
const reportBy = () => day('the last day for the report on the exception or waiver', '2026-05-19');
const reportOf = () => word('the exception or waiver, by the name that its report has for it', 'waiver-1');

export class GiveClearance {
  @until('the last day of the clearance') readonly until!: string;
  @optional() @vettingCase() readonly vettingCase?: string;
  @optional() @nested(() => ClearanceException, 'what sets a bar aside') readonly exception?: ClearanceException;
}

export class ClearanceGiven extends GiveClearance {
  @optional() @reportBy() readonly reportBy?: string;
  @optional() @reportOf() readonly reportOf?: string;
}

export class SuspendClearance {
  @reason('derogatory-information') readonly reason!: string;
  @optional() @vettingCase() readonly vettingCase?: string;
}

/** The decision adds the trainings with enrolments that are to be halted. */
export class ClearanceSuspended extends SuspendClearance {
  @trainings() readonly trainings!: readonly string[];
}

export class RecordExpiredClearance {
  @until('the last day of the clearance, which is over') readonly until!: string;
}

export class ClearanceExpired extends RecordExpiredClearance {
  @trainings() readonly trainings!: readonly string[];
}

export class RestoreClearance {
  @reason('remediation-completed') readonly reason!: string;
  @optional() @vettingCase() readonly vettingCase?: string;
  @optional() @until('the new last day of the clearance; left out, the one that it had') readonly until?: string;
  @optional() @nested(() => ClearanceException, 'what sets the bar aside') readonly exception?: ClearanceException;
}

export class ClearanceRestored extends RestoreClearance {
  @optional() @reportBy() readonly reportBy?: string;
  @optional() @reportOf() readonly reportOf?: string;
}

export class CorrectClearance {
  @eventId('the event that was wrong') readonly corrects!: string;
  @until('the right last day of the clearance', '2027-03-31') readonly until!: string;
  @reason('wrong-last-day') readonly reason!: string;
}

/** The decision adds the inquiry that the clearance rests on. */
export class ClearanceCorrected extends CorrectClearance {
  @optional() @vettingCase() readonly vettingCase?: string;
}

export class SubmitExceptionReport {
  @word("the report's reference", 'report-2026-7') readonly report!: string;
  @day('the day on which it was submitted', '2026-05-12') readonly on!: string;
  @optional() @reportOf() readonly of?: string;
}

export class ExceptionReportOverdue {
  @day('the last day for the report, which is over', '2026-05-19') readonly due!: string;
  @optional() @reportOf() readonly of?: string;
}

/** It is disbanded, or left: from then on it is not cleared, and no new clearance is given. */
export class EndRegistration {
  @day('the day from which it is not registered', '2026-05-15') readonly on!: string;
  @reason('unit-disbanded') readonly reason!: string;
}

export class RegistrationEnded extends EndRegistration {
  @trainings() readonly trainings!: readonly string[];
}

export class NoteEnrolment {
  @streamId('training-activity', 'the training in which persons are enrolled on this clearance', 'norland.training-1')
  readonly training!: string;
}

export class EnrolmentNoted extends NoteEnrolment {
  @flag('whether it is cleared on that day', false) readonly cleared!: boolean;
}

export class NoteShipment {
  @streamId('consignment', 'the consignment that is planned for the unit', 'norland.consignment-1')
  readonly consignment!: string;
}

export class ShipmentNoted extends NoteShipment {
  @flag('whether the unit is cleared on that day', false) readonly cleared!: boolean;
}

/** The fields of an event of a unit, with the shipments that its clearance stops or frees. */
function withShipments<Data extends object>(Shared: new () => Data) {
  class WithShipments extends (Shared as new () => object) {
    @optional() @shipments() readonly shipments?: readonly string[];
  }
  return WithShipments as new () => Data & WithShipments;
}

/** What a unit and a person have in common: a clearance, and the trainings that rest on it. */
const CLEARANCE = {
  commands: {
    GiveClearance: command('give-clearance', GiveClearance, ['vetter', 'system'], 'Clear it up to a last day'),
    SuspendClearance: command('suspend-clearance', SuspendClearance, ['vetter', 'system'], 'Suspend its clearance'),
    RefuseClearance: command('refuse-clearance', SuspendClearance, ['vetter', 'system'], 'Refuse it'),
    RecordExpiredClearance: command(
      'record-expired-clearance',
      RecordExpiredClearance,
      'system',
      'Record that its clearance ended with its last day',
    ),
    RestoreClearance: command(
      'restore-clearance',
      RestoreClearance,
      ['vetter', 'system'],
      'Restore it after an assessment, a remediation, or by an exception',
    ),
    CorrectClearance: command('correct-clearance', CorrectClearance, 'vetter', 'Correct the last day of its clearance'),
    SubmitExceptionReport: command(
      'submit-exception-report',
      SubmitExceptionReport,
      'vetter',
      'Record the report on an exception or waiver',
    ),
    RecordOverdueExceptionReport: command(
      'record-overdue-exception-report',
      ExceptionReportOverdue,
      'system',
      'Record that the last day for the report passed',
    ),
    EndRegistration: command(
      'end-registration',
      EndRegistration,
      'registrar',
      'End its registration: it is disbanded, or has left',
    ),
    NoteEnrolment: command('note-enrolment', NoteEnrolment, 'system', 'Note a training that rests on its clearance'),
  },
  events: {
    ClearanceGiven: event(ClearanceGiven, 'It was cleared up to a last day', { opens: 'the clearance' }),
    ClearanceSuspended: event(ClearanceSuspended, 'Its clearance was suspended', {
      opens: 'the bar',
      closes: ['ClearanceGiven'],
    }),
    ClearanceRefused: event(ClearanceSuspended, 'Its clearance was refused', {
      opens: 'the refusal',
      closes: ['ClearanceGiven', 'ClearanceSuspended'],
    }),
    ClearanceExpired: event(ClearanceExpired, 'Its clearance ended with its last day', { closes: ['ClearanceGiven'] }),
    ClearanceRestored: event(ClearanceRestored, 'Its clearance was restored', {
      closes: ['ClearanceSuspended', 'ClearanceRefused'],
    }),
    ClearanceCorrected: fact(ClearanceCorrected, 'The last day of its clearance was corrected'),
    ExceptionReported: fact(SubmitExceptionReport, 'The report on the exception or waiver was submitted'),
    ExceptionReportBecameOverdue: fact(ExceptionReportOverdue, 'The last day for the report passed without it'),
    EnrolmentNoted: fact(EnrolmentNoted, 'A training rests on its clearance'),
  },
};

const registrationEnded = <const Opening extends string>(opening: Opening) =>
  event(RegistrationEnded, 'Its registration was ended', {
    closes: [opening, 'ClearanceGiven', 'ClearanceSuspended', 'ClearanceRefused'],
  });

const ofUnit = <Data extends object, Of extends EventContract<Data>>(shared: Of & EventContract<Data>) => ({
  ...shared,
  data: withShipments(shared.data),
});

/** A unit that receives assistance: whether it is cleared on a day. */
export const securityUnitContract = contract({
  kind: 'security-unit',
  about: 'a unit of a recipient that receives assistance: the answer to whether it is cleared on a day',
  commands: {
    RegisterUnit: command('register', RegisterUnit, 'registrar', 'Register a unit'),
    CorrectUnit: command('correct', CorrectUnit, 'registrar', 'Correct the registration of a unit', {
      corrects: '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1',
      reason: 'wrong-type',
      type: 'mechanised-infantry',
    }),
    ...CLEARANCE.commands,
    NoteShipment: command('note-shipment', NoteShipment, 'system', 'Note a consignment that is planned for the unit'),
  },
  events: {
    UnitRegistered: event(RegisterUnit, 'A unit was registered', { opens: 'the registration' }),
    UnitCorrected: fact(CorrectUnit, 'The registration of the unit was corrected'),
    ...CLEARANCE.events,
    ClearanceGiven: ofUnit(CLEARANCE.events.ClearanceGiven),
    ClearanceSuspended: ofUnit(CLEARANCE.events.ClearanceSuspended),
    ClearanceRefused: ofUnit(CLEARANCE.events.ClearanceRefused),
    ClearanceExpired: ofUnit(CLEARANCE.events.ClearanceExpired),
    ClearanceRestored: ofUnit(CLEARANCE.events.ClearanceRestored),
    ClearanceCorrected: ofUnit(CLEARANCE.events.ClearanceCorrected),
    ShipmentNoted: fact(ShipmentNoted, 'A consignment is planned for the unit'),
    RegistrationEnded: ofUnit(registrationEnded('UnitRegistered')),
  },
});

/** A person who is vetted, by a reference: whether that person is cleared on a day. */
export const vettedPersonContract = contract({
  kind: 'vetted-person',
  about: 'a person of a recipient, by a reference alone: the answer to whether that person is cleared on a day',
  commands: {
    RegisterPerson: command('register', RegisterPerson, 'registrar', 'Register a person by a reference'),
    ...CLEARANCE.commands,
  },
  events: {
    PersonRegistered: event(RegisterPerson, 'A person was registered by a reference', { opens: 'the registration' }),
    ...CLEARANCE.events,
    RegistrationEnded: registrationEnded('PersonRegistered'),
  },
});

export type SecurityUnitCommand = CommandOf<typeof securityUnitContract>;
export type SecurityUnitEvent = EventOf<typeof securityUnitContract>;
export type VettedPersonCommand = CommandOf<typeof vettedPersonContract>;
export type VettedPersonEvent = EventOf<typeof vettedPersonContract>;
export type ClearanceRelation = RelationOf<typeof securityUnitContract>;
