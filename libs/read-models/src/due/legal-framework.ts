import type { LegalFrameworkEvent, PeriodicReport } from '@entente/contracts';
import { due, done, dutiesOf, overdueNow, passed, withdrawn } from './changes.js';

/** The last days of an agreement, and of the warning before. */
const agreementEnds = ({ until, warnOn }: { readonly until?: string; readonly warnOn?: string }) =>
  until === undefined || warnOn === undefined
    ? []
    : [{ duty: 'expiry-warning', named: until, due: warnOn } as const, due('agreement-end', until)];

const reportOf = ({ report, of }: Pick<PeriodicReport, 'report' | 'of'>): string => `${report}/${of}`;
const reportDue = (one: PeriodicReport) => due('statutory-report', one.due, reportOf(one));

const nextDue = (next: PeriodicReport | undefined) => (next === undefined ? [] : [reportDue(next)]);

/** What is due of an agreement and its framework, until when, and by whom. */
export const legalFrameworkDuties = dutiesOf<LegalFrameworkEvent>()(
  {
    'expiry-warning': ['donor', 'the last day before the end of an agreement, its item, is near'],
    'agreement-end': ['donor', 'the last day of an agreement'],
    'statutory-report': ['donor', 'a report that a law asks for, by its kind and its period, waiver or exception'],
  },
  { type: 'AgreementDrafted', of: ({ donor, recipient }) => ({ donor, recipient }) },
  {
    AgreementEnteredIntoForce: (data) => [...agreementEnds(data), ...data.reports.map(reportDue)],
    AgreementAmended: agreementEnds,
    AgreementCorrected: ({ reports = [], ...data }) => [...agreementEnds(data), ...reports.map(reportDue)],
    AgreementExpiryApproached: () => [passed('expiry-warning')],
    AgreementExpired: () => [withdrawn('expiry-warning'), passed('agreement-end')],
    AgreementTerminated: () => [withdrawn('expiry-warning'), withdrawn('agreement-end')],
    WaiverGranted: ({ name, reportBy }) => [due('statutory-report', reportBy, `waiver/${name}`)],
    ExceptionInvoked: ({ name, reportBy }) => [due('statutory-report', reportBy, `exception/${name}`)],
    StatutoryReportSubmitted: ({ on, next, ...report }) => [
      done('statutory-report', reportOf(report), on),
      ...nextDue(next),
    ],
    FrameworkDayCorrected: ({ report, of, on }) =>
      report === undefined ? [] : [{ duty: 'statutory-report', item: reportOf({ report, of }), endedOn: on }],
    StatutoryReportBecameOverdue: ({ next, ...report }) => [
      overdueNow('statutory-report', reportOf(report)),
      ...nextDue(next),
    ],
  },
);
