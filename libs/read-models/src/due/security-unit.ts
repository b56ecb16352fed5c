import type { SecurityUnitEvent, VettedPersonEvent } from '@entente/contracts';
import { type DueChange, due, done, dutiesOf, overdueNow, passed, withdrawn } from './changes.js';

const NAMES = {
  'clearance-end': ['vetter', 'the end of a clearance'],
  'exception-report': ['vetter', 'the report on an exception or waiver, which its item names'],
} as const;

interface Reported {
  readonly reportBy?: string;
  /** The name of the exception or waiver; older events have none. */
  readonly reportOf?: string;
}
const reportDue = ({ reportBy, reportOf }: Reported): readonly DueChange<'exception-report'>[] =>
  reportBy === undefined ? [] : [due('exception-report', reportBy, reportOf)];

const CHANGES = {
  ClearanceGiven: ({ until, ...data }: Reported & { readonly until: string }) => [
    due('clearance-end', until),
    ...reportDue(data),
  ],
  ClearanceRestored: ({ until, ...data }: Reported & { readonly until?: string }) => [
    ...(until === undefined ? [] : [due('clearance-end', until)]),
    ...reportDue(data),
  ],
  ClearanceCorrected: ({ until }: { readonly until: string }) => [due('clearance-end', until)],
  ClearanceRefused: () => [withdrawn('clearance-end')],
  RegistrationEnded: () => [withdrawn('clearance-end')],
  ClearanceExpired: () => [passed('clearance-end')],
  ExceptionReported: ({ on, of }: { readonly on: string; readonly of?: string }) => [done('exception-report', of, on)],
  ExceptionReportBecameOverdue: ({ of }: { readonly of?: string }) => [overdueNow('exception-report', of)],
} as const;

/** What is due of a unit, until when, and by whom. */
export const securityUnitDuties = dutiesOf<SecurityUnitEvent>()(
  NAMES,
  { type: 'UnitRegistered', of: ({ recipient }) => ({ recipient }) },
  CHANGES,
);

/** The same of a person. */
export const vettedPersonDuties = dutiesOf<VettedPersonEvent>()(
  NAMES,
  { type: 'PersonRegistered', of: ({ recipient }) => ({ recipient }) },
  CHANGES,
);
