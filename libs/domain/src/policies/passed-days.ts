import type {
  AssistanceCaseCommand,
  ConsignmentCommand,
  CountrySituationCommand,
  DeploymentCommand,
  EndUseCheckCommand,
  FundingAccountCommand,
  GrantableRole,
  HoldCommand,
  ItemCommand,
  ItemStep,
  ItemTypeCommand,
  LegalFrameworkCommand,
  MisuseCaseCommand,
  MisuseStep,
  ProgrammeCommand,
  SecurityUnitCommand,
  SituationDuty,
  StakeholderCommand,
  StorageSiteCommand,
  TrainingActivityCommand,
  VettedPersonCommand,
  VettingCaseCommand,
  TechnologyReleaseCommand,
  ThirdPartyTransferCommand,
  StatutoryReport,
} from '@entente/contracts';
import type { Command, DueItem, DuePolicy } from '@entente/kernel';
import { STEPS_WITH_A_LAST_DAY } from '../misuse-steps.js';

/** A policy whose command has the type of its kind. */
const recording = <C extends Command>(about: Omit<DuePolicy, 'record'>, record: (item: DueItem) => C): DuePolicy => ({
  ...about,
  record,
});

/** Whose mandate, and in which role: the item of the end of a mandate. */
function mandateOf(item: string): { readonly to: string; readonly role: GrantableRole } {
  const at = item.lastIndexOf('/');
  return { to: item.slice(0, at), role: item.slice(at + 1) as GrantableRole };
}

/** What has a last day in the stream of a unit or a person. */
const clearanceDays = (kind: 'security-unit' | 'vetted-person', name: string): readonly DuePolicy[] => [
  recording<SecurityUnitCommand | VettedPersonCommand>(
    {
      name: `expired-${name}-clearance`,
      kind,
      about: `the clearance of a ${name} ends with its last day (R7)`,
      duties: ['clearance-end'],
    },
    ({ due: until }) => ({ type: 'RecordExpiredClearance', data: { until } }),
  ),
  recording<SecurityUnitCommand | VettedPersonCommand>(
    {
      name: `overdue-${name}-exception-report`,
      kind,
      about: `the report on an exception or waiver for a ${name} that was not submitted by its last day is overdue (R8)`,
      duties: ['exception-report'],
    },
    ({ due, item }) => ({
      type: 'RecordOverdueExceptionReport',
      data: { due, ...(item === '' ? {} : { of: item }) },
    }),
  ),
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
} as const satisfies Readonly<Record<string, ItemStep>>;

/**
 * What is recorded when a last day has passed: once for each last day, as if it had been recorded
 * on the day after, also when the deployment was down meanwhile.
 */
export const PASSED_DAYS: readonly DuePolicy[] = [
  recording<ProgrammeCommand>(
    {
      name: 'overdue-milestone',
      kind: 'programme',
      about: 'a milestone that was neither met nor missed by its last day is overdue',
      duties: ['milestone'],
    },
    ({ item: milestone, due }) => ({ type: 'RecordOverdueMilestone', data: { milestone, due } }),
  ),
  recording<ConsignmentCommand>(
    {
      name: 'overdue-delivery',
      kind: 'consignment',
      about: 'a consignment without a receipt by its planned day is overdue',
      duties: ['delivery'],
    },
    ({ due }) => ({ type: 'RecordOverdueDelivery', data: { due } }),
  ),
  recording<FundingAccountCommand>(
    {
      name: 'overdue-tranche',
      kind: 'funding-account',
      about: 'a tranche that is not wholly disbursed by its day is overdue',
      duties: ['tranche'],
    },
    ({ item: tranche, due }) => ({ type: 'RecordOverdueTranche', data: { tranche, due } }),
  ),
  recording<AssistanceCaseCommand>(
    {
      name: 'lapsed-offer',
      kind: 'assistance-case',
      about: 'an offer that was not accepted by its last day has lapsed',
      duties: ['acceptance'],
    },
    ({ item: offer }) => ({ type: 'LapseOffer', data: { offer } }),
  ),
  recording<StakeholderCommand>(
    {
      name: 'ended-mandate',
      kind: 'stakeholder',
      about: 'a mandate ends with its last day',
      duties: ['mandate-end'],
    },
    ({ item }) => ({ type: 'EndMandate', data: { ...mandateOf(item), reason: 'last-day-over' } }),
  ),
  recording<HoldCommand>(
    {
      name: 'lapsed-hold',
      kind: 'hold',
      about: 'a hold that was neither renewed nor released ends with its last day',
      duties: ['hold-end'],
    },
    ({ item: hold, due: until }) => ({ type: 'RecordLapsedHold', data: { hold, until } }),
  ),
  recording<MisuseCaseCommand>(
    {
      name: 'lapsed-precaution',
      kind: 'misuse-case',
      about: 'a precautionary suspension that was not renewed lapses after its last day (R18)',
      duties: ['precaution-end'],
    },
    ({ due: until }) => ({ type: 'LapsePrecautionarySuspension', data: { until } }),
  ),
  recording<MisuseCaseCommand>(
    {
      name: 'overdue-step',
      kind: 'misuse-case',
      about: 'a step of a misuse case that was not done in its days is overdue (R18)',
      duties: STEPS_WITH_A_LAST_DAY,
    },
    ({ duty }) => ({ type: 'RecordOverdueStep', data: { step: duty as MisuseStep } }),
  ),
  recording<CountrySituationCommand>(
    {
      name: 'overdue-situation-duty',
      kind: 'country-situation',
      about: 'personnel not accounted for by the last day after an alert, and a continuity task, are overdue',
      duties: ['accounting', 'continuity-task'],
    },
    ({ duty, item, due }) => ({
      type: 'RecordOverdueSituationDuty',
      data: { duty: duty as SituationDuty, item, due },
    }),
  ),
  recording<DeploymentCommand>(
    {
      name: 'overdue-return',
      kind: 'deployment',
      about: 'personnel who have not returned by the planned day are overdue',
      duties: ['return'],
    },
    ({ due }) => ({ type: 'RecordOverdueReturn', data: { due } }),
  ),
  recording<EndUseCheckCommand>(
    {
      name: 'overdue-check',
      kind: 'end-use-check',
      about: 'a check of end use without an inspection by its last day is overdue (R10, R11)',
      duties: ['check'],
    },
    ({ due }) => ({ type: 'RecordOverdueCheck', data: { due } }),
  ),
  recording<ItemTypeCommand>(
    {
      name: 'overdue-review',
      kind: 'item-type',
      about: 'a designation that was not reviewed by its last day is overdue for review (R9)',
      duties: ['designation-review'],
    },
    ({ due }) => ({ type: 'RecordOverdueReview', data: { due } }),
  ),
  recording<StorageSiteCommand>(
    {
      name: 'expired-certificate',
      kind: 'storage-site',
      about: 'the certificate of a store ends with its last day (R9)',
      duties: ['certificate-end'],
    },
    ({ due: until }) => ({ type: 'RecordExpiredCertificate', data: { until } }),
  ),
  recording<ThirdPartyTransferCommand>(
    {
      name: 'lapsed-consent',
      kind: 'third-party-transfer',
      about: 'a consent that was not used lapses after its last day (R13)',
      duties: ['consent-end'],
    },
    ({ due: until }) => ({ type: 'RecordLapsedConsent', data: { until } }),
  ),
  recording<TechnologyReleaseCommand>(
    {
      name: 'expired-release',
      kind: 'technology-release',
      about: 'the approval of a release of technical data ends with its last day',
      duties: ['release-end'],
    },
    ({ due: until }) => ({ type: 'RecordExpiredRelease', data: { until } }),
  ),
  recording<ItemCommand>(
    {
      name: 'overdue-item-step',
      kind: 'item',
      about: 'a loss that was not verified, or a transfer that was not notified, by its last day is overdue (R12, R14)',
      duties: Object.keys(ITEM_STEPS),
    },
    ({ duty, due }) => ({
      type: 'RecordOverdueItemStep',
      data: { step: ITEM_STEPS[duty as keyof typeof ITEM_STEPS], due },
    }),
  ),
  ...clearanceDays('security-unit', 'unit'),
  ...clearanceDays('vetted-person', 'person'),
  recording<TrainingActivityCommand>(
    {
      name: 'overdue-training',
      kind: 'training-activity',
      about: 'a training that did not begin, or did not end, by its planned day is overdue',
      duties: ['training-start', 'training-end'],
    },
    ({ duty, due }) => ({
      type: 'RecordOverdueTraining',
      data: { duty: duty === 'training-start' ? duty : 'training-end', due },
    }),
  ),
  recording<VettingCaseCommand>(
    {
      name: 'overdue-vetting',
      kind: 'vetting-case',
      about: 'a vetting that was not concluded by its last day is overdue, as is a step of a remediation',
      duties: ['vetting', 'remediation-step'],
    },
    ({ duty, item, due }) => ({
      type: 'RecordOverdueVetting',
      data: duty === 'vetting' ? { due } : { due, step: item },
    }),
  ),
  recording<LegalFrameworkCommand>(
    {
      name: 'overdue-report',
      kind: 'legal-framework',
      about: 'a report that a law asks for, and that was not submitted by its last day, is overdue (R8)',
      duties: ['statutory-report'],
    },
    ({ item, due }) => ({ type: 'RecordOverdueReport', data: { ...reportOf(item), due } }),
  ),
  recording<LegalFrameworkCommand>(
    {
      name: 'approaching-expiry',
      kind: 'legal-framework',
      about: 'the donor is warned before the last day of an agreement (R1)',
      duties: ['expiry-warning'],
    },
    // The agreement's last day follows the warning by the days that its framework sets.
    ({ item: until }) => ({ type: 'RecordApproachingExpiry', data: { until } }),
  ),
  recording<LegalFrameworkCommand>(
    {
      name: 'expired-agreement',
      kind: 'legal-framework',
      about: 'an agreement ends with its last day: shipments and cases under it are refused (R1)',
      duties: ['agreement-end'],
    },
    ({ due: until }) => ({ type: 'RecordExpiredAgreement', data: { until } }),
  ),
];
