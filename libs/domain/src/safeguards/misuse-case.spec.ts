import { describe, expect, it } from '@jest/globals';
import { MISUSE_STEPS } from '@entente/contracts';
import { addDays } from '@entente/kernel';
import { type Act, act as event, given, set } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { legalFramework } from '../framework/legal-framework.js';
import { fundingAccount } from '../planning/funding-account.js';
import { programme } from '../planning/programme.js';
import { INCIDENT_TYPES } from './incident-types.js';
import { misuseCase } from './misuse-case.js';

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
/** Flagged on 1 May 2026, as all of the past; decisions are on 1 June by default. */
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
const replied = event('RecipientReplyReceived', { from: 'ostra-training', position: 'contests', awaited: ['estmark'] });
const answered = event('RecipientReplyReceived', { from: 'estmark', position: 'contests' });
const ground = { ground: 'serials-found-elsewhere' };
const found = { ...ground, investigator: 'lumen-inquiry' };
const substantiated = event('MisuseSubstantiated', { ...found, measureBy: '2026-05-31' });
const inconclusive = event('MisuseFoundInconclusive', found);
const dismissed = event('MisuseDismissed', found);
const declined = event('MisuseDeclined', { reason: 'outside-assistance' });
/** The decisions add the case's donor. */
const bound = { scopes, donor: 'norland' };
const precaution = event('PrecautionarySuspensionOrdered', { ...bound, until: '2026-06-30' });
const decided = (measure: string, more: object = {}) => event('MeasureDecided', { measure, ...more });
const suspended = event('AssistanceSuspended', bound);
const planned = event('RemediationPlanAgreed', { steps: ['recover-items'], due: '2026-07-31' });
const verified = event('RemediationVerified', { ceasedOn: '2026-04-30', verifier: 'veritas-monitor' });
const assured = event('AssurancesReceived', { from: 'estmark', undertakings: ['no-retransfer'] });
const closed = event('MisuseCaseClosed', { reason: 'done' });
const reopened = event('MisuseCaseReopened', { reason: 'new-evidence', triageBy: '2026-05-31' });

const accepted = [flagged, minor];
const inquiry = [...accepted, opened, assigned];
const withReply = [...inquiry, put, replied, answered];
const proven = [...withReply, substantiated];
const toSuspend = [...proven, decided('suspend')];
const stopped = [...toSuspend, suspended];

/** The programme in scope, suspended for the case. */
const suspendedFor = [
  event('ProgrammeProposed', { donor: 'norland', recipient: 'estmark', kind: 'bilateral' }),
  event('ProgrammeSuspended', { reason: 'misuse-measure', misuseCase: `sealed.${'5'.repeat(32)}` }),
];
const ended = [...suspendedFor, event('ProgrammeTerminated', { reason: 'misuse-measure' })];

const on = (...past: Act[]) =>
  given(misuseCase, ...past)
    .knowing(programme, 'norland.programme-1', ...suspendedFor)
    .registered(
      ['norland', 'sudria', 'veritas-monitor', 'lumen-inquiry', 'ostra-training'],
      'donor',
      'monitor',
      'investigator',
    );
const asDonor = (...past: Act[]) => on(...past).as('norland', 'donor');
const asMonitor = (...past: Act[]) => on(...past).as('veritas-monitor', 'monitor');
const asInvestigator = (...past: Act[]) => on(...past).as('lumen-inquiry', 'investigator');
const asSystem = (...past: Act[]) => on(...past).as('entente', 'system');
const asAccused = (...past: Act[]) => on(...past).as('ostra-training', 'implementer');
const evidence = [{ sha256: 'a'.repeat(64) }];

/** All of the past happened on 1 May. */
const DAY_BEFORE = { occurredAt: '2026-04-30T09:00:00.000Z' };
describe('no step comes before those on which it rests (R30)', () => {
  const resume = event('ResumeAssistance', { reason: 'ceased-and-assured' });
  it.each([
    [
      'an investigation before the triage',
      asDonor(...accepted),
      event('OpenInvestigation', { reason: 'credible-report' }),
    ],
    [
      'a reply before the allegation was put',
      asAccused(...inquiry, put),
      event('ReplyToAllegation', { position: 'contests' }),
    ],
    ['a finding before the allegation was put', asInvestigator(...withReply), event('SubstantiateMisuse', ground)],
    ['a dismissal before the investigation', asInvestigator(...inquiry), event('DismissMisuse', ground)],
    ['a suspension before its measure', asDonor(...toSuspend), event('SuspendAssistance', { scopes })],
    ['a resumption before the assurances', asDonor(...stopped, planned, verified, assured), resume],
  ])('%s', (_, of, command) => of.refuses(command, 'before-the-fact', DAY_BEFORE));
});

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
  ['NotifyLegislature', notified.data],
  ['DecideMeasure', { measure: 'suspend' }],
  ['SuspendAssistance', { scopes }],
  ['AgreeRemediationPlan', planned.data],
  ['VerifyRemediation', { ceasedOn: '2026-05-20' }],
  ['RecordAssurances', assured.data],
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
  const expected = event('MisuseFlagged', { ...report, acknowledgeBy: '2026-06-08', triageBy: '2026-07-01' });
  it.each([
    ['sudria', 'recipient'],
    ['harbour-watch', 'implementer'],
    ['intake', 'public'],
    ['ostra-training', 'implementer'],
  ] as const)('is taken from anybody (R18): %s as %s, with its limits from the day it came in', (organisation, role) =>
    on().as(organisation, role).decides(when, expected, { occurredAt: '2026-05-01T00:00:00.000Z' }),
  );
  it('is refused by no state of a programme (R18)', () =>
    on()
      .knowing(programme, 'norland.programme-1', ...ended)
      .decides(
        event('FlagMisuse', report),
        event('MisuseFlagged', { ...report, acknowledgeBy: '2026-06-08', triageBy: '2026-07-01' }),
      ));
  it('takes the programme from the case if it names none', () => {
    const leftOut = <Data extends object>(data: Data) =>
      Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'programme'));
    const without = leftOut(report);
    const expected = { ...report, acknowledgeBy: '2026-06-08', triageBy: '2026-07-01' };
    const requested = event('AssistanceRequested', { donor: 'norland', programme: 'norland.programme-1', asked: [] });
    on()
      .knowing(assistanceCase, 'norland.case-1', requested)
      .decides(event('FlagMisuse', without), event('MisuseFlagged', expected));
    on().decides(event('FlagMisuse', without), event('MisuseFlagged', leftOut(expected)));
  });
  it('has the days of the framework, also of a case that alone is named', () => {
    const { programme: _, ...without } = report;
    const F = 'norland.framework-1';
    const parameters = [
      { parameter: 'misuseAcknowledgeDays', value: 3 },
      { parameter: 'misuseTriageDays', value: 10 },
    ];
    const within = 'norland.programme-1';
    const requested = event('AssistanceRequested', { donor: 'norland', programme: within, framework: F, asked: [] });
    const names = (framework: string) =>
      on()
        .knowing(assistanceCase, 'norland.case-1', requested)
        .knowing(programme, within, event('ProgrammeProposed', { donor: 'norland', recipient: 'estmark', framework }))
        .knowing(legalFramework, F, event('AgreementDrafted', { donor: 'norland', recipient: 'estmark', parameters }));
    const expected = (acknowledgeBy: string, triageBy: string) =>
      event('MisuseFlagged', { ...report, acknowledgeBy, triageBy });
    names(F).decides(event('FlagMisuse', without), expected('2026-06-04', '2026-06-11'));
    // The framework of the programme was corrected since: the case knows only the one before.
    names('norland.framework-2').decides(event('FlagMisuse', without), expected('2026-06-08', '2026-07-01'));
  });
  it('names days in their order that are not to come', () => {
    const happened = (from: string, to: string) => event('FlagMisuse', { ...report, happened: { from, to } });
    on().refuses(happened('2026-04-20', '2026-04-01'), 'days-out-of-order');
    on().refuses(happened('2026-04-20', '2026-06-03'), 'day-in-future');
    const eastern = { ...report, happened: { from: '2026-06-02', to: '2026-06-02' } };
    on().decides(
      event('FlagMisuse', eastern),
      event('MisuseFlagged', { ...eastern, acknowledgeBy: '2026-06-08', triageBy: '2026-07-01' }),
    );
  });
  it('is made once, under an id that says nothing', () => {
    on(flagged).refuses(when, 'already-exists');
    on().as('sudria', 'recipient').named('sudria.case-1').refuses(when, 'foreign-id');
  });
  it.each(LATER)('comes before %s', (type, data) => on().refuses(event(type, data), 'not-found', { evidence }));
  it('is acknowledged once', () => {
    const expected = event('MisuseReportAcknowledged', { channel: 'sealed-intake' });
    const when = event('AcknowledgeMisuseReport', expected.data);
    asMonitor(flagged).decides(when, expected);
    asMonitor(flagged, expected).refuses(when, 'already-acknowledged');
    asMonitor(flagged, declined, closed).refuses(when, 'not-at-this-stage');
  });
  it('is corrected by the value that replaces the wrong one, by its reporter or the intake (R26)', () => {
    const correction = {
      corrects: given.id(0),
      reason: 'wrong-date',
      happened: { from: '2026-03-01', to: '2026-03-02' },
    };
    const when = event('CorrectMisuseReport', correction);
    const expected = event('MisuseReportCorrected', correction);
    on(flagged).by('sealed.sudria', 'recipient').as('sudria', 'recipient').decides(when, expected);
    asMonitor(flagged).decides(when, expected);
    on(flagged).as('sudria', 'recipient').refuses(when, 'not-the-reporter');
    on(...withReply)
      .as('ostra-training', 'monitor')
      .refuses(when, 'not-the-reporter');
    const refused = (more: object, code: string) =>
      asMonitor(flagged, minor).refuses(event('CorrectMisuseReport', { ...correction, ...more }), code);
    refused({ corrects: given.id(1) }, 'corrects-unknown-event');
    refused({ corrects: given.id(9) }, 'corrects-unknown-event');
    refused({ happened: { from: '2026-03-02', to: '2026-03-01' } }, 'days-out-of-order');
    asMonitor(flagged).refuses(
      event('CorrectMisuseReport', { corrects: given.id(0), reason: 'wrong-date' }),
      'nothing-corrected',
    );
  });
});

describe('the incident type of a triage is corrected (R26)', () => {
  const data = { corrects: given.id(1), incidentType: 'unauthorised-transfer', reason: 'mistyped' };
  const correct = event('CorrectTriage', data);
  const corrected = event('TriageCorrected', { ...data, ...grave.data });
  it('to another one that is defined, whose days count from the triage, while the investigation is waited for', () => {
    asDonor(flagged, minor).decides(correct, corrected);
    asDonor(flagged, minor).refuses(
      event('CorrectTriage', { ...data, incidentType: 'minor-violation' }),
      'nothing-corrected',
    );
    asDonor(flagged, minor).refuses(
      event('CorrectTriage', { ...data, incidentType: 'hearsay' }),
      'incident-type-unknown',
    );
    asDonor(flagged, minor, opened).refuses(correct, 'not-at-this-stage');
    asDonor(flagged, minor, declined, reopened, minor).refuses(correct, 'outcome-replaced');
  });
  it('without another notice to the legislature, once it was notified', () => {
    const { notifyBy: _, ...terms } = corrected.data as { readonly notifyBy: string };
    asDonor(flagged, minor, notified).decides(correct, event('TriageCorrected', terms));
  });
});

describe('triage', () => {
  const when = event('TriageMisuse', { incidentType: 'unauthorised-transfer' });
  const expected = (more: object) =>
    event('MisuseTriaged', { ...terms('unauthorised-transfer'), openBy: '2026-06-08', ...more });
  it('copies the terms of its incident type, with the notice due on acceptance where the type asks for it (R18)', () => {
    asDonor(flagged).decides(when, expected({ notifyBy: '2026-06-02' }));
    asMonitor(flagged).decides(
      event('TriageMisuse', { incidentType: 'minor-violation' }),
      event('MisuseTriaged', { ...terms('minor-violation'), openBy: '2026-06-15' }),
    );
  });
  it('asks for no second notice after a reopening (R18)', () =>
    asDonor(flagged, grave, notified, opened, dismissed, reopened).decides(when, expected({})));
  it('has the terms of the framework that the programme names, on the day of the triage (R18)', () => {
    const limits = { notify: 3, open: 5, reply: 10, conclude: 40, measure: 10 };
    const own = { noticeRequired: true, escalation: 'ministry', limits };
    const defined = event('IncidentTypeDefined', { ...own, incidentType: 'loss-at-sea', reason: 'directive' });
    const framed = () => asDonor(flagged).under('norland.programme-1', defined);
    framed().decides(
      event('TriageMisuse', { incidentType: 'loss-at-sea' }),
      event('MisuseTriaged', { ...own, incidentType: 'loss-at-sea', openBy: '2026-06-06', notifyBy: '2026-06-04' }),
    );
    framed().decides(when, expected({ notifyBy: '2026-06-02' }));
    framed().refuses(event('TriageMisuse', { incidentType: 'hearsay' }), 'incident-type-unknown');
  });
  it('is due within the days of the framework, also of a reopened case, and 30 days without one (R18)', () => {
    const days = set({ misuseAcknowledgeDays: 3, misuseTriageDays: 10 });
    const framed = (...past: Parameters<typeof on>) =>
      on(...past)
        .as('norland', 'donor')
        .under('norland.programme-1', ...days);
    framed().decides(
      event('FlagMisuse', report),
      event('MisuseFlagged', { ...report, acknowledgeBy: '2026-06-04', triageBy: '2026-06-11' }),
    );
    const reopen = event('ReopenMisuseCase', { reason: 'new-evidence' });
    const again = (triageBy: string) => event('MisuseCaseReopened', { reason: 'new-evidence', triageBy });
    framed(flagged, declined, closed).decides(reopen, again('2026-06-11'), { evidence });
    asDonor(flagged, declined, closed).decides(reopen, again('2026-07-01'), { evidence });
    // Recorded late, it counts from the recording, as the report does: no intake knew of it before.
    const late = { evidence, occurredAt: '2026-05-20T09:00:00.000Z' };
    asDonor(flagged, declined, closed).decides(reopen, again('2026-07-01'), late);
  });
  it('needs an incident type that is defined (R18)', () => {
    asDonor(flagged).refuses(event('TriageMisuse', { incidentType: 'hearsay' }), 'incident-type-unknown');
    asDonor(flagged).refuses(event('TriageMisuse', { incidentType: 'constructor' }), 'incident-type-unknown');
  });
  it('is for the donor of the case, monitors, investigators and the operator (R18)', () => {
    for (const role of ['monitor', 'investigator', 'operator'] as const)
      on(flagged)
        .as('lumen-inquiry', role)
        .decides(when, expected({ notifyBy: '2026-06-02' }));
    on(flagged).as('sudria', 'donor').refuses(when, 'not-of-the-intake');
    on(flagged).as('sudria', 'recipient').refuses(when, 'not-of-the-intake');
  });
  it('falls to any donor where the one named is accused itself (R18)', () => {
    const against = event('MisuseFlagged', { ...flagged.data, accused: 'norland' });
    on(against)
      .as('sudria', 'donor')
      .decides(when, expected({ notifyBy: '2026-06-02' }));
    asDonor(against).refuses(when, 'not-found');
  });
  it('may decline, with a reason; and either is done once', () => {
    asMonitor(flagged).decides(event('DeclineMisuse', { reason: 'outside-assistance' }), declined);
    asMonitor(flagged, declined).refuses(when, 'not-at-this-stage');
    asMonitor(...accepted).refuses(event('DeclineMisuse', { reason: 'outside-assistance' }), 'not-at-this-stage');
  });
});

describe('a misuse case that does not exist', () => {
  it('has the same refusal as one of which the accused may not know (R18)', () => {
    const when = event('AcknowledgeMisuseReport', { channel: 'sealed-intake' });
    const requirement = 'the command flag was accepted for this misuse case';
    given(misuseCase).as('ostra-training', 'implementer').refusesWith(when, 'not-found', {}, requirement);
    asAccused(flagged).refusesWith(when, 'not-found', {}, requirement);
  });
});

describe('the accused', () => {
  it.each(LATER)('learns nothing before the allegation is put: %s is not found (R18)', (type, data) => {
    asAccused(...inquiry).refuses(event(type, data), 'not-found', { evidence });
    on(...inquiry)
      .as('estmark', 'recipient')
      .refuses(event(type, data), 'not-found', { evidence });
    on(...inquiry)
      .as('sudria', 'monitor', { for: 'ostra-training' })
      .refuses(event(type, data), 'not-found', { evidence });
    on(...inquiry)
      .as('ostra-training', 'monitor', { for: 'norland' })
      .refuses(event(type, data), 'not-found', { evidence });
  });
  it('may add to what it reported itself (R18)', () =>
    on(...inquiry)
      .by('sealed.ostra-training', 'implementer')
      .as('ostra-training', 'implementer')
      .decides(event('AddEvidence', { kind: 'serial-record' }), event('EvidenceAdded', { kind: 'serial-record' }), {
        evidence,
      }));
  it('has the right of reply from then on, and the recipient beside it, once each (R18)', () => {
    const when = event('ReplyToAllegation', { position: 'contests' });
    asAccused(...inquiry, put).decides(when, replied);
    asAccused(...inquiry, put, replied).refuses(when, 'already-replied');
    on(...inquiry, put, replied)
      .as('estmark', 'recipient')
      .decides(when, answered);
    on(...withReply)
      .as('sudria', 'recipient')
      .refuses(when, 'not-a-party');
    asAccused(...withReply, dismissed, reopened, minor).refuses(when, 'allegation-not-put');
  });
  it('adds evidence then, and does nothing else (R18)', () => {
    asAccused(...withReply).decides(
      event('AddEvidence', { kind: 'serial-record' }),
      event('EvidenceAdded', { kind: 'serial-record' }),
      { evidence },
    );
    on(...withReply)
      .as('ostra-training', 'monitor')
      .refuses(event('CloseMisuseCase', { reason: 'done' }), 'accused-acts');
    on(...stopped, planned)
      .as('ostra-training', 'monitor')
      .refuses(event('VerifyRemediation', { ceasedOn: '2026-05-20' }), 'accused-acts');
  });
});

describe('the inquiry', () => {
  it('is opened after acceptance, with the days for its finding', () => {
    const when = event('OpenInvestigation', { reason: 'credible-report' });
    asMonitor(...accepted).decides(
      when,
      event('InvestigationOpened', { reason: 'credible-report', concludeBy: '2026-08-30' }),
    );
    asMonitor(flagged).refuses(when, 'not-at-this-stage');
  });
  it('has an investigator who is not the accused (R18)', () => {
    const when = (investigator: string) => event('AssignInvestigator', { investigator });
    asDonor(...accepted, opened).decides(when('lumen-inquiry'), assigned);
    asDonor(...inquiry).decides(when('lumen-inquiry'), []);
    asDonor(...inquiry).refuses(when('ostra-training'), 'investigator-is-accused');
    asDonor(flagged).refuses(when('lumen-inquiry'), 'not-at-this-stage');
  });
  it('takes evidence from anybody, by reference, also when all is over', () => {
    const when = event('AddEvidence', { kind: 'photograph' });
    on(...inquiry)
      .as('intake', 'public')
      .decides(when, event('EvidenceAdded', { kind: 'photograph' }), { evidence });
    on(flagged, declined, closed)
      .as('sudria', 'recipient')
      .decides(when, event('EvidenceAdded', { kind: 'photograph' }), { evidence });
    on(...inquiry)
      .as('intake', 'public')
      .refuses(when, 'evidence-missing');
  });
  it('puts the allegation to the recipient and the accused, once (R18)', () => {
    const when = event('PutAllegationToRecipient', { channel: 'note-verbale' });
    const expected = (...to: string[]) =>
      event('AllegationPutToRecipient', { channel: 'note-verbale', to, replyBy: '2026-07-01' });
    asInvestigator(...inquiry).decides(when, expected('estmark', 'ostra-training'));
    asDonor({ ...flagged, data: { ...report, accused: 'estmark' } }, minor, opened).decides(when, expected('estmark'));
    asDonor(...inquiry, put).refuses(when, 'already-put');
    asMonitor(...inquiry).refuses(when, 'not-of-the-inquiry');
    on(...inquiry)
      .as('umbra-inquiry', 'investigator')
      .refuses(when, 'not-of-the-inquiry');
  });
  it('leaves all the days of the reply also if it is recorded late that it was put (R18)', () => {
    const when = event('PutAllegationToRecipient', { channel: 'note-verbale' });
    const expected = event('AllegationPutToRecipient', {
      channel: 'note-verbale',
      to: ['estmark', 'ostra-training'],
      replyBy: '2026-07-01',
    });
    asInvestigator(...inquiry).decides(when, expected, { occurredAt: '2026-05-02T09:00:00.000Z' });
  });
  it('puts it no earlier than it was reported (R30)', () => {
    const when = event('PutAllegationToRecipient', { channel: 'note-verbale' });
    asInvestigator(...inquiry).refuses(when, 'before-the-fact', { occurredAt: '2026-04-30T09:00:00.000Z' });
  });
  it('is extended to a later day', () => {
    const data = { until: '2026-10-31', reason: 'site-inaccessible' };
    asInvestigator(...inquiry).decides(event('ExtendInvestigation', data), event('InvestigationExtended', data));
    asInvestigator(...inquiry, event('InvestigationExtended', data)).refuses(
      event('ExtendInvestigation', data),
      'not-later',
    );
  });
});

describe('a finding', () => {
  const substantiate = event('SubstantiateMisuse', ground);
  it('is made by the investigator assigned, whom it names', () => {
    asInvestigator(...withReply).decides(
      substantiate,
      event('MisuseSubstantiated', { ...found, measureBy: '2026-07-01' }),
    );
    asInvestigator(...inquiry).decides(event('DismissMisuse', ground), dismissed);
    asInvestigator(...inquiry).decides(event('FindMisuseInconclusive', ground), inconclusive);
    for (const type of ['SubstantiateMisuse', 'DismissMisuse', 'FindMisuseInconclusive']) {
      on(...withReply)
        .as('umbra-inquiry', 'investigator')
        .refuses(event(type, ground), 'not-the-investigator');
      on(...withReply)
        .as('lumen-inquiry', 'donor')
        .refuses(event(type, ground), 'not-the-investigator');
      asInvestigator(...withReply, substantiated).refuses(event(type, ground), 'not-at-this-stage');
    }
  });
  it('is never made by the organisation that reported (R18, separation of duties)', () => {
    for (const type of ['SubstantiateMisuse', 'DismissMisuse', 'FindMisuseInconclusive'])
      asInvestigator(...withReply)
        .by('sealed.lumen-inquiry', 'investigator')
        .refuses(event(type, ground), 'reporter-investigates');
  });
  it('substantiates nothing before the recipient was heard, or its days are over (R18)', () => {
    asInvestigator(...inquiry).refuses(substantiate, 'allegation-not-put');
    asInvestigator(...inquiry, put).refuses(substantiate, 'reply-awaited');
    asInvestigator(...inquiry, put).decides(
      substantiate,
      event('MisuseSubstantiated', { ...found, measureBy: '2026-07-02' }),
      { now: '2026-06-02T00:00:00.000Z' },
    );
  });
  it('waits for the reply of each organisation to which the allegation was put (R18)', () => {
    const { awaited: _, ...earlier } = replied.data as { readonly awaited: object };
    for (const one of [replied, event('RecipientReplyReceived', earlier)]) {
      asInvestigator(...inquiry, put, one).refuses(substantiate, 'reply-awaited');
      asInvestigator(...inquiry, put, one).decides(
        substantiate,
        event('MisuseSubstantiated', { ...found, measureBy: '2026-07-02' }),
        { now: '2026-06-02T00:00:00.000Z' },
      );
    }
  });
});

describe('a precautionary suspension', () => {
  const order = event('OrderPrecautionarySuspension', { scopes, until: '2026-06-30' });
  const lapsed = (reason: string, until = '2026-06-30') =>
    event('PrecautionarySuspensionLapsed', { ...bound, until, reason });
  const july = '2026-07-01T00:00:00.000Z';
  it('is ordered by the donor in an accepted case, for scopes that it names, until a day (R18)', () => {
    asDonor(...accepted).decides(order, precaution);
    asDonor(flagged).refuses(order, 'not-at-this-stage');
    asMonitor(...accepted).refuses(order, 'not-the-donor');
    asDonor(...accepted, precaution).refuses(order, 'precaution-in-force');
    asDonor(...accepted).refuses(
      event('OrderPrecautionarySuspension', { scopes: [], until: '2026-06-30' }),
      'scopes-unnamed',
    );
    asDonor(...accepted).refuses(order, 'day-in-past', { now: july });
    asDonor(...accepted).decides(order, precaution, { now: july, occurredAt: '2026-06-20T09:00:00.000Z' });
  });
  it('ends within the longest time that the framework gives it, 90 days without one (R18)', () => {
    const until = (day: string) => event('OrderPrecautionarySuspension', { scopes, until: day });
    asDonor(...accepted).decides(
      until('2026-08-30'),
      event('PrecautionarySuspensionOrdered', { ...bound, until: '2026-08-30' }),
    );
    asDonor(...accepted).refusesWith(until('2026-08-31'), 'precaution-too-long', { latest: '2026-08-30' });
    asDonor(...accepted).refuses(until('2199-01-01'), 'precaution-too-long');
    const renew = event('RenewPrecautionarySuspension', { until: '2026-08-31' });
    asDonor(...accepted, precaution).refusesWith(renew, 'precaution-too-long', { latest: '2026-08-30' });
  });
  it('lapses unless renewed, which the system records after its last day (R18)', () => {
    const when = event('LapsePrecautionarySuspension', { until: '2026-06-30' });
    asSystem(...accepted, precaution).decides(when, lapsed('not-renewed'), { now: july });
    asSystem(...accepted, precaution).refuses(when, 'not-over-yet', { now: '2026-06-30T23:59:59.000Z' });
    asDonor(...accepted, precaution).refuses(when, 'not-the-system', { now: july });
    asSystem(...accepted).refuses(when, 'no-precaution', { now: july });
    const renewed = event('PrecautionarySuspensionRenewed', { ...bound, until: '2026-07-31' });
    asSystem(...accepted, precaution, renewed).refuses(when, 'no-precaution', { now: july });
  });
  it('holds through its last day (R18)', () => {
    const lastDay = { now: '2026-06-30T23:59:59.000Z' };
    asDonor(...accepted).decides(order, precaution, lastDay);
    asDonor(...accepted, precaution).refuses(order, 'precaution-in-force', lastDay);
    asDonor(...accepted, precaution).decides(
      event('RenewPrecautionarySuspension', { until: '2026-07-31' }),
      event('PrecautionarySuspensionRenewed', { ...bound, until: '2026-07-31' }),
      lastDay,
    );
  });
  it('is renewed to a later day while it is in force (R18)', () => {
    const when = (until: string) => event('RenewPrecautionarySuspension', { until });
    asDonor(...accepted, precaution).decides(
      when('2026-07-31'),
      event('PrecautionarySuspensionRenewed', { ...bound, until: '2026-07-31' }),
    );
    asDonor(...accepted, precaution).refuses(when('2026-06-30'), 'not-later');
    asDonor(...accepted, precaution).refuses(when('2026-07-31'), 'no-precaution', { now: july });
    asDonor(...accepted, precaution, lapsed('misuse-dismissed')).refuses(when('2026-07-31'), 'no-precaution');
    const renewed = event('PrecautionarySuspensionRenewed', { ...bound, until: '2026-07-31' });
    for (const past of [[precaution], [precaution, lapsed('not-renewed')]]) {
      const late = { now: july, occurredAt: '2026-06-30T09:00:00.000Z' };
      asDonor(...accepted, ...past).decides(when('2026-07-31'), renewed, late);
      asDonor(...accepted, ...past).refuses(when('2026-07-31'), 'no-precaution', { now: july });
    }
    const ended = [precaution, lapsed('not-renewed'), lapsed('assistance-suspended')];
    asDonor(...accepted, ...ended).refuses(when('2026-07-31'), 'no-precaution');
  });
  it('is ordered again after its last day, recorded as lapsed or not (R18)', () => {
    const again = event('OrderPrecautionarySuspension', { scopes, until: '2026-08-31' });
    asDonor(...accepted, precaution).decides(
      again,
      [lapsed('not-renewed'), event('PrecautionarySuspensionOrdered', { ...again.data, donor: 'norland' })],
      { now: july },
    );
  });
  it('ends with its reason: dismissal, suspension, termination, closing (R18)', () => {
    asInvestigator(...inquiry, precaution).decides(event('DismissMisuse', ground), [
      dismissed,
      lapsed('misuse-dismissed'),
    ]);
    asDonor(...toSuspend, precaution).decides(event('SuspendAssistance', { scopes }), [
      suspended,
      lapsed('assistance-suspended'),
    ]);
    const end = { scopes, reason: 'not-remedied' };
    asDonor(...proven, decided('terminate'), precaution)
      .knowing(programme, 'norland.programme-1', ...ended)
      .decides(event('TerminateAssistance', end), [
        event('AssistanceTerminated', { ...end, donor: 'norland' }),
        lapsed('assistance-terminated'),
      ]);
    asDonor(...inquiry, precaution, inconclusive).decides(event('CloseMisuseCase', { reason: 'done' }), [
      closed,
      lapsed('case-closed'),
    ]);
  });
});

describe('the notice to the legislature', () => {
  const when = event('NotifyLegislature', notified.data);
  it('is given once a violation may have occurred, before any finding (R18)', () => {
    asDonor(flagged, grave).decides(when, notified);
    asDonor(flagged).refuses(when, 'not-at-this-stage');
    asDonor(flagged, grave, notified).refuses(when, 'already-notified');
  });
  it('is missed by a case that closes without it, also a dismissed one (R18)', () => {
    const close = event('CloseMisuseCase', { reason: 'done' });
    asDonor(flagged, grave, opened, dismissed).refuses(close, 'notice-missing');
    asDonor(flagged, grave, opened, dismissed, notified).decides(close, closed);
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
    asDonor(...proven).decides(when(measure, more), decided(measure, more));
    asDonor(...withReply, inconclusive).decides(when(measure, more), decided(measure, more));
    asMonitor(...proven).refuses(when(measure, more), 'not-the-donor');
    asDonor(...withReply, dismissed).refuses(when(measure, more), 'not-at-this-stage');
  });
  it('says what it cannot go without (R18)', () => {
    asDonor(...proven).refuses(when('no-action'), 'measure-incomplete');
    asDonor(...proven).refuses(when('condition', { conditions: [] }), 'measure-incomplete');
    asDonor(...proven).refuses(when('refer'), 'measure-incomplete');
  });
  it('is not taken against those who were never told (R18)', () => {
    asDonor(...inquiry, inconclusive).refuses(when('suspend'), 'allegation-not-put');
    const justified = { justification: 'nothing-found' };
    asDonor(...inquiry, inconclusive).decides(when('no-action', justified), decided('no-action', justified));
  });
  it('is decided beside others, each once; "no action" only alone', () => {
    asDonor(...toSuspend).decides(when('recover'), decided('recover'));
    asDonor(...toSuspend).refuses(when('suspend'), 'measure-already-decided');
    asDonor(...toSuspend).refuses(when('no-action', { justification: 'j' }), 'no-action-stands-alone');
    asDonor(...proven, decided('no-action', { justification: 'j' })).refuses(when('suspend'), 'no-action-stands-alone');
  });
});

describe('assistance', () => {
  it('is suspended in scopes that are named, where that was decided (R18)', () => {
    const when = event('SuspendAssistance', { scopes });
    asDonor(...toSuspend).decides(when, suspended);
    asDonor(...toSuspend).refuses(event('SuspendAssistance', { scopes: [] }), 'scopes-unnamed');
    asDonor(...proven).refuses(when, 'measure-not-decided');
    asDonor(...stopped).refuses(when, 'assistance-not-running');
  });
  it('has a remedy agreed where it was suspended or put under conditions', () => {
    const when = event('AgreeRemediationPlan', planned.data);
    asDonor(...stopped).decides(when, planned);
    asDonor(...proven, decided('condition', { conditions: ['joint-inventory'] })).decides(when, planned);
    asDonor(...proven).refuses(when, 'measure-not-decided');
    asDonor(...stopped, planned, verified).refuses(when, 'violation-has-ceased');
    asDonor(...stopped).refuses(when, 'day-in-past', { now: '2026-08-01T00:00:00.000Z' });
  });
  it('has a remedy agreed that may be due the same day', () =>
    asDonor(...stopped).decides(event('AgreeRemediationPlan', planned.data), planned, {
      now: '2026-07-31T23:59:59.000Z',
    }));
  it('has its remedy verified on the day on which the violation ceased', () =>
    asMonitor(...stopped, planned).decides(
      event('VerifyRemediation', { ceasedOn: '2026-06-01' }),
      event('RemediationVerified', { ceasedOn: '2026-06-01', verifier: 'veritas-monitor' }),
    ));
  it('has its remedy verified by a monitor or investigator, whom the event names', () => {
    const when = event('VerifyRemediation', { ceasedOn: '2026-04-30' });
    asMonitor(...stopped, planned).decides(when, verified);
    asDonor(...stopped, planned).refuses(when, 'not-a-verifier');
    asMonitor(...stopped).refuses(when, 'no-remediation-plan');
    asMonitor(...stopped, planned, verified).refuses(when, 'violation-has-ceased');
    asMonitor(...stopped, planned).refuses(event('VerifyRemediation', { ceasedOn: '2026-06-02' }), 'day-in-future');
  });
  it('has its remedy never verified by the organisation that reported (R18, separation of duties)', () =>
    asMonitor(...stopped, planned)
      .by('sealed.veritas-monitor', 'monitor')
      .refuses(event('VerifyRemediation', { ceasedOn: '2026-04-30' }), 'reporter-verifies'));
  it('has assurances received from the recipient or the accused', () => {
    const when = event('RecordAssurances', assured.data);
    asDonor(...stopped).decides(when, assured);
    asDonor(...proven).refuses(when, 'measure-not-decided');
    asDonor(...stopped).refuses(
      event('RecordAssurances', { from: 'sudria', undertakings: ['no-retransfer'] }),
      'assurances-from-another',
    );
  });
  it('is resumed in the scopes suspended once the violation has ceased and assurances were received (R18)', () => {
    const when = event('ResumeAssistance', { reason: 'remedied' });
    const resumed = event('AssistanceResumed', { scopes, reason: 'remedied' });
    asDonor(...stopped, planned, verified, assured).decides(when, resumed);
    asDonor(...stopped, assured, planned).refuses(when, 'violation-not-ceased');
    asDonor(...stopped, planned, verified).refuses(when, 'assurances-missing');
    asDonor(...toSuspend).refuses(when, 'not-suspended');
    asDonor(...stopped, planned, verified, assured, resumed).refuses(when, 'not-suspended');
  });
  it('is terminated in scopes that are named, where that was decided, once', () => {
    const data = { scopes, reason: 'not-remedied' };
    const when = event('TerminateAssistance', data);
    asDonor(...proven, decided('terminate'))
      .knowing(programme, 'norland.programme-1', ...ended)
      .decides(when, event('AssistanceTerminated', { ...data, donor: 'norland' }));
    asDonor(...proven).refuses(when, 'measure-not-decided');
    asDonor(...proven, decided('terminate')).refuses(
      event('TerminateAssistance', { ...data, scopes: [] }),
      'scopes-unnamed',
    );
    asDonor(...proven, decided('terminate'), event('AssistanceTerminated', data)).refuses(when, 'already-terminated');
  });
});

describe('money that comes back', () => {
  const toRecover = [...proven, decided('recover')];
  const data = { amount: 100, currency: 'USD', account: 'norland.account-1' };
  const came = event('FundsRecovered', data);
  const opened2 = { donor: 'norland', recipient: 'estmark', currency: 'USD', stages: ['disbursed'], basis: 'own' };
  const account = [event('FundingAccountOpened', opened2), event('FundsDisbursed', { amount: 100, period: '2026' })];
  const paidBy = (past: Act[], ...more: Act[]) =>
    asDonor(...past).knowing(fundingAccount, 'norland.account-1', ...account, ...more);
  it('is recorded where recovery was decided, also after closing', () => {
    paidBy(toRecover).decides(event('RecoverFunds', data), came);
    paidBy([...toRecover, closed]).decides(event('RecoverFunds', data), came);
    paidBy(proven).refuses(event('RecoverFunds', data), 'measure-not-decided');
  });
  it('names an account that can record its reimbursement: open, in its currency, and not beyond what it disbursed', () => {
    const recover = (more: object = {}) => event('RecoverFunds', { ...data, ...more });
    paidBy(toRecover).refuses(recover({ amount: 101 }), 'exceeds-what-is-left');
    paidBy(toRecover).refuses(recover({ currency: 'EUR' }), 'other-currency');
    paidBy(toRecover, event('FundingAccountClosed', { reason: 'spent' })).refuses(recover(), 'account-closed');
    asDonor(...toRecover).refuses(recover(), 'account-not-found');
  });
  it('stays within the safe range in each currency', () => {
    const all = { amount: Number.MAX_SAFE_INTEGER, currency: 'USD' };
    asDonor(...toRecover, came).refuses(event('RecoverFunds', all), 'amount-beyond-range');
    asDonor(...toRecover, came).decides(
      event('RecoverFunds', { ...all, currency: 'EUR' }),
      event('FundsRecovered', { ...all, currency: 'EUR' }),
    );
  });
  it('is corrected by the difference, down to nothing and no further, naming its event (R26)', () => {
    const nth = toRecover.length;
    const correct = (difference: number, corrects = given.id(nth)) =>
      event('CorrectRecovery', { corrects, difference, reason: 'entered-twice' });
    const corrected = (difference: number) =>
      event('RecoveryCorrected', {
        ...correct(difference).data,
        currency: 'USD',
        amount: 100 + difference,
        account: 'norland.account-1',
        on: '2026-05-01',
      });
    asDonor(...toRecover, came).decides(correct(-100), corrected(-100));
    asDonor(...toRecover, came, closed).decides(correct(50), corrected(50));
    asDonor(...toRecover, came, corrected(-40)).refuses(correct(-61), 'exceeds-what-is-left');
    asDonor(...toRecover, came).refuses(correct(0), 'nothing-corrected');
    asDonor(...toRecover, came).refuses(correct(-1, given.id(0)), 'corrects-unknown-event');
    asDonor(...toRecover, came).refuses(correct(Number.MAX_SAFE_INTEGER), 'amount-beyond-range');
  });
});

describe('a recovery that was decided', () => {
  const when = event('CloseMisuseCase', { reason: 'done' });
  const toRecover = [...proven, decided('recover')];
  const came = event('FundsRecovered', { amount: 100, currency: 'USD' });
  const correctedBy = (difference: number) =>
    event('RecoveryCorrected', { corrects: given.id(toRecover.length), difference, reason: 'r', currency: 'USD' });
  it('is carried out before the case closes: nothing is not enough (R18)', () => {
    asDonor(...toRecover).refuses(when, 'measure-not-carried-out');
    asDonor(...toRecover, came, correctedBy(-100)).refuses(when, 'measure-not-carried-out');
    asDonor(...toRecover, came, correctedBy(-99)).decides(when, closed);
    asDonor(...toRecover, came).decides(when, closed);
  });
  it('is carried out again in a case that was reopened: what came back before does not count (R18)', () => {
    const decidedAgain = [reopened, minor, opened, assigned, put, replied, substantiated, decided('recover')];
    const again = [...toRecover, came, closed, ...decidedAgain];
    asDonor(...again).refuses(when, 'measure-not-carried-out');
    asDonor(...again, came).decides(when, closed);
    const correct = event('CorrectRecovery', { corrects: given.id(toRecover.length), difference: -100, reason: 'r' });
    const took = { currency: 'USD', amount: 0, on: '2026-05-01' };
    asDonor(...again).decides(correct, event('RecoveryCorrected', { ...correct.data, ...took, earlier: true }));
  });
  it('is not corrected to nothing in a case that closed on it (R18)', () => {
    const correct = (difference: number) =>
      event('CorrectRecovery', { corrects: given.id(toRecover.length), difference, reason: 'r' });
    const took = { currency: 'USD', on: '2026-05-01' };
    const corrected = (difference: number) =>
      event('RecoveryCorrected', { ...correct(difference).data, ...took, amount: 100 + difference });
    asDonor(...toRecover, came, closed).refuses(correct(-100), 'recovery-outstanding');
    asDonor(...toRecover, came, closed).decides(correct(-99), corrected(-99));
    asDonor(...toRecover, came, came, closed).decides(correct(-100), corrected(-100));
  });
});

describe('a case closes', () => {
  const when = event('CloseMisuseCase', { reason: 'done' });
  const resumed = event('AssistanceResumed', { scopes, reason: 'remedied' });
  const terminated = event('AssistanceTerminated', { scopes, reason: 'not-remedied' });
  const conditions = decided('condition', { conditions: ['joint-inventory'] });
  it.each([
    ['declined', [flagged, declined]],
    ['dismissed', [...withReply, dismissed]],
    ['inconclusive, without a measure', [...withReply, inconclusive]],
    ['substantiated, with no action that is justified', [...proven, decided('no-action', { justification: 'j' })]],
    ['resumed', [...stopped, planned, verified, assured, resumed]],
    ['terminated', [...proven, decided('suspend'), decided('terminate'), conditions, terminated]],
    ['under conditions that were kept', [...proven, conditions, planned, verified]],
  ])('when it is %s', (_, past) => asDonor(...past).decides(when, closed));
  it('never while substantiated without a decided measure (R18)', () =>
    asDonor(...proven).refuses(when, 'measure-missing'));
  it('never while assistance is suspended (R18)', () => asDonor(...stopped).refuses(when, 'assistance-suspended'));
  it.each([
    ['suspend', [...toSuspend]],
    ['terminate', [...proven, decided('terminate')]],
    ['condition', [...proven, conditions, planned]],
  ])('never before the measure %s was carried out (R18)', (_, past) =>
    asDonor(...past).refuses(when, 'measure-not-carried-out'),
  );
  it('not while the inquiry is under way', () => asDonor(...inquiry).refuses(when, 'not-at-this-stage'));
});

describe('a case is reopened', () => {
  const when = event('ReopenMisuseCase', { reason: 'new-evidence' });
  const expected = event('MisuseCaseReopened', { reason: 'new-evidence', triageBy: '2026-07-01' });
  it.each([
    ['declined', [flagged, declined]],
    ['dismissed', [...withReply, dismissed]],
    ['closed', [...withReply, inconclusive, closed]],
  ])('when it was %s, on new evidence (R18)', (_, past) => {
    asDonor(...past).decides(when, expected, { evidence });
    asDonor(...past).refuses(when, 'evidence-missing');
  });
  it('not while it is open', () => asDonor(...inquiry).refuses(when, 'not-at-this-stage', { evidence }));
  it('and gets a triage, a finding and measures of its own', () => {
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
    asMonitor(...again).decides(event('DeclineMisuse', { reason: 'outside-assistance' }), declined);
    asInvestigator(...again).refuses(event('DismissMisuse', ground), 'not-at-this-stage');
    asInvestigator(...again, minor, opened).refuses(event('DismissMisuse', ground), 'investigator-not-assigned');
    asDonor(...again, minor, opened, assigned, put, replied, substantiated).refuses(
      event('CloseMisuseCase', { reason: 'done' }),
      'measure-missing',
    );
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
    ['reply', '2026-06-01', [...inquiry, put, replied]],
    ['measure', '2026-05-31', [...proven]],
    ['remediate', '2026-07-31', [...stopped, planned]],
  ])('%s, with the day on which it fell due: %s, once', (step, due, past) => {
    asSystem(...past).decides(when(step), overdue(step, due), later);
    asSystem(...past, overdue(step, due)).decides(when(step), [], later);
    asSystem(...past).refuses(when(step), 'not-over-yet', { now: `${due}T23:59:59.000Z` });
    asDonor(...past).refuses(when(step), 'not-the-system', later);
    asSystem(...past).decides(when(step), overdue(step, due), { now: `${addDays(due, 1)}T00:00:00.000Z` });
  });
  it('once for each day that it fell due', () => {
    const extended = event('InvestigationExtended', { until: '2026-08-31', reason: 'r' });
    asSystem(...inquiry, overdue('conclude', '2026-07-30'), extended).decides(
      when('conclude'),
      overdue('conclude', '2026-08-31'),
      later,
    );
  });
  it.each([
    ['acknowledge', [flagged, event('MisuseReportAcknowledged', { channel: 'c' })]],
    ['triage', [flagged, declined]],
    ['notify', [flagged, grave, notified]],
    ['notify', [...accepted]],
    ['open', [...inquiry]],
    ['reply', [...withReply]],
    ['conclude', [...proven]],
    ['measure', [...toSuspend]],
    ['remediate', [...stopped, planned, verified]],
    ['acknowledge', [flagged, declined, closed]],
  ])('never when it is done or was not asked for: %s', (step, past) =>
    asSystem(...past).refuses(when(step), 'step-not-due', later),
  );
});
