import { describe, expect, it } from '@jest/globals';
import { MISUSE_STEPS } from '@entente/contracts';
import { addDays } from '@entente/kernel';
import { given } from '../../../../test/given.js';
import { INCIDENT_TYPES } from './incident-types.js';
import { misuseCase } from './misuse-case.js';

type Said = { type: string; data: unknown };
const event = (type: string, data: object = {}): Said => ({ type, data });

const scopes = [{ kind: 'programme', id: 'norland.programme-1' }];
const report = {
  allegation: 'unauthorised-transfer',
  programme: 'norland.programme-1',
  case: 'norland.case-1',
  consignment: 'norland.consignment-1',
  donor: 'norland',
  recipient: 'estmark',
  accused: 'ostra-training',
  happened: { from: '2026-04-01', to: '2026-04-20' },
  scopes,
};
/** Flagged on 1 May 2026, as all of the past; decisions are taken on 1 June, unless told. */
const flagged = event('MisuseFlagged', { ...report, acknowledgeBy: '2026-05-08', triageBy: '2026-05-31' });
const terms = (incidentType: string) => {
  const { noticeRequired, escalation, limits } = INCIDENT_TYPES[incidentType]!;
  return { incidentType, noticeRequired, escalation, limits };
};
const minor = event('MisuseTriaged', { ...terms('minor-violation'), openBy: '2026-05-15' });
const grave = event('MisuseTriaged', {
  ...terms('unauthorised-transfer'),
  openBy: '2026-05-08',
  notifyBy: '2026-05-02',
});
const notified = event('LegislatureNotifiedOfPossibleViolation', { to: 'committee', reference: 'notice-1' });
const opened = event('InvestigationOpened', { reason: 'credible-report', concludeBy: '2026-07-30' });
const assigned = event('InvestigatorAssigned', { investigator: 'lumen-inquiry' });
const put = event('AllegationPutToRecipient', {
  channel: 'note-verbale',
  to: ['estmark', 'ostra-training'],
  replyBy: '2026-06-01',
});
const replied = event('RecipientReplyReceived', { from: 'ostra-training', position: 'contests' });
const ground = { ground: 'serials-found-elsewhere' };
const found = { ...ground, investigator: 'lumen-inquiry' };
const substantiated = event('MisuseSubstantiated', { ...found, measureBy: '2026-05-31' });
const inconclusive = event('MisuseFoundInconclusive', found);
const dismissed = event('MisuseDismissed', found);
const declined = event('MisuseDeclined', { reason: 'outside-assistance' });
const precaution = event('PrecautionarySuspensionOrdered', { scopes, until: '2026-06-30' });
const decided = (measure: string, more: object = {}) => event('MeasureDecided', { measure, ...more });
const suspended = event('AssistanceSuspended', { scopes });
const planned = event('RemediationPlanAgreed', { steps: ['recover-items'], due: '2026-07-31' });
const verified = event('RemediationVerified', { ceasedOn: '2026-04-30', verifier: 'veritas-monitor' });
const assured = event('AssurancesReceived', { from: 'estmark', undertakings: ['no-retransfer'] });
const closed = event('MisuseCaseClosed', { reason: 'done' });
const reopened = event('MisuseCaseReopened', { reason: 'new-evidence', triageBy: '2026-05-31' });

const accepted = [flagged, minor];
const inquiry = [...accepted, opened, assigned];
const heard = [...inquiry, put, replied];
const proven = [...heard, substantiated];
const toSuspend = [...proven, decided('suspend')];
const stopped = [...toSuspend, suspended];

const on = (...past: Said[]) => given(misuseCase, ...past);
const asDonor = (...past: Said[]) => on(...past).as('norland', 'donor');
const asMonitor = (...past: Said[]) => on(...past).as('veritas-monitor', 'monitor');
const asInvestigator = (...past: Said[]) => on(...past).as('lumen-inquiry', 'investigator');
const asSystem = (...past: Said[]) => on(...past).as('entente', 'system');
const asAccused = (...past: Said[]) => on(...past).as('ostra-training', 'implementer');
const evidence = [{ sha256: 'a'.repeat(64) }];

/** Every command but the opening one, with fields that fit. */
const LATER: readonly [string, object][] = [
  ['CorrectMisuseReport', { corrects: given.id(0), reason: 'wrong-date', allegation: 'loss-or-theft' }],
  ['AcknowledgeMisuseReport', { channel: 'sealed-intake' }],
  ['TriageMisuse', { incidentType: 'minor-violation' }],
  ['DeclineMisuse', { reason: 'outside-assistance' }],
  ['OpenInvestigation', { reason: 'credible-report' }],
  ['AssignInvestigator', { investigator: 'lumen-inquiry' }],
  ['AddEvidence', { kind: 'serial-record' }],
  ['PutAllegationToRecipient', { channel: 'note-verbale' }],
  ['ReplyToAllegation', { position: 'contests' }],
  ['OrderPrecautionarySuspension', { scopes, until: '2026-06-30' }],
  ['RenewPrecautionarySuspension', { until: '2026-07-31' }],
  ['LapsePrecautionarySuspension', { until: '2026-06-30' }],
  ['ExtendInvestigation', { until: '2026-10-31', reason: 'site-inaccessible' }],
  ['SubstantiateMisuse', ground],
  ['DismissMisuse', ground],
  ['FindMisuseInconclusive', ground],
  ['NotifyLegislature', notified.data as object],
  ['DecideMeasure', { measure: 'suspend' }],
  ['SuspendAssistance', { scopes }],
  ['AgreeRemediationPlan', planned.data as object],
  ['VerifyRemediation', { ceasedOn: '2026-05-20' }],
  ['RecordAssurances', assured.data as object],
  ['ResumeAssistance', { reason: 'remedied' }],
  ['RecoverFunds', { amount: 100, currency: 'USD' }],
  ['CorrectRecovery', { corrects: given.id(8), difference: -1, reason: 'entered-twice' }],
  ['TerminateAssistance', { scopes, reason: 'not-remedied' }],
  ['CloseMisuseCase', { reason: 'done' }],
  ['ReopenMisuseCase', { reason: 'new-evidence' }],
  ['RecordOverdueStep', { step: 'triage' }],
];

describe('the table of incident types', () => {
  it('has a limit for every step that a triage begins, a day of notice exactly where notice is asked for, and a source', () => {
    for (const { noticeRequired, limits, source } of Object.values(INCIDENT_TYPES)) {
      expect(limits.notify !== undefined).toBe(noticeRequired);
      expect(Math.min(limits.open, limits.reply, limits.conclude, limits.measure)).toBeGreaterThan(0);
      expect(limits.reply).toBeLessThan(limits.conclude);
      expect(source.length).toBeGreaterThan(5);
    }
    expect(MISUSE_STEPS).toContain('remediate');
  });
});

describe('a report', () => {
  const when = event('FlagMisuse', report);
  const says = event('MisuseFlagged', { ...report, acknowledgeBy: '2026-06-08', triageBy: '2026-07-01' });
  it.each([
    ['sudria', 'recipient'],
    ['harbour-watch', 'implementer'],
    ['intake', 'public'],
    ['ostra-training', 'implementer'],
  ] as const)('is taken from anybody (R18): %s as %s, with its limits from the day it came in', (organisation, role) =>
    on().as(organisation, role).when(when, { occurredAt: '2026-05-01T00:00:00.000Z' }).then(says),
  );
  it('looks at no programme, so that no state of one refuses it (R18)', () =>
    expect(misuseCase.consults).toBeUndefined());
  it('names days in their order that are not to come', () => {
    const happened = (from: string, to: string) => event('FlagMisuse', { ...report, happened: { from, to } });
    on().when(happened('2026-04-20', '2026-04-01')).refuses('days-out-of-order');
    on().when(happened('2026-04-20', '2026-06-03')).refuses('day-in-future');
    const eastern = { ...report, happened: { from: '2026-06-02', to: '2026-06-02' } };
    on()
      .when(event('FlagMisuse', eastern))
      .then(event('MisuseFlagged', { ...eastern, acknowledgeBy: '2026-06-08', triageBy: '2026-07-01' }));
  });
  it('is made once, under an id that says nothing', () => {
    on(flagged).when(when).refuses('already-exists');
    on().as('sudria', 'recipient').named('sudria.case-1').when(when).refuses('foreign-id');
  });
  it.each(LATER)('comes before %s', (type, data) => on().when(event(type, data), { evidence }).refuses('not-found'));
  it('is acknowledged once', () => {
    const says = event('MisuseReportAcknowledged', { channel: 'sealed-intake' });
    const when = event('AcknowledgeMisuseReport', says.data as object);
    asMonitor(flagged).when(when).then(says);
    asMonitor(flagged, says).when(when).refuses('already-acknowledged');
    asMonitor(flagged, declined, closed).when(when).refuses('not-at-this-stage');
  });
  it('is corrected by the value that replaces the wrong one, by its reporter or the intake (R26)', () => {
    const correction = {
      corrects: given.id(0),
      reason: 'wrong-date',
      happened: { from: '2026-03-01', to: '2026-03-02' },
    };
    const when = event('CorrectMisuseReport', correction);
    const says = event('MisuseReportCorrected', correction);
    on(flagged).by('sealed.sudria', 'recipient').as('sudria', 'recipient').when(when).then(says);
    asMonitor(flagged).when(when).then(says);
    on(flagged).as('sudria', 'recipient').when(when).refuses('not-the-reporter');
    on(...heard)
      .as('ostra-training', 'monitor')
      .when(when)
      .refuses('not-the-reporter');
    const wrong = (more: object) =>
      asMonitor(flagged, minor).when(event('CorrectMisuseReport', { ...correction, ...more }));
    wrong({ corrects: given.id(1) }).refuses('corrects-unknown-event');
    wrong({ corrects: given.id(9) }).refuses('corrects-unknown-event');
    wrong({ happened: { from: '2026-03-02', to: '2026-03-01' } }).refuses('days-out-of-order');
    asMonitor(flagged)
      .when(event('CorrectMisuseReport', { corrects: given.id(0), reason: 'wrong-date' }))
      .refuses('nothing-corrected');
  });
});

describe('triage', () => {
  const when = event('TriageMisuse', { incidentType: 'unauthorised-transfer' });
  const says = (more: object) =>
    event('MisuseTriaged', { ...terms('unauthorised-transfer'), openBy: '2026-06-08', ...more });
  it('copies the terms of its incident type, with the notice due on acceptance where the type asks for it (R18)', () => {
    asDonor(flagged)
      .when(when)
      .then(says({ notifyBy: '2026-06-02' }));
    asMonitor(flagged)
      .when(event('TriageMisuse', { incidentType: 'minor-violation' }))
      .then(event('MisuseTriaged', { ...terms('minor-violation'), openBy: '2026-06-15' }));
  });
  it('asks for no second notice after a reopening (R18)', () =>
    asDonor(flagged, grave, notified, opened, dismissed, reopened).when(when).then(says({})));
  it('needs an incident type that is defined (R18)', () => {
    asDonor(flagged)
      .when(event('TriageMisuse', { incidentType: 'hearsay' }))
      .refuses('incident-type-unknown');
    asDonor(flagged)
      .when(event('TriageMisuse', { incidentType: 'constructor' }))
      .refuses('incident-type-unknown');
  });
  it('is for the donor of the case, monitors, investigators and the operator (R18)', () => {
    for (const role of ['monitor', 'investigator', 'operator'] as const)
      on(flagged)
        .as('lumen-inquiry', role)
        .when(when)
        .then(says({ notifyBy: '2026-06-02' }));
    on(flagged).as('sudria', 'donor').when(when).refuses('not-of-the-intake');
    on(flagged).as('sudria', 'recipient').when(when).refuses('not-of-the-intake');
  });
  it('falls to any donor where the one named is accused itself (R18)', () => {
    const against = event('MisuseFlagged', { ...(flagged.data as object), accused: 'norland' });
    on(against)
      .as('sudria', 'donor')
      .when(when)
      .then(says({ notifyBy: '2026-06-02' }));
    asDonor(against).when(when).refuses('not-found');
  });
  it('may decline, with a reason; and either is done once', () => {
    asMonitor(flagged)
      .when(event('DeclineMisuse', { reason: 'outside-assistance' }))
      .then(declined);
    asMonitor(flagged, declined).when(when).refuses('not-at-this-stage');
    asMonitor(...accepted)
      .when(event('DeclineMisuse', { reason: 'outside-assistance' }))
      .refuses('not-at-this-stage');
  });
});

describe('the accused', () => {
  it.each(LATER)('learns nothing before the allegation is put: %s is not found (R18)', (type, data) => {
    asAccused(...inquiry)
      .when(event(type, data), { evidence })
      .refuses('not-found');
    on(...inquiry)
      .as('estmark', 'recipient')
      .when(event(type, data), { evidence })
      .refuses('not-found');
    on(...inquiry)
      .as('sudria', 'monitor', { for: 'ostra-training' })
      .when(event(type, data), { evidence })
      .refuses('not-found');
    on(...inquiry)
      .as('ostra-training', 'monitor', { for: 'norland' })
      .when(event(type, data), { evidence })
      .refuses('not-found');
  });
  it('may add to what it reported itself (R18)', () =>
    on(...inquiry)
      .by('sealed.ostra-training', 'implementer')
      .as('ostra-training', 'implementer')
      .when(event('AddEvidence', { kind: 'serial-record' }), { evidence })
      .then(event('EvidenceAdded', { kind: 'serial-record' })));
  it('has the right of reply from then on, and the recipient beside it, once each (R18)', () => {
    const when = event('ReplyToAllegation', { position: 'contests' });
    asAccused(...inquiry, put)
      .when(when)
      .then(replied);
    asAccused(...heard)
      .when(when)
      .refuses('already-replied');
    on(...heard)
      .as('estmark', 'recipient')
      .when(when)
      .then(event('RecipientReplyReceived', { from: 'estmark', position: 'contests' }));
    on(...heard)
      .as('sudria', 'recipient')
      .when(when)
      .refuses('not-a-party');
    asAccused(...heard, dismissed, reopened, minor)
      .when(when)
      .refuses('allegation-not-put');
  });
  it('adds evidence then, and does nothing else (R18)', () => {
    asAccused(...heard)
      .when(event('AddEvidence', { kind: 'serial-record' }), { evidence })
      .then(event('EvidenceAdded', { kind: 'serial-record' }));
    on(...heard)
      .as('ostra-training', 'monitor')
      .when(event('CloseMisuseCase', { reason: 'done' }))
      .refuses('accused-acts');
    on(...stopped, planned)
      .as('ostra-training', 'monitor')
      .when(event('VerifyRemediation', { ceasedOn: '2026-05-20' }))
      .refuses('accused-acts');
  });
});

describe('the inquiry', () => {
  it('is opened after acceptance, with the days for its finding', () => {
    const when = event('OpenInvestigation', { reason: 'credible-report' });
    asMonitor(...accepted)
      .when(when)
      .then(event('InvestigationOpened', { reason: 'credible-report', concludeBy: '2026-08-30' }));
    asMonitor(flagged).when(when).refuses('not-at-this-stage');
  });
  it('has an investigator who is not the accused (R18)', () => {
    const when = (investigator: string) => event('AssignInvestigator', { investigator });
    asDonor(...accepted, opened)
      .when(when('lumen-inquiry'))
      .then(assigned);
    asDonor(...inquiry)
      .when(when('lumen-inquiry'))
      .then();
    asDonor(...inquiry)
      .when(when('ostra-training'))
      .refuses('investigator-is-accused');
    asDonor(flagged).when(when('lumen-inquiry')).refuses('not-at-this-stage');
  });
  it('takes evidence from anybody, by reference, also when all is over', () => {
    const when = event('AddEvidence', { kind: 'photograph' });
    on(...inquiry)
      .as('intake', 'public')
      .when(when, { evidence })
      .then(event('EvidenceAdded', { kind: 'photograph' }));
    on(flagged, declined, closed)
      .as('sudria', 'recipient')
      .when(when, { evidence })
      .then(event('EvidenceAdded', { kind: 'photograph' }));
    on(...inquiry)
      .as('intake', 'public')
      .when(when)
      .refuses('evidence-missing');
  });
  it('puts the allegation to the recipient and the accused, once (R18)', () => {
    const when = event('PutAllegationToRecipient', { channel: 'note-verbale' });
    const says = (...to: string[]) =>
      event('AllegationPutToRecipient', { channel: 'note-verbale', to, replyBy: '2026-07-01' });
    asInvestigator(...inquiry)
      .when(when)
      .then(says('estmark', 'ostra-training'));
    asDonor({ ...flagged, data: { ...report, accused: 'estmark' } }, minor, opened)
      .when(when)
      .then(says('estmark'));
    asDonor(...inquiry, put)
      .when(when)
      .refuses('already-put');
    asMonitor(...inquiry)
      .when(when)
      .refuses('not-of-the-inquiry');
    on(...inquiry)
      .as('umbra-inquiry', 'investigator')
      .when(when)
      .refuses('not-of-the-inquiry');
  });
  it('is extended to a later day', () => {
    const data = { until: '2026-10-31', reason: 'site-inaccessible' };
    asInvestigator(...inquiry)
      .when(event('ExtendInvestigation', data))
      .then(event('InvestigationExtended', data));
    asInvestigator(...inquiry, event('InvestigationExtended', data))
      .when(event('ExtendInvestigation', data))
      .refuses('not-later');
  });
});

describe('a finding', () => {
  const substantiate = event('SubstantiateMisuse', ground);
  it('is made by the investigator assigned, whom it names', () => {
    asInvestigator(...heard)
      .when(substantiate)
      .then(event('MisuseSubstantiated', { ...found, measureBy: '2026-07-01' }));
    asInvestigator(...inquiry)
      .when(event('DismissMisuse', ground))
      .then(dismissed);
    asInvestigator(...inquiry)
      .when(event('FindMisuseInconclusive', ground))
      .then(inconclusive);
    for (const type of ['SubstantiateMisuse', 'DismissMisuse', 'FindMisuseInconclusive']) {
      on(...heard)
        .as('umbra-inquiry', 'investigator')
        .when(event(type, ground))
        .refuses('not-the-investigator');
      on(...heard)
        .as('lumen-inquiry', 'donor')
        .when(event(type, ground))
        .refuses('not-the-investigator');
      asInvestigator(...heard, substantiated)
        .when(event(type, ground))
        .refuses('not-at-this-stage');
    }
  });
  it('is never made by the organisation that reported (R18, separation of duties)', () => {
    for (const type of ['SubstantiateMisuse', 'DismissMisuse', 'FindMisuseInconclusive'])
      asInvestigator(...heard)
        .by('sealed.lumen-inquiry', 'investigator')
        .when(event(type, ground))
        .refuses('reporter-investigates');
  });
  it('holds nothing to be so before the recipient was heard, or its days are over (R18)', () => {
    asInvestigator(...inquiry)
      .when(substantiate)
      .refuses('allegation-not-put');
    asInvestigator(...inquiry, put)
      .when(substantiate)
      .refuses('reply-awaited');
    asInvestigator(...inquiry, put)
      .when(substantiate, { now: '2026-06-02T00:00:00.000Z' })
      .then(event('MisuseSubstantiated', { ...found, measureBy: '2026-07-02' }));
  });
});

describe('a precautionary suspension', () => {
  const order = event('OrderPrecautionarySuspension', { scopes, until: '2026-06-30' });
  const lapsed = (reason: string, until = '2026-06-30') =>
    event('PrecautionarySuspensionLapsed', { scopes, until, reason });
  const july = '2026-07-01T00:00:00.000Z';
  it('is ordered by the donor in an accepted case, for scopes that it names, until a day (R18)', () => {
    asDonor(...accepted)
      .when(order)
      .then(precaution);
    asDonor(flagged).when(order).refuses('not-at-this-stage');
    asMonitor(...accepted)
      .when(order)
      .refuses('not-the-donor');
    asDonor(...accepted, precaution)
      .when(order)
      .refuses('precaution-in-force');
    asDonor(...accepted)
      .when(event('OrderPrecautionarySuspension', { scopes: [], until: '2026-06-30' }))
      .refuses('scopes-unnamed');
    asDonor(...accepted)
      .when(order, { now: july })
      .refuses('day-in-past');
  });
  it('lapses unless renewed, which the system records after its last day (R18)', () => {
    const when = event('LapsePrecautionarySuspension', { until: '2026-06-30' });
    asSystem(...accepted, precaution)
      .when(when, { now: july })
      .then(lapsed('not-renewed'));
    asSystem(...accepted, precaution)
      .when(when, { now: '2026-06-30T23:59:59.000Z' })
      .refuses('not-over-yet');
    asDonor(...accepted, precaution)
      .when(when, { now: july })
      .refuses('not-the-system');
    asSystem(...accepted)
      .when(when, { now: july })
      .refuses('no-precaution');
    const renewed = event('PrecautionarySuspensionRenewed', { scopes, until: '2026-07-31' });
    asSystem(...accepted, precaution, renewed)
      .when(when, { now: july })
      .refuses('no-precaution');
  });
  it('holds through its last day (R18)', () => {
    const lastDay = { now: '2026-06-30T23:59:59.000Z' };
    asDonor(...accepted)
      .when(order, lastDay)
      .then(precaution);
    asDonor(...accepted, precaution)
      .when(order, lastDay)
      .refuses('precaution-in-force');
    asDonor(...accepted, precaution)
      .when(event('RenewPrecautionarySuspension', { until: '2026-07-31' }), lastDay)
      .then(event('PrecautionarySuspensionRenewed', { scopes, until: '2026-07-31' }));
  });
  it('is renewed to a later day while it is in force (R18)', () => {
    const when = (until: string) => event('RenewPrecautionarySuspension', { until });
    asDonor(...accepted, precaution)
      .when(when('2026-07-31'))
      .then(event('PrecautionarySuspensionRenewed', { scopes, until: '2026-07-31' }));
    asDonor(...accepted, precaution)
      .when(when('2026-06-30'))
      .refuses('not-later');
    asDonor(...accepted, precaution)
      .when(when('2026-07-31'), { now: july })
      .refuses('no-precaution');
    asDonor(...accepted, precaution, lapsed('not-renewed'))
      .when(when('2026-07-31'))
      .refuses('no-precaution');
  });
  it('is ordered again after its last day, recorded as lapsed or not (R18)', () => {
    const again = event('OrderPrecautionarySuspension', { scopes, until: '2026-08-31' });
    asDonor(...accepted, precaution)
      .when(again, { now: july })
      .then(lapsed('not-renewed'), event('PrecautionarySuspensionOrdered', again.data as object));
  });
  it('ends with its reason: dismissal, suspension, termination, closing (R18)', () => {
    asInvestigator(...inquiry, precaution)
      .when(event('DismissMisuse', ground))
      .then(dismissed, lapsed('misuse-dismissed'));
    asDonor(...toSuspend, precaution)
      .when(event('SuspendAssistance', { scopes }))
      .then(suspended, lapsed('assistance-suspended'));
    const end = { scopes, reason: 'not-remedied' };
    asDonor(...proven, decided('terminate'), precaution)
      .when(event('TerminateAssistance', end))
      .then(event('AssistanceTerminated', end), lapsed('assistance-terminated'));
    asDonor(...inquiry, precaution, inconclusive)
      .when(event('CloseMisuseCase', { reason: 'done' }))
      .then(closed, lapsed('case-closed'));
  });
});

describe('the notice to the legislature', () => {
  const when = event('NotifyLegislature', notified.data as object);
  it('is given once a violation may have occurred, before any finding (R18)', () => {
    asDonor(flagged, grave).when(when).then(notified);
    asDonor(flagged).when(when).refuses('not-at-this-stage');
    asDonor(flagged, grave, notified).when(when).refuses('already-notified');
  });
  it('is missed by a case that closes without it, also a dismissed one (R18)', () => {
    const close = event('CloseMisuseCase', { reason: 'done' });
    asDonor(flagged, grave, opened, dismissed).when(close).refuses('notice-missing');
    asDonor(flagged, grave, opened, dismissed, notified).when(close).then(closed);
  });
});

describe('a measure', () => {
  const when = (measure: string, more: object = {}) => event('DecideMeasure', { measure, ...more });
  it.each([
    ['suspend', {}],
    ['condition', { conditions: ['joint-inventory'] }],
    ['recover', {}],
    ['refer', { referredTo: 'court-of-audit' }],
    ['terminate', {}],
    ['no-action', { justification: 'remedied-before' }],
  ])('%s is decided by the donor in a substantiated case, and in an inconclusive one too (R18)', (measure, more) => {
    asDonor(...proven)
      .when(when(measure, more))
      .then(decided(measure, more));
    asDonor(...heard, inconclusive)
      .when(when(measure, more))
      .then(decided(measure, more));
    asMonitor(...proven)
      .when(when(measure, more))
      .refuses('not-the-donor');
    asDonor(...heard, dismissed)
      .when(when(measure, more))
      .refuses('not-at-this-stage');
  });
  it('says what it cannot go without (R18)', () => {
    asDonor(...proven)
      .when(when('no-action'))
      .refuses('measure-incomplete');
    asDonor(...proven)
      .when(when('condition', { conditions: [] }))
      .refuses('measure-incomplete');
    asDonor(...proven)
      .when(when('refer'))
      .refuses('measure-incomplete');
  });
  it('is not taken against those who were never told (R18)', () => {
    asDonor(...inquiry, inconclusive)
      .when(when('suspend'))
      .refuses('allegation-not-put');
    const justified = { justification: 'nothing-found' };
    asDonor(...inquiry, inconclusive)
      .when(when('no-action', justified))
      .then(decided('no-action', justified));
  });
  it('stands beside others, each once; no action stands alone', () => {
    asDonor(...toSuspend)
      .when(when('recover'))
      .then(decided('recover'));
    asDonor(...toSuspend)
      .when(when('suspend'))
      .refuses('measure-already-decided');
    asDonor(...toSuspend)
      .when(when('no-action', { justification: 'j' }))
      .refuses('no-action-stands-alone');
    asDonor(...proven, decided('no-action', { justification: 'j' }))
      .when(when('suspend'))
      .refuses('no-action-stands-alone');
  });
});

describe('assistance', () => {
  it('is suspended in scopes that are named, where that was decided (R18)', () => {
    const when = event('SuspendAssistance', { scopes });
    asDonor(...toSuspend)
      .when(when)
      .then(suspended);
    asDonor(...toSuspend)
      .when(event('SuspendAssistance', { scopes: [] }))
      .refuses('scopes-unnamed');
    asDonor(...proven)
      .when(when)
      .refuses('measure-not-decided');
    asDonor(...stopped)
      .when(when)
      .refuses('assistance-not-running');
  });
  it('has a remedy agreed where it was suspended or put under conditions', () => {
    const when = event('AgreeRemediationPlan', planned.data as object);
    asDonor(...stopped)
      .when(when)
      .then(planned);
    asDonor(...proven, decided('condition', { conditions: ['joint-inventory'] }))
      .when(when)
      .then(planned);
    asDonor(...proven)
      .when(when)
      .refuses('measure-not-decided');
    asDonor(...stopped, planned, verified)
      .when(when)
      .refuses('violation-has-ceased');
    asDonor(...stopped)
      .when(when, { now: '2026-08-01T00:00:00.000Z' })
      .refuses('day-in-past');
  });
  it('has a remedy agreed that may be due the same day', () =>
    asDonor(...stopped)
      .when(event('AgreeRemediationPlan', planned.data as object), { now: '2026-07-31T23:59:59.000Z' })
      .then(planned));
  it('has its remedy verified on the day on which the violation ceased', () =>
    asMonitor(...stopped, planned)
      .when(event('VerifyRemediation', { ceasedOn: '2026-06-01' }))
      .then(event('RemediationVerified', { ceasedOn: '2026-06-01', verifier: 'veritas-monitor' })));
  it('has its remedy verified by a monitor or investigator, whom the event names', () => {
    const when = event('VerifyRemediation', { ceasedOn: '2026-04-30' });
    asMonitor(...stopped, planned)
      .when(when)
      .then(verified);
    asDonor(...stopped, planned)
      .when(when)
      .refuses('not-a-verifier');
    asMonitor(...stopped)
      .when(when)
      .refuses('no-remediation-plan');
    asMonitor(...stopped, planned, verified)
      .when(when)
      .refuses('violation-has-ceased');
    asMonitor(...stopped, planned)
      .when(event('VerifyRemediation', { ceasedOn: '2026-06-02' }))
      .refuses('day-in-future');
  });
  it('has its remedy never verified by the organisation that reported (R18, separation of duties)', () =>
    asMonitor(...stopped, planned)
      .by('sealed.veritas-monitor', 'monitor')
      .when(event('VerifyRemediation', { ceasedOn: '2026-04-30' }))
      .refuses('reporter-verifies'));
  it('has assurances received from the recipient or the accused', () => {
    const when = event('RecordAssurances', assured.data as object);
    asDonor(...stopped)
      .when(when)
      .then(assured);
    asDonor(...proven)
      .when(when)
      .refuses('measure-not-decided');
    asDonor(...stopped)
      .when(event('RecordAssurances', { from: 'sudria', undertakings: ['no-retransfer'] }))
      .refuses('assurances-from-another');
  });
  it('is resumed in the scopes suspended once the violation has ceased and assurances were received (R18)', () => {
    const when = event('ResumeAssistance', { reason: 'remedied' });
    const resumed = event('AssistanceResumed', { scopes, reason: 'remedied' });
    asDonor(...stopped, planned, verified, assured)
      .when(when)
      .then(resumed);
    asDonor(...stopped, assured, planned)
      .when(when)
      .refuses('violation-not-ceased');
    asDonor(...stopped, planned, verified)
      .when(when)
      .refuses('assurances-missing');
    asDonor(...toSuspend)
      .when(when)
      .refuses('not-suspended');
    asDonor(...stopped, planned, verified, assured, resumed)
      .when(when)
      .refuses('not-suspended');
  });
  it('is terminated in scopes that are named, where that was decided, once', () => {
    const data = { scopes, reason: 'not-remedied' };
    const when = event('TerminateAssistance', data);
    asDonor(...proven, decided('terminate'))
      .when(when)
      .then(event('AssistanceTerminated', data));
    asDonor(...proven)
      .when(when)
      .refuses('measure-not-decided');
    asDonor(...proven, decided('terminate'))
      .when(event('TerminateAssistance', { ...data, scopes: [] }))
      .refuses('scopes-unnamed');
    asDonor(...proven, decided('terminate'), event('AssistanceTerminated', data))
      .when(when)
      .refuses('already-terminated');
  });
});

describe('money that comes back', () => {
  const toRecover = [...proven, decided('recover')];
  const data = { amount: 100, currency: 'USD', account: 'norland.account-1' };
  const came = event('FundsRecovered', data);
  it('is recorded where recovery was decided, also after closing', () => {
    asDonor(...toRecover)
      .when(event('RecoverFunds', data))
      .then(came);
    asDonor(...toRecover, closed)
      .when(event('RecoverFunds', data))
      .then(came);
    asDonor(...proven)
      .when(event('RecoverFunds', data))
      .refuses('measure-not-decided');
  });
  it('stays, currency by currency, within what a row can hold', () => {
    const all = { amount: Number.MAX_SAFE_INTEGER, currency: 'USD' };
    asDonor(...toRecover, came)
      .when(event('RecoverFunds', all))
      .refuses('amount-beyond-range');
    asDonor(...toRecover, came)
      .when(event('RecoverFunds', { ...all, currency: 'EUR' }))
      .then(event('FundsRecovered', { ...all, currency: 'EUR' }));
  });
  it('is corrected by the difference, down to nothing and no further, naming its event (R26)', () => {
    const nth = toRecover.length;
    const correct = (difference: number, corrects = given.id(nth)) =>
      event('CorrectRecovery', { corrects, difference, reason: 'entered-twice' });
    const corrected = (difference: number) =>
      event('RecoveryCorrected', { ...(correct(difference).data as object), currency: 'USD' });
    asDonor(...toRecover, came)
      .when(correct(-100))
      .then(corrected(-100));
    asDonor(...toRecover, came, closed)
      .when(correct(50))
      .then(corrected(50));
    asDonor(...toRecover, came, corrected(-40))
      .when(correct(-61))
      .refuses('exceeds-what-was-recovered');
    asDonor(...toRecover, came)
      .when(correct(0))
      .refuses('nothing-corrected');
    asDonor(...toRecover, came)
      .when(correct(-1, given.id(0)))
      .refuses('corrects-unknown-event');
    asDonor(...toRecover, came)
      .when(correct(Number.MAX_SAFE_INTEGER))
      .refuses('amount-beyond-range');
  });
});

describe('a case closes', () => {
  const when = event('CloseMisuseCase', { reason: 'done' });
  const resumed = event('AssistanceResumed', { scopes, reason: 'remedied' });
  const terminated = event('AssistanceTerminated', { scopes, reason: 'not-remedied' });
  const conditions = decided('condition', { conditions: ['joint-inventory'] });
  it.each([
    ['declined', [flagged, declined]],
    ['dismissed', [...heard, dismissed]],
    ['inconclusive, without a measure', [...heard, inconclusive]],
    ['substantiated, with no action that is justified', [...proven, decided('no-action', { justification: 'j' })]],
    ['resumed', [...stopped, planned, verified, assured, resumed]],
    ['terminated', [...proven, decided('suspend'), decided('terminate'), conditions, terminated]],
    ['under conditions that were kept', [...proven, conditions, planned, verified]],
  ])('when it is %s', (_, past) =>
    asDonor(...past)
      .when(when)
      .then(closed),
  );
  it('never while substantiated without a decided measure (R18)', () =>
    asDonor(...proven)
      .when(when)
      .refuses('measure-missing'));
  it('never while assistance is suspended (R18)', () =>
    asDonor(...stopped)
      .when(when)
      .refuses('assistance-suspended'));
  it.each([
    ['suspend', [...toSuspend]],
    ['terminate', [...proven, decided('terminate')]],
    ['condition', [...proven, conditions, planned]],
  ])('never before the measure %s was carried out (R18)', (_, past) =>
    asDonor(...past)
      .when(when)
      .refuses('measure-not-carried-out'),
  );
  it('not while the inquiry is under way', () =>
    asDonor(...inquiry)
      .when(when)
      .refuses('not-at-this-stage'));
});

describe('a case is reopened', () => {
  const when = event('ReopenMisuseCase', { reason: 'new-evidence' });
  const says = event('MisuseCaseReopened', { reason: 'new-evidence', triageBy: '2026-07-01' });
  it.each([
    ['declined', [flagged, declined]],
    ['dismissed', [...heard, dismissed]],
    ['closed', [...heard, inconclusive, closed]],
  ])('when it was %s, on new evidence (R18)', (_, past) => {
    asDonor(...past)
      .when(when, { evidence })
      .then(says);
    asDonor(...past)
      .when(when)
      .refuses('evidence-missing');
  });
  it('not while it is open', () =>
    asDonor(...inquiry)
      .when(when, { evidence })
      .refuses('not-at-this-stage'));
  it('for a triage, a finding and measures of its own', () => {
    const again = [
      ...toSuspend,
      suspended,
      planned,
      verified,
      assured,
      event('AssistanceResumed', { scopes, reason: 'r' }),
      closed,
      reopened,
    ];
    asMonitor(...again)
      .when(event('DeclineMisuse', { reason: 'outside-assistance' }))
      .then(declined);
    asInvestigator(...again, minor, opened)
      .when(event('DismissMisuse', ground))
      .refuses('not-the-investigator');
    asDonor(...again, minor, opened, assigned, put, replied, substantiated)
      .when(event('CloseMisuseCase', { reason: 'done' }))
      .refuses('measure-missing');
  });
});

describe('a step becomes overdue', () => {
  const when = (step: string) => event('RecordOverdueStep', { step });
  const overdue = (step: string, due: string) => event('MisuseStepBecameOverdue', { step, due });
  const later = { now: '2026-12-01T00:00:00.000Z' };
  it.each([
    ['acknowledge', '2026-05-08', [flagged]],
    ['triage', '2026-05-31', [flagged]],
    ['notify', '2026-05-02', [flagged, grave]],
    ['open', '2026-05-15', [...accepted]],
    ['conclude', '2026-07-30', [...inquiry]],
    ['reply', '2026-06-01', [...inquiry, put]],
    ['measure', '2026-05-31', [...proven]],
    ['remediate', '2026-07-31', [...stopped, planned]],
  ])('%s, with the day on which it fell due: %s, once', (step, due, past) => {
    asSystem(...past)
      .when(when(step), later)
      .then(overdue(step, due));
    asSystem(...past, overdue(step, due))
      .when(when(step), later)
      .then();
    asSystem(...past)
      .when(when(step), { now: `${due}T23:59:59.000Z` })
      .refuses('not-overdue-yet');
    asDonor(...past)
      .when(when(step), later)
      .refuses('not-the-system');
    asSystem(...past)
      .when(when(step), { now: `${addDays(due, 1)}T00:00:00.000Z` })
      .then(overdue(step, due));
  });
  it('once for each day that it fell due', () => {
    const extended = event('InvestigationExtended', { until: '2026-08-31', reason: 'r' });
    asSystem(...inquiry, overdue('conclude', '2026-07-30'), extended)
      .when(when('conclude'), later)
      .then(overdue('conclude', '2026-08-31'));
  });
  it.each([
    ['acknowledge', [flagged, event('MisuseReportAcknowledged', { channel: 'c' })]],
    ['triage', [flagged, declined]],
    ['notify', [flagged, grave, notified]],
    ['notify', [...accepted]],
    ['open', [...inquiry]],
    ['reply', [...heard]],
    ['conclude', [...proven]],
    ['measure', [...toSuspend]],
    ['remediate', [...stopped, planned, verified]],
    ['acknowledge', [flagged, declined, closed]],
  ])('never when it is done or was not asked for: %s', (step, past) =>
    asSystem(...past)
      .when(when(step), later)
      .refuses('step-not-due'),
  );
});
