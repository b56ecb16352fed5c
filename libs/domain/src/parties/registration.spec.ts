import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { consignment } from '../delivery/consignment.js';
import { fundingAccount } from '../planning/funding-account.js';
import { programme } from '../planning/programme.js';
import { misuseCase } from '../safeguards/misuse-case.js';
import { stakeholder } from './stakeholder.js';

const parties = { donor: 'norland', recipient: 'estmark' };
const proposal = { ...parties, title: 'T', sector: '15210', starts: '2026-01-01', ends: '2028-12-31' };
const account = { ...parties, fund: 'F', currency: 'USD', stages: ['pledged'], basis: 'own', onBudget: false };
const request = { ...parties, letter: 'L 1', asked: [{ item: 'radio', quantity: 1, unit: 'each' }] };

/** The opening commands that name a donor and a recipient, and what they record. */
const OPENINGS = [
  { decider: programme, when: act('ProposeProgramme', proposal), then: act('ProgrammeProposed', proposal) },
  { decider: fundingAccount, when: act('OpenFundingAccount', account), then: act('FundingAccountOpened', account) },
  { decider: assistanceCase, when: act('RequestAssistance', request), then: act('AssistanceRequested', request) },
] as const;

const is = act('StakeholderRegistered', { name: 'An organisation', type: 'state' });
const holds = (role: string) => act('RoleGranted', { role });
const suspended = act('StakeholderSuspended', { reason: 'credentials-compromised' });

describe.each(OPENINGS)('$when.type (R29)', ({ decider, when, then }) => {
  const { type, data } = then as { type: string; data: object };
  const opens = (norland: readonly Event[], estmark: readonly Event[]) =>
    given(decider)
      .as('norland', 'donor')
      .knowing(stakeholder, 'norland', ...norland)
      .knowing(stakeholder, 'estmark', ...estmark);
  const donor = [is, holds('donor')];
  const recipient = [is, holds('recipient')];

  it('names registered parties that hold their roles', () => {
    const kind = decider === programme ? { kind: 'bilateral' } : {};
    opens(donor, recipient).decides(when, act(type, { ...data, ...kind }));
    given(decider).as('norland', 'donor').refuses(when, 'party-not-registered');
    opens(donor, [is]).refuses(when, 'role-not-held');
    opens([is], recipient).refuses(when, 'role-not-held');
    opens(donor, [...recipient, act('RoleRevoked', { role: 'recipient', reason: 'left' })]).refuses(
      when,
      'role-not-held',
    );
  });
  it('names no suspended party', () => {
    opens([...donor, suspended], recipient).refuses(when, 'party-suspended');
    opens(donor, [...recipient, suspended]).refuses(when, 'party-suspended');
  });
  it('names parties that nobody registered if it repeats what another system decided, however long ago', () => {
    const more = { ...data, basis: 'reported' };
    const kind = decider === programme ? { kind: 'bilateral' } : {};
    given(decider)
      .as('norland', 'donor')
      .decides(act(when.type, more), act(type, { ...more, ...kind }), { occurredAt: '1976-09-30T00:00:00.000Z' });
  });
});

describe('a misuse case (R29)', () => {
  const report = {
    allegation: 'loss-or-theft',
    recipient: 'estmark',
    accused: 'estmark',
    happened: { from: '2026-04-01', to: '2026-04-20' },
    scopes: [],
  };
  const due = { acknowledgeBy: '2026-06-08', triageBy: '2026-07-01' };
  const flag = (more: object = {}) => act('FlagMisuse', { ...report, ...more });
  const flagged = (more: object = {}) => act('MisuseFlagged', { ...report, ...due, ...more });
  const opened = [
    act('MisuseTriaged', {
      incidentType: 'minor-violation',
      noticeRequired: false,
      escalation: 'ministry',
      limits: { open: 1, reply: 1, conclude: 1, measure: 1 },
      openBy: '2026-06-15',
    }),
    act('InvestigationOpened', { reason: 'credible-report', concludeBy: '2026-07-30' }),
  ];
  const triage = act('DeclineMisuse', { reason: 'outside-assistance' });
  const assign = act('AssignInvestigator', { investigator: 'lumen-inquiry' });

  it('is flagged by anybody, and takes the donor from the assistance that the report names', () => {
    const anybody = given(misuseCase).as('harbour-watch', 'public');
    const proposed = act('ProgrammeProposed', { ...proposal, kind: 'bilateral' });
    anybody.decides(flag(), flagged());
    const of = { programme: 'norland.p' };
    anybody.decides(flag(of), flagged(of));
    anybody.knowing(programme, 'norland.p', proposed).decides(flag(of), flagged({ ...of, donor: 'norland' }));
    anybody
      .knowing(programme, 'norland.p', proposed)
      .decides(flag({ ...of, donor: 'sudria' }), flagged({ ...of, donor: 'sudria' }));
    anybody
      .knowing(assistanceCase, 'norland.c', act('AssistanceRequested', request))
      .decides(flag({ case: 'norland.c' }), flagged({ case: 'norland.c', donor: 'norland' }));
    anybody
      .knowing(consignment, 'norland.s', act('DeliveryScheduled', { ...parties, case: 'norland.c', lines: [] }))
      .decides(flag({ consignment: 'norland.s' }), flagged({ consignment: 'norland.s', donor: 'norland' }));
  });
  it('is handled by organisations that are registered in the role in which they do', () => {
    const as = (role: 'donor' | 'monitor') => given(misuseCase, flagged()).as('sudria', role);
    for (const role of ['donor', 'monitor'] as const) {
      as(role).refuses(triage, 'party-not-registered');
      as(role).registered(['sudria'], role).decides(triage, act('MisuseDeclined', triage.data));
      as(role).registered(['sudria'], 'recipient').refuses(triage, 'role-not-held');
    }
    given(misuseCase, flagged()).decides(triage, act('MisuseDeclined', triage.data));
  });
  it('is handled by the donor of the programme, and no other', () =>
    given(misuseCase, flagged({ donor: 'norland' }))
      .as('sudria', 'donor')
      .registered(['sudria'], 'donor')
      .refuses(triage, 'not-of-the-intake'));
  it('is investigated by a registered investigator', () => {
    const donor = given(misuseCase, flagged(), ...opened)
      .as('norland', 'donor')
      .registered(['norland'], 'donor');
    donor.refuses(assign, 'party-not-registered');
    donor.registered(['lumen-inquiry'], 'monitor').refuses(assign, 'role-not-held');
    donor.registered(['lumen-inquiry'], 'investigator').decides(assign, act('InvestigatorAssigned', assign.data));
  });
});

const consigned = { case: 'norland.c', lines: [{ line: '001', quantity: 1 }], due: '2026-07-01' };
const line = { line: '001', item: 'radio', quantity: 1, unit: 'each', value: 1, due: '2026-07-01' };
const offer = { offer: 'o', lines: ['001'], value: 1, currency: 'USD', initialDeposit: 0, validUntil: '2026-06-30' };
const accepted = [
  act('CaseLineAdded', line),
  act('OfferPrepared', { ...offer, deliveryPoint: 'receipt' }),
  act('OfferAccepted', { offer: 'o', value: 1, currency: 'USD' }),
  act('CaseImplemented', { deposited: 0, currency: 'USD' }),
];
const works = act('StartWorks', { line: '001', on: '2026-05-01' });
const milestone = act('PlanMilestone', { milestone: 'm', due: '2026-07-01' });
const spend = (more: object) => act('ReportExpenditure', { amount: 1, period: '2026', ...more });
const row = { reported: { source: 's', row: { id: '1' }, reportedOn: '2026-05-01' } };

/** Commands that an implementer may send, in streams that repeat history or not. */
const BY_IMPLEMENTERS = [
  {
    when: milestone,
    then: 'MilestonePlanned',
    given: (basis: object) => given(programme, act('ProgrammeProposed', { ...proposal, ...basis, kind: 'bilateral' })),
    more: () => ({}),
  },
  {
    when: works,
    then: 'WorksStarted',
    given: (basis: object) => given(assistanceCase, act('AssistanceRequested', { ...request, ...basis }), ...accepted),
    more: () => ({}),
  },
  {
    when: act('RescheduleDelivery', { due: '2026-07-02', cause: 'weather' }),
    then: 'DeliveryRescheduled',
    given: (basis: object) => given(consignment, act('DeliveryScheduled', { ...parties, ...consigned, ...basis })),
    more: () => ({}),
  },
  {
    when: spend({}),
    then: 'ExpenditureReported',
    given: (basis: object) =>
      given(fundingAccount, act('FundingAccountOpened', { ...account, stages: ['spent'], ...basis })),
    more: (basis: object) => ('basis' in basis ? row : {}),
  },
];

describe.each(BY_IMPLEMENTERS)('$when.type by an implementer (R29)', ({ when, then, given: stream, more }) => {
  const by = (basis: object) => stream(basis).as('ostra-training', 'implementer');
  const reported = { basis: 'reported' };

  it('is sent by one that is registered in this role, and not suspended', () => {
    by({}).registered(['ostra-training'], 'implementer').decides(when, act(then, when.data));
    by({}).refuses(when, 'party-not-registered');
    by({}).registered(['ostra-training'], 'donor').refuses(when, 'role-not-held');
    by({}).knowing(stakeholder, 'ostra-training', is, holds('implementer'), suspended).refuses(when, 'party-suspended');
  });
  it('is sent by anyone in history that another system made', () => {
    const stated = { ...when.data, ...more(reported) };
    by(reported).decides(act(when.type, stated), act(then, stated));
  });
});

it('a delivery is scheduled by a registered implementer, unless its case is reported (R29)', () => {
  const when = act('ScheduleDelivery', consigned);
  const of = (basis: object) =>
    given(consignment)
      .as('ostra-training', 'implementer')
      .knowing(assistanceCase, 'norland.c', act('AssistanceRequested', { ...request, ...basis }), ...accepted);
  const then = { ...consigned, ...parties, requestedOn: '2026-05-01' };
  of({}).refuses(when, 'party-not-registered');
  of({ basis: 'reported' }).decides(when, act('DeliveryScheduled', { ...then, basis: 'reported' }));
});
