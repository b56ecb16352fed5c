import type { LegalFrameworkEvent, PeriodicReport, RulesSetAside } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { SCOPE_KINDS } from './codes.js';
import { day, dayOrNull, daysLate, json, oneOf, overdue, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';

/** A waiver or an exception, with the rules that it sets aside. */
class ExceptionRow {
  @text("the framework's id") framework!: string;
  @text("the donor's id") donor!: string;
  @text("the recipient's id") recipient!: string;
  @oneOf(['waiver', 'exception']) type!: string;
  @text('its name in the framework') name!: string;
  @json('the rules that it sets aside') rules!: readonly string[];
  @text('the code of the authority') authority!: string;
  @text('the code of its legal basis') basis!: string;
  @text('the code of the reason') reason!: string;
  @textOrNull('what it concerns: a unit, an item-type, a case, a programme or a country; null if all', SCOPE_KINDS)
  scope_kind!: string | null;
  @textOrNull('the id of what it concerns') scope!: string | null;
  @day('its first day') first_day!: string;
  @day('its last day, as it was granted or invoked') last_day!: string;
  @dayOrNull('the day from which the rules apply again, if it was ended early') ended_on!: string | null;
  @textOrNull('the code of the reason for which it was ended') end_reason!: string | null;
  @day('the last day for its report') report_by!: string;
  @dayOrNull('the day on which its report was submitted') reported_on!: string | null;
  @textOrNull('the code of the body that received the report') reported_to!: string | null;
}

const ofReport = ({ report, of }: { readonly report: string; readonly of: string }): readonly string[] =>
  report === 'waiver' || report === 'exception' ? [of] : [];

const CORRECTED = { report: 'reported_on', 'last-day': 'last_day', end: 'ended_on' } as const;

const setsAside = (type: 'waiver' | 'exception') =>
  ({
    begins: true,
    keys: ({ name }: RulesSetAside) => name,
    change: ({ name, rules, authority, basis, reason, scope, from, until, reportBy }: RulesSetAside) => ({
      type,
      name,
      rules,
      authority,
      basis,
      reason,
      scope_kind: scope?.kind,
      scope: scope?.id,
      first_day: from,
      last_day: until,
      report_by: reportBy,
    }),
  }) as const;

export const exceptions: Projection<LegalFrameworkEvent, ExceptionRow> = {
  name: 'exceptions',
  topic: 'Agreements',
  version: 2,
  kinds: ['legal-framework'],
  about: 'a waiver or an exception: the rules that it sets aside, by whose authority, until when, and its report',
  totals: { counts: 'waivers and exceptions', by: ['type', 'report_overdue'], sums: [] },
  daily: {
    over: overdue('whether its last day is over and it was not ended before', { due: 'last_day', done: 'ended_on' }),
    report_overdue: overdue('whether the last day for its report is over, and none was submitted', {
      due: 'report_by',
      done: 'reported_on',
    }),
  },
  ...itemsBy<ExceptionRow, LegalFrameworkEvent>(ExceptionRow)(
    'AgreementDrafted',
    ({ donor, recipient }, { id: framework }) => ({ framework, donor, recipient }),
    {
      WaiverGranted: setsAside('waiver'),
      ExceptionInvoked: setsAside('exception'),
      WaiverEnded: {
        keys: ({ name }) => name,
        change: ({ on, reason }) => ({ ended_on: on, end_reason: reason }),
      },
      StatutoryReportSubmitted: {
        keys: ofReport,
        change: ({ on, to }) => ({ reported_on: on, reported_to: to }),
      },
      FrameworkDayCorrected: {
        keys: ({ fact, report = '', of }) => (fact === 'report' ? ofReport({ report, of }) : of),
        change: ({ fact, on }) => ({ [CORRECTED[fact]]: on }),
      },
    },
  ),
};

/** A report that a law asks for. */
class StatutoryReportRow {
  @text("the framework's id") framework!: string;
  @text("the donor's id") donor!: string;
  @text("the recipient's id") recipient!: string;
  @oneOf(['semi-annual', 'annual', 'waiver', 'exception']) report!: string;
  @text('its period, or the name of the waiver or exception') subject!: string;
  @text('due, overdue (recorded as such) or submitted', ['due', 'overdue', 'submitted']) status!: string;
  @day('its last day') due!: string;
  @dayOrNull('the day on which it was submitted') submitted_on!: string | null;
  @textOrNull('the code of the body that received it') submitted_to!: string | null;
}

const keyOf = ({ report, of }: Pick<PeriodicReport, 'report' | 'of'>): string => `${report}/${of}`;

const dueNow = ({ report, of, due }: PeriodicReport): Partial<StatutoryReportRow> => ({
  report,
  subject: of,
  status: 'due',
  due,
});
/** The report that an event names, and the next one that becomes due by it. */
const namedAndNext = (data: Pick<PeriodicReport, 'report' | 'of'> & { readonly next?: PeriodicReport }) => [
  keyOf(data),
  ...(data.next === undefined ? [] : [keyOf(data.next)]),
];

/** The reports of a list, as items that become due. */
const becomesDue = <Data>(reports: (data: Data) => readonly PeriodicReport[]) =>
  ({
    begins: true,
    keys: (data: Data) => reports(data).map(keyOf),
    change: (data: Data, row: StatutoryReportRow, key: string): Partial<StatutoryReportRow> => {
      const one = reports(data).find((report) => keyOf(report) === key);
      return one === undefined ? row : dueNow(one);
    },
  }) as const;
const ofWaiver = (report: 'waiver' | 'exception') =>
  becomesDue(({ name, reportBy }: RulesSetAside) => [{ report, of: name, due: reportBy }]);

export const statutoryReports: Projection<LegalFrameworkEvent, StatutoryReportRow> = {
  name: 'statutory-reports',
  topic: 'Agreements',
  version: 4,
  kinds: ['legal-framework'],
  about: 'a report that a law asks for: for which period, waiver or exception, until when, and whether it came',
  totals: { counts: 'reports', by: ['report', 'status', 'overdue'], sums: [] },
  daily: {
    overdue: overdue('whether its last day is over, and it was not submitted', { due: 'due', done: 'submitted_on' }),
    days_late: daysLate(
      'days from its last day to its submission, negative if early; while it is overdue, to the day of the answer',
      { due: 'due', done: 'submitted_on' },
    ),
  },
  ...itemsBy<StatutoryReportRow, LegalFrameworkEvent>(StatutoryReportRow)(
    'AgreementDrafted',
    ({ donor, recipient }, { id: framework }) => ({ framework, donor, recipient }),
    {
      AgreementEnteredIntoForce: becomesDue(({ reports }) => reports),
      AgreementCorrected: becomesDue(({ reports = [] }) => reports),
      WaiverGranted: ofWaiver('waiver'),
      ExceptionInvoked: ofWaiver('exception'),
      StatutoryReportSubmitted: {
        begins: true,
        keys: namedAndNext,
        change: ({ report, of, on, to, next }, row, key) =>
          key === keyOf({ report, of })
            ? { status: 'submitted', submitted_on: on, submitted_to: to }
            : next === undefined
              ? row
              : dueNow(next),
      },
      FrameworkDayCorrected: {
        keys: ({ report, of }) => (report === undefined ? [] : keyOf({ report, of })),
        change: ({ on: submitted_on }) => ({ submitted_on }),
      },
      StatutoryReportBecameOverdue: {
        begins: true,
        keys: namedAndNext,
        change: ({ report, of, next }, row, key) =>
          key === keyOf({ report, of }) ? { status: 'overdue' } : next === undefined ? row : dueNow(next),
      },
    },
  ),
};
