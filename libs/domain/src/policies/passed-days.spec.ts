import 'reflect-metadata';
import { CATALOGUE, readBody } from '@entente/contracts';
import { describe, expect, it } from '@jest/globals';
import { STEPS_WITH_A_LAST_DAY } from '../misuse-steps.js';
import { PASSED_DAYS } from './passed-days.js';

const due = '2026-05-04';
const until = due;
const clearance = (kind: string): readonly Recorded[] => [
  [kind, 'clearance-end', '', 'RecordExpiredClearance', { until }],
  [kind, 'exception-report', '', 'RecordOverdueExceptionReport', { due }],
  [kind, 'exception-report', 'waiver-1', 'RecordOverdueExceptionReport', { due, of: 'waiver-1' }],
];
type Recorded = readonly [kind: string, duty: string, item: string, type: string, data: object];
const RECORDED: readonly Recorded[] = [
  ['programme', 'milestone', 'm-1', 'RecordOverdueMilestone', { milestone: 'm-1', due }],
  ['consignment', 'delivery', '', 'RecordOverdueDelivery', { due }],
  ['consignment', 'loss-verification', 'loss-1', 'RecordOverdueGoodsLoss', { loss: 'loss-1', due }],
  ['funding-account', 'tranche', 't-1', 'RecordOverdueTranche', { tranche: 't-1', due }],
  ['assistance-case', 'acceptance', 'offer-1', 'LapseOffer', { offer: 'offer-1' }],
  [
    'stakeholder',
    'mandate-end',
    'sudland/donor',
    'EndMandate',
    { to: 'sudland', role: 'donor', reason: 'last-day-over' },
  ],
  ['hold', 'hold-end', 'hold-1', 'RecordLapsedHold', { hold: 'hold-1', until }],
  ['misuse-case', 'precaution-end', '', 'LapsePrecautionarySuspension', { until }],
  ...STEPS_WITH_A_LAST_DAY.map((step): Recorded => ['misuse-case', step, '', 'RecordOverdueStep', { step }]),
  ...['accounting', 'continuity-task'].map((duty): Recorded => [
    'country-situation',
    duty,
    'a-1',
    'RecordOverdueSituationDuty',
    { duty, item: 'a-1', due },
  ]),
  ['deployment', 'return', '', 'RecordOverdueReturn', { due }],
  ['end-use-check', 'check', '', 'RecordOverdueCheck', { due }],
  ['item-type', 'designation-review', '', 'RecordOverdueReview', { due }],
  ['storage-site', 'certificate-end', '', 'RecordExpiredCertificate', { until }],
  ['third-party-transfer', 'consent-end', '', 'RecordLapsedConsent', { until }],
  ['technology-release', 'release-end', '', 'RecordExpiredRelease', { until }],
  ['item', 'loss-report', '', 'RecordOverdueItemStep', { step: 'report', due }],
  ['item', 'loss-verification', '', 'RecordOverdueItemStep', { step: 'verification', due }],
  ['item', 'transfer-notice', '', 'RecordOverdueItemStep', { step: 'notice', due }],
  ...clearance('security-unit'),
  ...clearance('vetted-person'),
  ['training-activity', 'training-start', '', 'RecordOverdueTraining', { duty: 'training-start', due }],
  ['training-activity', 'training-end', '', 'RecordOverdueTraining', { duty: 'training-end', due }],
  ['vetting-case', 'vetting', '', 'RecordOverdueVetting', { due }],
  ['vetting-case', 'remediation-step', 'step-1', 'RecordOverdueVetting', { due, step: 'step-1' }],
  ['legal-framework', 'statutory-report', 'annual/2025', 'RecordOverdueReport', { report: 'annual', of: '2025', due }],
  ['legal-framework', 'expiry-warning', '2026-08-02', 'RecordApproachingExpiry', { until: '2026-08-02' }],
  ['legal-framework', 'agreement-end', '', 'RecordExpiredAgreement', { until }],
];

describe('a last day that has passed', () => {
  it.each(RECORDED)('of %s, duty %s "%s", is recorded by %s', (kind, duty, item, type, data) => {
    const [policy, ...others] = PASSED_DAYS.filter((one) => one.kind === kind && one.duties.includes(duty));
    expect(others).toEqual([]);
    expect(policy?.record({ stream: `${kind}/norland.x`, duty, item, due })).toEqual({ type, data });
    const command = CATALOGUE.find((one) => one.kind === kind)?.commands[type];
    expect(command?.by).toContain('system');
    expect(command && readBody(command.body, data).errors).toEqual([]);
  });
  it('is recorded for each duty of each policy', () => {
    const covered = new Set(RECORDED.map(([kind, duty]) => `${kind}/${duty}`));
    expect(
      PASSED_DAYS.flatMap(({ kind, duties }) => duties.map((duty) => `${kind}/${duty}`)).filter(
        (one) => !covered.has(one),
      ),
    ).toEqual([]);
  });
});
