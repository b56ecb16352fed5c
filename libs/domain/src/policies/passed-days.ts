import type {
  CommandsOf,
  GrantableRole,
  ItemStep,
  KindName,
  MisuseStep,
  SituationDuty,
  StatutoryReport,
} from '@entente/contracts';
import type { DueItem, DuePolicy } from '@entente/kernel';
import { STEPS_WITH_A_LAST_DAY } from '../misuse-steps.js';

/** A policy whose command is one of its kind. */
type LastDayPolicy<Kind extends KindName = KindName> = Kind extends unknown
  ? Omit<DuePolicy, 'kind' | 'record'> & {
      readonly kind: Kind;
      readonly record: (item: DueItem) => CommandsOf<Kind>;
    }
  : never;

/** Whose mandate, and in which role: the item of the end of a mandate. */
function mandateOf(item: string): { readonly to: string; readonly role: GrantableRole } {
  const at = item.lastIndexOf('/');
  return { to: item.slice(0, at), role: item.slice(at + 1) as GrantableRole };
}

/** What has a last day in the stream of a unit or a person. */
const clearanceDays = (kind: 'security-unit' | 'vetted-person', name: string): readonly LastDayPolicy[] => [
  {
    name: `expired-${name}-clearance`,
    kind,
    about: `the clearance of a ${name} ends with its last day (R7)`,
    duties: ['clearance-end'],
    record: ({ due: until }) => ({ type: 'RecordExpiredClearance', data: { until } }),
  },
  {
    name: `overdue-${name}-exception-report`,
    kind,
    about: `the report on an exception or waiver for a ${name} that was not submitted by its last day is overdue (R8)`,
    duties: ['exception-report'],
    record: ({ due, item }) => ({
      type: 'RecordOverdueExceptionReport',
      data: { due, ...(item === '' ? {} : { of: item }) },
    }),
  },
];

/** Which report: the item of its last day. */
function reportOf(item: string): { readonly report: StatutoryReport; readonly of: string } {
  const at = item.indexOf('/');
  return { report: item.slice(0, at) as StatutoryReport, of: item.slice(at + 1) };
}

/** The steps of an item, by the duty that waits for them. */
const ITEM_STEPS = {
  'loss-verification': 'verification',
  'transfer-notice': 'notice',
  'loss-report': 'report',
} as const satisfies Readonly<Record<string, ItemStep>>;

/**
 * What is recorded when a last day has passed: once for each last day, as if it had been recorded
 * on the day after, also when the deployment was down meanwhile.
 */
export const PASSED_DAYS: readonly LastDayPolicy[] = [
  {
    name: 'overdue-milestone',
    kind: 'programme',
    about: 'a milestone that was neither met nor missed by its last day is overdue',
    duties: ['milestone'],
    record: ({ item: milestone, due }) => ({ type: 'RecordOverdueMilestone', data: { milestone, due } }),
  },
  {
    name: 'overdue-delivery',
    kind: 'consignment',
    about: 'a consignment without a receipt by its planned day is overdue',
    duties: ['delivery'],
    record: ({ due }) => ({ type: 'RecordOverdueDelivery', data: { due } }),
  },
  {
    name: 'overdue-goods-loss',
    kind: 'consignment',
    about: 'a loss of goods without serials that was not verified by its last day is overdue (R12)',
    duties: ['loss-verification'],
    record: ({ item: loss, due }) => ({ type: 'RecordOverdueGoodsLoss', data: { loss, due } }),
  },
  {
    name: 'overdue-tranche',
    kind: 'funding-account',
    about: 'a tranche that is not wholly disbursed by its day is overdue, or has ended with its programme',
    duties: ['tranche'],
    record: ({ item: tranche, due }) => ({ type: 'RecordOverdueTranche', data: { tranche, due } }),
  },
  {
    name: 'lapsed-offer',
    kind: 'assistance-case',
    about: 'an offer that was not accepted by its last day has lapsed',
    duties: ['acceptance'],
    record: ({ item: offer }) => ({ type: 'LapseOffer', data: { offer } }),
  },
  {
    name: 'ended-mandate',
    kind: 'stakeholder',
    about: 'a mandate ends with its last day',
    duties: ['mandate-end'],
    record: ({ item }) => ({ type: 'EndMandate', data: { ...mandateOf(item), reason: 'last-day-over' } }),
  },
  {
    name: 'lapsed-hold',
    kind: 'hold',
    about: 'a hold that was neither renewed nor released ends with its last day',
    duties: ['hold-end'],
    record: ({ item: hold, due: until }) => ({ type: 'RecordLapsedHold', data: { hold, until } }),
  },
  {
    name: 'lapsed-precaution',
    kind: 'misuse-case',
    about: 'a precautionary suspension that was not renewed lapses after its last day (R18)',
    duties: ['precaution-end'],
    record: ({ due: until }) => ({ type: 'LapsePrecautionarySuspension', data: { until } }),
  },
  {
    name: 'overdue-step',
    kind: 'misuse-case',
    about: 'a step of a misuse case that was not done in its days is overdue (R18)',
    duties: STEPS_WITH_A_LAST_DAY,
    record: ({ duty }) => ({ type: 'RecordOverdueStep', data: { step: duty as MisuseStep } }),
  },
  {
    name: 'overdue-situation-duty',
    kind: 'country-situation',
    about: 'personnel not accounted for by the last day after an alert, and a continuity task, are overdue',
    duties: ['accounting', 'continuity-task'],
    record: ({ duty, item, due }) => ({
      type: 'RecordOverdueSituationDuty',
      data: { duty: duty as SituationDuty, item, due },
    }),
  },
  {
    name: 'overdue-return',
    kind: 'deployment',
    about: 'personnel who have not returned by the planned day are overdue',
    duties: ['return'],
    record: ({ due }) => ({ type: 'RecordOverdueReturn', data: { due } }),
  },
  {
    name: 'overdue-check',
    kind: 'end-use-check',
    about: 'a check of end use without an inspection by its last day is overdue (R10, R11)',
    duties: ['check'],
    record: ({ due }) => ({ type: 'RecordOverdueCheck', data: { due } }),
  },
  {
    name: 'overdue-review',
    kind: 'item-type',
    about: 'a designation that was not reviewed by its last day is overdue for review (R9)',
    duties: ['designation-review'],
    record: ({ due }) => ({ type: 'RecordOverdueReview', data: { due } }),
  },
  {
    name: 'expired-certificate',
    kind: 'storage-site',
    about: 'the certificate of a store ends with its last day (R9)',
    duties: ['certificate-end'],
    record: ({ due: until }) => ({ type: 'RecordExpiredCertificate', data: { until } }),
  },
  {
    name: 'lapsed-consent',
    kind: 'third-party-transfer',
    about: 'a consent that was not used lapses after its last day (R13)',
    duties: ['consent-end'],
    record: ({ due: until }) => ({ type: 'RecordLapsedConsent', data: { until } }),
  },
  {
    name: 'expired-release',
    kind: 'technology-release',
    about: 'the approval of a release of technical data ends with its last day',
    duties: ['release-end'],
    record: ({ due: until }) => ({ type: 'RecordExpiredRelease', data: { until } }),
  },
  {
    name: 'overdue-item-step',
    kind: 'item',
    about:
      'a loss that was not reported or verified, or a transfer that was not notified, by its last day is overdue (R12, R14)',
    duties: Object.keys(ITEM_STEPS),
    record: ({ duty, due }) => ({
      type: 'RecordOverdueItemStep',
      data: { step: ITEM_STEPS[duty as keyof typeof ITEM_STEPS], due },
    }),
  },
  ...clearanceDays('security-unit', 'unit'),
  ...clearanceDays('vetted-person', 'person'),
  {
    name: 'overdue-training',
    kind: 'training-activity',
    about: 'a training that did not begin, or did not end, by its planned day is overdue',
    duties: ['training-start', 'training-end'],
    record: ({ duty, due }) => ({
      type: 'RecordOverdueTraining',
      data: { duty: duty === 'training-start' ? duty : 'training-end', due },
    }),
  },
  {
    name: 'overdue-vetting',
    kind: 'vetting-case',
    about: 'a vetting that was not concluded by its last day is overdue, as is a step of a remediation',
    duties: ['vetting', 'remediation-step'],
    record: ({ duty, item, due }) => ({
      type: 'RecordOverdueVetting',
      data: duty === 'vetting' ? { due } : { due, step: item },
    }),
  },
  {
    name: 'overdue-report',
    kind: 'legal-framework',
    about: 'a report that a law asks for, and that was not submitted by its last day, is overdue (R8)',
    duties: ['statutory-report'],
    record: ({ item, due }) => ({ type: 'RecordOverdueReport', data: { ...reportOf(item), due } }),
  },
  {
    name: 'approaching-expiry',
    kind: 'legal-framework',
    about: 'the donor is warned before the last day of an agreement (R1)',
    duties: ['expiry-warning'],
    // The agreement's last day follows the warning by the days that its framework sets.
    record: ({ item: until }) => ({ type: 'RecordApproachingExpiry', data: { until } }),
  },
  {
    name: 'expired-agreement',
    kind: 'legal-framework',
    about: 'an agreement ends with its last day: shipments and cases under it are refused (R1)',
    duties: ['agreement-end'],
    record: ({ due: until }) => ({ type: 'RecordExpiredAgreement', data: { until } }),
  },
];
