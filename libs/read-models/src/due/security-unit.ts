import type { SecurityUnitEvent, VettedPersonEvent } from '@entente/contracts';
import { type DueChange, due, done, dutiesOf, overdueNow, withdrawn } from './changes.js';

const NAMES = {
  'clearance-end': ['vetter', 'the end of a clearance'],
  'exception-report': ['vetter', 'the report on an exception or waiver'],
} as const;

const reportDue = (reportBy: string | undefined): readonly DueChange<'exception-report'>[] =>
  reportBy === undefined ? [] : [due('exception-report', reportBy)];

const CHANGES = {
  ClearanceGiven: ({ until, reportBy }: { readonly until: string; readonly reportBy?: string }) => [
    due('clearance-end', until),
    ...reportDue(reportBy),
  ],
  ClearanceRestored: ({ until, reportBy }: { readonly until?: string; readonly reportBy?: string }) => [
    ...(until === undefined ? [] : [due('clearance-end', until)]),
    ...reportDue(reportBy),
  ],
  ClearanceCorrected: ({ until }: { readonly until: string }) => [due('clearance-end', until)],
  ClearanceRefused: () => [withdrawn('clearance-end')],
  RegistrationEnded: () => [withdrawn('clearance-end')],
  ClearanceExpired: () => [done('clearance-end')],
  ExceptionReported: ({ on }: { readonly on: string }) => [done('exception-report', '', on)],
  ExceptionReportBecameOverdue: () => [overdueNow('exception-report')],
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
