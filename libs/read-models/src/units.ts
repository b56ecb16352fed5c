import type { SecurityUnitEvent, VettedPersonEvent } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, day, dayOrNull, json, overdue, text, textOrNull, person } from './columns.js';
import { type RowChanges, type Stated, rowBy } from './row-by.js';

const STATUSES = ['not-vetted', 'cleared', 'suspended', 'refused', 'expired', 'ended'];

/** What a unit and a person have in common: the clearance. */
class ClearanceColumns {
  @text('the recipient whose it is') recipient!: string;
  @text('not-vetted, cleared, suspended, refused, expired (recorded as such), or ended with its registration', STATUSES)
  status!: string;
  @dayOrNull('the last day of its newest clearance, which holds only while it is cleared') cleared_until!:
    string | null;
  @dayOrNull('the day on which it was cleared or restored last') cleared_on!: string | null;
  @dayOrNull('while it is suspended or refused: the day from which it is barred, kept until it is cleared') barred_on!:
    string | null;
  @textOrNull('while it is suspended or refused: the code of the reason') bar_reason!: string | null;
  @textOrNull('the vetting case that cleared, suspended, refused or restored it last, if one did') vetting_case!:
    string | null;
  @textOrNull('exception or waiver, if it was cleared by one last', ['exception', 'waiver']) exception!: string | null;
  @textOrNull('the code of the authority that decided the exception or waiver') exception_authority!: string | null;
  @textOrNull("the reference of the exception's or waiver's basis") exception_basis!: string | null;
  @textOrNull('the name that the report on the newest exception or waiver has for it; none of older ones') report_of!:
    string | null;
  @dayOrNull('the last day for the report on the newest exception or waiver') report_by!: string | null;
  @dayOrNull('the day on which this report was submitted') reported_on!: string | null;
  @count('how often it was suspended') suspensions!: number;
  @count('how often a training was noted in which persons are enrolled on its clearance') enrolments!: number;
  @day('the day on which it was registered') registered_on!: string;
  @dayOrNull('the day from which it is not registered any more') ended_on!: string | null;
}

/** A unit that receives assistance, and its clearance. */
export class UnitRow extends ClearanceColumns {
  @text("the unit's id") unit!: string;
  @text('the code of the kind of unit') type!: string;
  @count('how often a consignment was noted that is planned for it') shipments!: number;
  @json('other codes by which it is known') aliases!: readonly string[];
  @textOrNull('the unit of which it is a part, if it is') parent!: string | null;
}

/** A person by a reference, and the person's own clearance. */
export class VettedPersonRow extends ClearanceColumns {
  @person("the person's id here") person!: string;
  @person("the reference in the recipient's own register, never a name") reference!: string;
  @text("the person's unit, which is cleared by itself") unit!: string;
}

type ClearedColumns = Stated<ClearanceColumns> & Pick<ClearanceColumns, 'barred_on' | 'bar_reason'>;
const given = (
  on: string,
  of: {
    readonly vettingCase?: string;
    readonly exception?: { readonly kind: string; readonly authority: string; readonly basis: string };
    readonly reportBy?: string;
    readonly reportOf?: string;
  },
): ClearedColumns => ({
  cleared_on: on,
  barred_on: null,
  bar_reason: null,
  vetting_case: of.vettingCase,
  exception: of.exception?.kind,
  exception_authority: of.exception?.authority,
  exception_basis: of.exception?.basis,
  ...(of.reportBy === undefined ? {} : { report_of: of.reportOf, report_by: of.reportBy, reported_on: null }),
});

/** The status of a clearance that is not barred. */
const unbarred = (until: string | null, on: string): string =>
  until === null ? 'not-vetted' : until < on ? 'expired' : 'cleared';

type ClearanceChanges = RowChanges<ClearanceColumns, VettedPersonEvent, 'PersonRegistered'>;
const CHANGES = {
  ClearanceGiven: (data, _, { day: on }) => ({ ...given(on, data), status: 'cleared', cleared_until: data.until }),
  // What is refused stays refused, by the inquiry that refused it.
  ClearanceSuspended: ({ reason, vettingCase }, { status, suspensions, vetting_case, barred_on }, { day: on }) => ({
    ...(status === 'refused'
      ? {}
      : {
          status: 'suspended',
          barred_on: barred_on ?? on,
          bar_reason: reason,
          vetting_case: vettingCase ?? vetting_case,
        }),
    suspensions: suspensions + 1,
  }),
  ClearanceRefused: ({ reason, vettingCase }, { vetting_case, barred_on }, { day: on }) => ({
    status: 'refused',
    barred_on: barred_on ?? on,
    bar_reason: reason,
    vetting_case: vettingCase ?? vetting_case,
  }),
  ClearanceExpired: (_, { status }) => ({ status: status === 'cleared' ? 'expired' : status }),
  ClearanceRestored: (data, { cleared_until }, { day: on }) => {
    const until = data.until ?? cleared_until;
    return { ...given(on, data), status: unbarred(until, on), cleared_until: until };
  },
  ClearanceCorrected: ({ until }, { status }, { day: on }) => ({
    cleared_until: until,
    status: status === 'suspended' ? status : unbarred(until, on),
  }),
  // The reports on earlier exceptions are in the due dates.
  ExceptionReported: ({ on, of = null }, { report_of }) => (of === report_of ? { reported_on: on } : {}),
  // Whether a report is overdue follows from its last day.
  ExceptionReportBecameOverdue: () => ({}),
  RegistrationEnded: ({ on }) => ({ status: 'ended', ended_on: on, barred_on: null, bar_reason: null }),
  EnrolmentNoted: (_, { enrolments }) => ({ enrolments: enrolments + 1 }),
} as const satisfies ClearanceChanges;

const DAILY = {
  report_overdue: overdue('whether the last day for the report is over, and none was submitted', {
    due: 'report_by',
    done: 'reported_on',
  }),
  over: overdue('whether its last day is over and that was not recorded: it is not cleared any more', {
    due: 'cleared_until',
    closed: { status: ['suspended', 'refused', 'expired', 'not-vetted', 'ended'] },
  }),
};

export const units: Projection<SecurityUnitEvent, UnitRow> = {
  name: 'units',
  topic: 'Vetting and training',
  version: 6,
  kinds: ['security-unit'],
  about: 'a unit of a recipient: whether it is cleared and until when, why it is barred, and by which inquiry',
  totals: { counts: 'units', by: ['status'], sums: [] },
  daily: DAILY,
  ...rowBy<UnitRow, SecurityUnitEvent>(UnitRow)(
    'UnitRegistered',
    ({ recipient, type, aliases = [], parent }, { id: unit, day: registered_on }) => ({
      unit,
      recipient,
      type,
      aliases,
      parent,
      status: 'not-vetted',
      registered_on,
    }),
    {
      ...CHANGES,
      UnitCorrected: ({ type, aliases, parent }, row) => ({
        type: type ?? row.type,
        aliases: aliases ?? row.aliases,
        parent: parent ?? row.parent,
      }),
      ShipmentNoted: (_, { shipments }) => ({ shipments: shipments + 1 }),
    },
  ),
};

export const vettedPersons: Projection<VettedPersonEvent, VettedPersonRow> = {
  name: 'vetted-persons',
  topic: 'Vetting and training',
  version: 6,
  kinds: ['vetted-person'],
  about: "a person by a reference alone: whether that person is cleared, beside the unit's own clearance",
  totals: { counts: 'persons', by: ['status'], sums: [] },
  daily: DAILY,
  ...rowBy<VettedPersonRow, VettedPersonEvent>(VettedPersonRow)(
    'PersonRegistered',
    ({ recipient, unit, reference }, { id: person, day: registered_on }) => ({
      person,
      recipient,
      unit,
      reference,
      status: 'not-vetted',
      registered_on,
    }),
    CHANGES,
  ),
};
