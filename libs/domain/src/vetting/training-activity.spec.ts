import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { assistanceCase } from '../delivery/assistance-case.js';
import { programme } from '../planning/programme.js';
import { hold } from '../safeguards/hold.js';
import { securityUnit, vettedPerson } from './clearance.js';
import { trainingActivity } from './training-activity.js';

const U = 'estmark.brigade-1';
const S = 'estmark.person-1';
const P = 'norland.programme-1';
const C = 'norland.case-1';
const parties = { donor: 'norland', recipient: 'estmark' };
const plan = {
  ...parties,
  purpose: 'border-security',
  course: 'medicine',
  programme: P,
  place: 'camp',
  planned: 12,
  cost: 100,
  currency: 'USD',
  starts: '2026-07-01',
  ends: '2026-07-20',
};
const planned = act('TrainingPlanned', plan);
const nominated = (trainee: string, of: object) => act('TraineeNominated', { trainee, ...of });
const eight = nominated('n-1', { unit: U, number: 8 });
const soldier = nominated('n-2', { person: S, unit: U, number: 1 });
const enrol = (trainee = 'n-1') => act('EnrolTrainee', { trainee });
const enrolled = (trainee = 'n-1', more: object = { number: 8, unit: U, clearedUntil: '2026-12-31', enrolled: 8 }) =>
  act('TraineeEnrolled', { trainee, ...more });
const started = act('TrainingStarted', { on: '2026-06-01' });
const waiting = [eight, enrolled()];
const begun = [...waiting, started];
const of = (women: number, men: number, notStated = 0) => ({ women, men, notStated });

const unitIs = (...events: Event[]) => [act('UnitRegistered', { recipient: 'estmark', type: 'infantry' }), ...events];
const gave = (until: string) => act('ClearanceGiven', { until });
const bar = (type: string) => act(type, { reason: 'information', trainings: [] });
const personIs = (...events: Event[]) => [act('PersonRegistered', { recipient: 'estmark', unit: U }), ...events];

/** A training of a programme that is running, with a unit cleared until the end of 2026. */
const training = (...past: Event[]) =>
  given(trainingActivity, planned, ...past)
    .as('norland', 'donor')
    .knowing(programme, P, act('ProgrammeProposed', { ...parties, kind: 'bilateral' }))
    .knowing(securityUnit, U, ...unitIs(gave('2026-12-31')))
    .knowing(vettedPerson, S, ...personIs(gave('2026-10-31')));

const ASSURED = ['use', 'no-transfer', 'security', 'observation'].map((assurance) =>
  act('EndUseAssuranceGiven', { assurance, on: '2026-01-20' }),
);
/** A training under an agreement that is in force from its first day to its last. */
const under = (from: string, until: string, past: readonly Event[], ...more: Event[]) =>
  training(...past).under(
    P,
    act('AgreementEnteredIntoForce', { on: from, until, reports: [] }),
    ...(more.length > 0 ? more : ASSURED),
  );

describe('a training needs an agreement in force, if its programme names one (R1)', () => {
  const begins = act('StartTraining', { on: '2026-06-01' });
  it('on the day of an enrolment: from the first day to the last', () => {
    under('2026-06-01', '2026-06-01', [eight]).decides(enrol(), enrolled());
    under('2026-06-02', '2026-12-31', [eight]).refuses(enrol(), 'no-agreement-in-force');
    under('2026-01-01', '2026-05-31', [eight]).refuses(enrol(), 'no-agreement-in-force');
    under('2026-01-01', '2026-05-31', [eight]).decides(enrol(), enrolled(), { occurredAt: '2026-05-31T10:00:00.000Z' });
    under('2026-01-01', '2026-12-31', [eight], ...ASSURED.slice(1)).refuses(enrol(), 'assurances-not-given');
  });
  it('on the day on which it begins: from the first day to the last', () => {
    under('2026-06-01', '2026-06-01', waiting).decides(begins, started);
    under('2026-06-02', '2026-12-31', waiting).refuses(begins, 'no-agreement-in-force');
    under('2026-01-01', '2026-05-31', waiting).refuses(begins, 'no-agreement-in-force');
  });
  it('unless a waiver sets the rule aside on that day', () => {
    const waived = (until: string) =>
      act('WaiverGranted', { name: 'w', rules: ['R1'], from: '2026-05-01', until, reportBy: '2026-12-31' });
    under('2026-01-01', '2026-05-31', [eight], waived('2026-06-01')).decides(enrol(), enrolled());
    under('2026-01-01', '2026-05-31', [eight], waived('2026-05-31')).refuses(enrol(), 'no-agreement-in-force');
  });
});

describe('a training is planned', () => {
  const opening = () =>
    given(trainingActivity)
      .registered(['norland', 'estmark'], 'donor', 'recipient')
      .knowing(programme, P, act('ProgrammeProposed', { ...parties, kind: 'bilateral' }))
      .as('norland', 'donor');
  it('by the donor of its programme, for registered parties (R29)', () => {
    opening().decides(act('PlanTraining', plan), planned);
    opening().as('sudria', 'donor').refuses(act('PlanTraining', plan), 'not-a-deliverer');
    opening()
      .as('sudria', 'donor')
      .refuses(act('PlanTraining', { ...plan, donor: 'sudria' }), 'programme-of-another');
    opening().refuses(act('PlanTraining', { ...plan, programme: 'norland.programme-2' }), 'programme-not-found');
    opening().refuses(act('PlanTraining', { ...plan, case: 'norland.case-2' }), 'case-not-found');
    opening().refuses(act('PlanTraining', { ...plan, recipient: 'ostra' }), 'party-not-registered');
    opening().refuses(act('PlanTraining', { ...plan, ends: '2026-06-30' }), 'ends-before-start');
  });
  it('in the programme of its case, if it names none (R19)', () => {
    const { programme: _, ...rest } = plan;
    const byCase = act('PlanTraining', { ...rest, case: C });
    const requested = act('AssistanceRequested', { ...parties, programme: P, asked: [] });
    const within = () => opening().knowing(assistanceCase, C, requested);
    within().decides(byCase, act('TrainingPlanned', { ...rest, case: C, programme: P }));
    within()
      .knowing(programme, P, act('ProgrammeProposed', parties), act('ProgrammeTerminated', { reason: 'misuse' }))
      .refuses(byCase, 'programme-terminated');
  });
  it('in a programme that has not ended: one that is suspended can be resumed (R19)', () => {
    const proposed = act('ProgrammeProposed', { ...parties, kind: 'bilateral' });
    const move = { starts: '2026-08-01', ends: '2026-08-20', cause: 'instructors-late' };
    for (const [end, code] of [
      [act('ProgrammeTerminated', { reason: 'misuse' }), 'programme-terminated'],
      [act('ProgrammeCompleted', { on: '2026-05-31' }), 'programme-completed'],
    ] as const) {
      opening().knowing(programme, P, proposed, end).refuses(act('PlanTraining', plan), code);
      training().knowing(programme, P, proposed, end).refuses(act('RescheduleTraining', move), code);
    }
    const suspended = act('ProgrammeSuspended', { reason: 'review' });
    opening().knowing(programme, P, proposed, suspended).decides(act('PlanTraining', plan), planned);
  });
  it('and was planned before the completion, if it is recorded later', () => {
    const proposed = act('ProgrammeProposed', { ...parties, kind: 'bilateral' });
    const completed = act('ProgrammeCompleted', { on: '2026-05-31' });
    opening()
      .knowing(programme, P, proposed, completed)
      .decides(act('PlanTraining', plan), planned, { occurredAt: '2026-05-31T10:00:00.000Z' });
  });
  it('and moved to other days, before it begins', () => {
    const move = (starts: string, ends: string) =>
      act('RescheduleTraining', { starts, ends, cause: 'instructors-late' });
    training().decides(
      move('2026-08-01', '2026-08-20'),
      act('TrainingRescheduled', move('2026-08-01', '2026-08-20').data),
    );
    // After its planned day, those are looked at again whose clearance could end unnoticed (R7).
    const later = move('2026-08-01', '2026-08-20');
    const one = enrolled('n-2', { number: 1, person: S, unit: U, clearedUntil: '2026-07-31', enrolled: 9 });
    const put = act('TrainingRescheduled', { ...later.data, units: [U], persons: [S] });
    training(...waiting, soldier, one).decides(later, put, { now: '2026-07-02T00:00:00.000Z' });
    training(...waiting).decides(later, act('TrainingRescheduled', later.data), { now: '2026-07-01T00:00:00.000Z' });
    training().refuses(move('2026-07-01', '2026-07-20'), 'same-due');
    training().refuses(move('2026-08-01', '2026-07-31'), 'ends-before-start');
    training(...begun).refuses(move('2026-08-01', '2026-08-20'), 'training-at-another-stage');
  });
  it('and cancelled before it begins', () => {
    const cancel = act('CancelTraining', { reason: 'no-instructors' });
    training().decides(cancel, act('TrainingCancelled', { reason: 'no-instructors' }));
    training(...begun).refuses(cancel, 'training-at-another-stage');
  });
});

describe('the recipient nominates', () => {
  const nominate = (data: object) => act('NominateTrainee', { trainee: 'n-9', number: 1, ...data });
  const recipient = (...past: Event[]) => training(...past).as('estmark', 'recipient');
  it('a number of a unit, or a person with the unit (R5)', () => {
    recipient().decides(nominate({ unit: U, number: 8 }), nominated('n-9', { number: 8, unit: U }));
    recipient().decides(nominate({ person: S }), nominated('n-9', { number: 1, person: S, unit: U }));
    recipient().refuses(nominate({ person: S, unit: 'estmark.guard' }), 'person-of-another-unit');
    recipient().refuses(nominate({ person: S, number: 2 }), 'one-person');
    recipient().refuses(nominate({ person: 'estmark.nobody' }), 'person-not-found');
    recipient().refuses(nominate({ unit: 'estmark.guard' }), 'unit-not-found');
    recipient()
      .knowing(securityUnit, 'ostra.guard', act('UnitRegistered', { recipient: 'ostra' }))
      .refuses(nominate({ unit: 'ostra.guard' }), 'unit-of-another');
    training().refuses(nominate({ unit: U }), 'not-the-recipient');
  });
  it('somebody of a unit that is not known, after it agreed in writing to bar listed units (R6)', () => {
    const agreed = nominate({ agreement: 'note-1' });
    recipient().decides(agreed, act('TraineeNominated', agreed.data));
    recipient().refuses(nominate({}), 'agreement-missing');
    training(act('TraineeNominated', agreed.data)).decides(enrol('n-9'), enrolled('n-9', { number: 1, enrolled: 1 }));
  });
  it('somebody of a unit that is not known, by the agreement of the programme that bars units (R6)', () => {
    const unknown = nominate({});
    const nominatedSo = act('TraineeNominated', unknown.data);
    const barring = (on: string) =>
      under('2026-01-01', '2026-12-31', [], act('ListedUnitsBarred', { on })).as('estmark', 'recipient');
    barring('2026-06-01').decides(unknown, nominatedSo);
    barring('2026-06-02').refuses(unknown, 'units-not-barred');
    // A reference alone is not enough where an agreement can be looked at.
    under('2026-01-01', '2026-12-31', [])
      .as('estmark', 'recipient')
      .refuses(nominate({ agreement: 'note-1' }), 'units-not-barred');
    const waived = act('WaiverGranted', {
      name: 'w',
      rules: ['R6'],
      from: '2026-05-01',
      until: '2026-06-01',
      reportBy: '2026-12-31',
    });
    under('2026-01-01', '2026-12-31', [], waived).as('estmark', 'recipient').decides(unknown, nominatedSo);
  });
  it('each name once, before it begins', () => {
    recipient(eight).refuses(nominate({ trainee: 'n-1', unit: U }), 'already-nominated');
    const many = Array.from({ length: 1000 }, (_, n) => nominated(`m-${n}`, { unit: U, number: 1 }));
    recipient(...many).refuses(nominate({ trainee: 'n-1', unit: U }), 'too-many-nominees');
    recipient(...begun).refuses(nominate({ unit: U }), 'training-at-another-stage');
  });
});

describe('a nominee is enrolled', () => {
  it('through the day on which its clearance ends (R5, R7)', () => {
    const until = (day: string) => training(eight).knowing(securityUnit, U, ...unitIs(gave(day)));
    training(eight).decides(enrol(), enrolled());
    until('2026-06-01').decides(
      enrol(),
      enrolled('n-1', { number: 8, unit: U, clearedUntil: '2026-06-01', enrolled: 8 }),
    );
    until('2026-05-31').refuses(enrol(), 'clearance-over');
    const then = enrolled('n-1', { number: 8, unit: U, clearedUntil: '2026-05-31', enrolled: 8 });
    until('2026-05-31').decides(enrol(), then, { occurredAt: '2026-05-31T10:00:00.000Z' });
    training(eight)
      .knowing(securityUnit, U, ...unitIs())
      .refuses(enrol(), 'not-vetted');
    training(eight)
      .knowing(securityUnit, U, ...unitIs(gave('2026-12-31'), bar('ClearanceSuspended')))
      .refuses(enrol(), 'clearance-suspended');
  });
  it('without a clearance while a waiver or an exception sets R5 aside, or R8 for a refused unit', () => {
    const waived = (rules: string[], ...unit: Event[]) => after([eight], rules, ...unit);
    const after = (past: readonly Event[], rules: string[], ...unit: Event[]) =>
      under(
        '2026-01-01',
        '2026-12-31',
        past,
        ...ASSURED,
        act('WaiverGranted', { name: 'w', rules, from: '2026-06-01', until: '2026-06-01', reportBy: '2026-12-31' }),
      ).knowing(securityUnit, U, ...unitIs(...unit));
    const without = enrolled('n-1', { number: 8, unit: U, enrolled: 8 });
    waived(['R5']).decides(enrol(), without);
    waived(['R5'], gave('2026-05-31')).decides(enrol(), without);
    waived(['R5']).refuses(enrol(), 'not-vetted', { now: '2026-06-02T00:00:00.000Z' });
    waived(['R8']).refuses(enrol(), 'not-vetted');
    waived(['R8'], gave('2026-12-31'), bar('ClearanceRefused')).decides(enrol(), without);
    const halt = act('HaltEnrolments', { unit: U, reason: 'clearance-over' });
    after(waiting, ['R5']).as('entente', 'system').decides(halt, []);
    const halted = act('EnrolmentHalted', { trainee: 'n-1', enrolled: 0, reason: 'clearance-over' });
    after(waiting, ['R8']).as('entente', 'system').decides(halt, halted);
  });
  it('never of a refused unit, until it returned (R8)', () => {
    const refused = [gave('2026-12-31'), bar('ClearanceRefused')];
    training(eight)
      .knowing(securityUnit, U, ...unitIs(...refused))
      .refuses(enrol(), 'clearance-refused');
    const back = act('ClearanceRestored', { reason: 'remediation-completed', until: '2026-12-31' });
    training(eight)
      .knowing(securityUnit, U, ...unitIs(...refused, back))
      .decides(enrol(), enrolled());
  });
  it('with a clearance of its own and one of the unit, if it is a person (R5)', () => {
    const person = { number: 1, person: S, unit: U, clearedUntil: '2026-10-31', enrolled: 1 };
    training(soldier).decides(enrol('n-2'), enrolled('n-2', person));
    training(soldier)
      .knowing(vettedPerson, S, ...personIs())
      .refusesWith(enrol('n-2'), 'not-vetted', { person: S });
    training(soldier)
      .knowing(securityUnit, U, ...unitIs())
      .refusesWith(enrol('n-2'), 'not-vetted', { unit: U });
  });
  it('in a programme that is not suspended, with nothing concerned on hold (R19)', () => {
    const suspended = act('ProgrammeSuspended', { reason: 'review' });
    training(eight)
      .knowing(programme, P, act('ProgrammeProposed', { ...parties, kind: 'bilateral' }), suspended)
      .refuses(enrol(), 'programme-suspended');
    for (const [end, code] of [
      [act('ProgrammeTerminated', { reason: 'misuse' }), 'programme-terminated'],
      [act('ProgrammeCompleted', { on: '2026-05-31' }), 'programme-completed'],
    ] as const)
      training(eight)
        .knowing(programme, P, act('ProgrammeProposed', { ...parties, kind: 'bilateral' }), end)
        .refuses(enrol(), code);
    const over = (on: string) =>
      training(...waiting).knowing(
        programme,
        P,
        act('ProgrammeProposed', { ...parties, kind: 'bilateral' }),
        act('ProgrammeCompleted', { on }),
      );
    over('2026-05-31').refuses(act('StartTraining', { on: '2026-06-01' }), 'programme-completed');
    over('2026-05-31').decides(
      act('StartTraining', { on: '2026-05-31' }),
      act('TrainingStarted', { on: '2026-05-31' }),
    );
    for (const [kind, id] of [
      ['unit', U],
      ['programme', P],
      ['country', 'estmark'],
    ] as const)
      training(eight)
        .knowing(
          hold,
          `${kind}.${id}`,
          act('HoldPlaced', { scope: { kind, id }, hold: 'h', basis: 'derogatory-information', reason: 'x' }),
        )
        .refusesWith(enrol(), 'on-hold', { scope: kind, id });
  });
  it('once on the same clearance, and again on a later one', () => {
    training(...waiting).decides(enrol(), []);
    const later = training(...waiting).knowing(securityUnit, U, ...unitIs(gave('2027-03-31')));
    later.decides(enrol(), enrolled('n-1', { number: 8, unit: U, clearedUntil: '2027-03-31', enrolled: 8 }));
  });
  it('or refused, once', () => {
    const refuse = act('RefuseEnrolment', { trainee: 'n-1', reason: 'not-cleared' });
    const refused = act('EnrolmentRefused', refuse.data);
    training(eight).decides(refuse, refused);
    training(...waiting).refuses(refuse, 'not-nominated');
    training(eight, refused).refuses(enrol(), 'not-nominated');
    training(...begun).refuses(enrol(), 'training-at-another-stage');
  });
});

describe('enrolments are halted before the training begins (R7)', () => {
  const halt = (data: object = { unit: U }) => act('HaltEnrolments', { ...data, reason: 'clearance-suspended' });
  const halted = (trainee: string, left: number) =>
    act('EnrolmentHalted', { trainee, enrolled: left, reason: 'clearance-suspended' });
  const both = [...waiting, soldier, enrolled('n-2', { number: 1, person: S, unit: U, enrolled: 9 })];
  it('of a unit, or of one person', () => {
    training(...both).decides(halt(), [halted('n-1', 1), halted('n-2', 0)]);
    training(...both).decides(halt({ person: S }), [halted('n-2', 8)]);
    training(...both, halted('n-1', 1), halted('n-2', 0)).refuses(halt(), 'nobody-enrolled');
  });
  it('by the policy, unless it is cleared again meanwhile, or the training began', () => {
    const system = (...past: Event[]) => training(...past).as('entente', 'system');
    system(...both).decides(halt(), []);
    const barred = unitIs(gave('2026-12-31'), bar('ClearanceSuspended'));
    system(...both)
      .knowing(securityUnit, U, ...barred)
      .decides(halt(), [halted('n-1', 1), halted('n-2', 0)]);
    system(...both, started)
      .knowing(securityUnit, U, ...barred)
      .decides(halt(), []);
    system(...both)
      .knowing(vettedPerson, S, ...personIs())
      .decides(halt({ person: S }), [halted('n-2', 8)]);
  });
  it('by the policy, if the clearance was over by the day on which the training was to begin', () => {
    const until = (day: string, on: string, ...events: Event[]) =>
      training(...waiting)
        .as('entente', 'system')
        .knowing(securityUnit, U, ...unitIs(gave(day)))
        .decides(halt(), events, { now: `${on}T10:00:00.000Z` });
    until('2026-06-30', '2026-07-10', halted('n-1', 0));
    until('2026-07-01', '2026-07-10');
    until('2026-06-10', '2026-06-11', halted('n-1', 0));
  });
  it('and enrolled again on that day, also after the training began', () => {
    const again = (until: string) =>
      training(
        ...waiting,
        halted('n-1', 0),
        soldier,
        enrolled('n-2', { number: 1, person: S, unit: U, enrolled: 1 }),
        started,
      ).knowing(securityUnit, U, ...unitIs(gave(until)));
    const before = { occurredAt: '2026-05-20T10:00:00.000Z' };
    const nine = enrolled('n-1', { number: 8, unit: U, clearedUntil: '2026-06-01', enrolled: 9 });
    again('2026-06-01').decides(enrol(), nine, before);
    again('2026-05-31').refuses(enrol(), 'clearance-over', before);
    again('2026-12-31').refuses(enrol(), 'training-at-another-stage', { now: '2026-06-02T10:00:00.000Z' });
  });
});

describe('a training begins', () => {
  const start = (on: string) => act('StartTraining', { on });
  it('with somebody enrolled, each on a clearance that lasts on that day (R5, R7)', () => {
    training(...waiting).decides(start('2026-06-01'), started);
    training(eight).refuses(start('2026-06-01'), 'nobody-enrolled');
    const shortly = (day: string) =>
      training(eight, enrolled('n-1', { number: 8, unit: U, clearedUntil: day, enrolled: 8 }));
    shortly('2026-06-01').decides(start('2026-06-01'), started);
    shortly('2026-05-31').refuses(start('2026-06-01'), 'clearance-over');
    training(...waiting).refuses(start('2026-06-02'), 'day-in-future');
    training(...begun).refuses(start('2026-06-01'), 'training-at-another-stage');
  });
  it('no earlier than its trainees were enrolled (R30)', () => {
    training(...waiting).decides(start('2026-05-01'), act('TrainingStarted', { on: '2026-05-01' }));
    training(...waiting).refusesWith(start('2026-04-30'), 'before-start', { first: '2026-05-01' });
  });
  it('under the waiver that set a clearance aside, while that lasts (R5, R8)', () => {
    const waived = (until: string, rule: string) =>
      under('2026-01-01', '2026-12-31', [eight, enrolled('n-1', { number: 8, unit: U, enrolled: 8 })], ...ASSURED, {
        type: 'WaiverGranted',
        data: { name: 'w', rules: [rule], from: '2026-05-01', until, reportBy: '2026-12-31' },
      });
    for (const rule of ['R5', 'R8']) {
      waived('2026-06-01', rule).decides(start('2026-06-01'), started);
      waived('2026-05-31', rule).refuses(start('2026-06-01'), 'clearance-set-aside');
    }
  });
  it('while no unit of the enrolled is on hold, of as many as are consulted (R19)', () => {
    const units = ['a', 'b', 'c', 'd'].map((name) => `estmark.${name}`);
    const past = units.flatMap((unit, i) => [
      nominated(`n-${i}`, { unit, number: 1 }),
      enrolled(`n-${i}`, { number: 1, unit, clearedUntil: '2026-12-31', enrolled: i + 1 }),
    ]);
    const held = (unit: string) =>
      training(...past).knowing(
        hold,
        `unit.${unit}`,
        act('HoldPlaced', { scope: { kind: 'unit', id: unit }, hold: 'h', basis: 'misuse', reason: 'x' }),
      );
    for (const unit of units.slice(0, 3)) held(unit).refusesWith(start('2026-06-01'), 'on-hold', { id: unit });
    held('estmark.d').decides(start('2026-06-01'), started);
  });
  it('while the case that it names is not held, as its enrolments are (R19)', () => {
    const requested = act('AssistanceRequested', parties);
    const ofCase = (...held: Event[]) =>
      given(trainingActivity, act('TrainingPlanned', { ...plan, case: C }), ...waiting)
        .as('norland', 'donor')
        .knowing(securityUnit, U, ...unitIs(gave('2027-03-31')))
        .knowing(assistanceCase, C, requested, ...held);
    const stopped = act('CaseHeld', { reason: 'misuse-measure' });
    ofCase().decides(start('2026-06-01'), started);
    for (const next of [start('2026-06-01'), enrol()]) ofCase(stopped).refusesWith(next, 'case-held', { case: C });
    ofCase(stopped, act('CaseReleased', { reason: 'remedied' })).decides(start('2026-06-01'), started);
  });
  it('while nothing concerned is on hold (R19)', () =>
    training(...waiting)
      .knowing(
        hold,
        'country.estmark',
        act('HoldPlaced', { scope: { kind: 'country', id: 'estmark' }, hold: 'h', basis: 'embargo', reason: 'x' }),
      )
      .refuses(start('2026-06-01'), 'on-hold'));
});

describe('sessions are held', () => {
  const session = (women: number, more: object = {}) =>
    act('HoldSession', { session: 's-1', on: '2026-06-01', present: of(women, 4), ...more });
  const held = act('TrainingSessionHeld', session(4).data);
  it('after it began, with those who are enrolled, by sex (R28, R30)', () => {
    training(...begun).decides(session(4), held);
    training(...begun).refuses(session(5), 'more-than-enrolled');
    training(...begun).refuses(session(4, { on: '2026-05-31' }), 'before-start');
    training(...begun).refuses(session(4, { on: '2026-06-02' }), 'day-in-future');
    training(...begun, held).refuses(session(4), 'session-known');
    training(...waiting).refuses(session(4), 'training-at-another-stage');
  });
  it('and corrected in their numbers (R26)', () => {
    const correct = (women: number) =>
      act('CorrectSession', { corrects: given.id(4), session: 's-1', present: of(women, 4), reason: 'miscounted' });
    training(...begun, held).decides(correct(3), act('SessionCorrected', correct(3).data));
    training(...begun, held).refuses(correct(4), 'nothing-corrected');
    training(...begun, held).refuses(correct(5), 'more-than-enrolled');
  });
});

describe('a training is completed (R28)', () => {
  const complete = (data: object = { completed: of(3, 5), cost: 90 }) =>
    act('CompleteTraining', { on: '2026-06-01', ...data });
  const completed = act('TrainingCompleted', complete().data);
  it('has a session of which the day was corrected, after its start and before its end (R26, R30)', () => {
    const held = act('TrainingSessionHeld', { session: 's-1', on: '2026-06-01', present: of(1, 1) });
    const late = { corrects: given.id(4), session: 's-1', present: of(1, 1), reason: 'mistyped' };
    const correct = (on: string) => act('CorrectSession', { ...late, on });
    const early = act('TrainingStarted', { on: '2026-05-20' });
    const past = [...waiting, early, held];
    training(...past).decides(correct('2026-05-21'), act('SessionCorrected', correct('2026-05-21').data));
    training(...past).refuses(correct('2026-05-19'), 'before-start');
    training(...past).refuses(correct('2026-06-02'), 'day-in-future');
    const ended = act('TrainingCompleted', { on: '2026-06-01' });
    training(...past, act('SessionCorrected', { ...late, on: '2026-05-30' }), ended).refuses(
      act('CorrectTraining', { corrects: given.id(6), reason: 'mistyped', on: '2026-05-29' }),
      'before-start',
    );
  });
  it('has a plan of which the number and the cost were corrected (R26)', () => {
    const right = { corrects: given.id(0), reason: 'mistyped', planned: 14, cost: 120 };
    training(...begun).decides(act('CorrectTraining', right), act('TrainingCorrected', { ...right, fact: 'plan' }));
    training().refuses(act('CorrectTraining', { ...right, planned: 12, cost: 100 }), 'nothing-corrected');
    training().refuses(act('CorrectTraining', { ...right, on: '2026-05-30' }), 'stated-by-another-event');
  });
  it('with its numbers by sex and its cost, of those who are enrolled', () => {
    training(...begun).decides(complete(), completed);
    training(...begun).refusesWith(complete({ completed: of(3, 5) }), 'report-incomplete', { missing: 'cost' });
    training(...begun).refusesWith(complete({ cost: 90 }), 'report-incomplete', { missing: 'completed' });
    training(...begun).refuses(complete({ completed: of(3, 5, 1), cost: 90 }), 'more-than-enrolled');
    training(...waiting).refuses(complete(), 'training-at-another-stage');
    training(...begun).refuses(act('CompleteTraining', { ...complete().data, on: '2026-05-31' }), 'before-start');
  });
  it('and corrected in its numbers and its cost (R26)', () => {
    const correct = (data: object) =>
      act('CorrectTraining', { corrects: given.id(4), reason: 'invoice-late', ...data });
    const past = [...begun, completed];
    training(...past).decides(correct({ cost: 95 }), act('TrainingCorrected', correct({ cost: 95 }).data));
    training(...past).refuses(correct({ cost: 90 }), 'nothing-corrected');
    training(...past).refuses(correct({ completed: of(9, 0) }), 'more-than-enrolled');
  });
  it('and corrected in the day of its start, which stays in its order (R26, R30)', () => {
    const start = { corrects: given.id(3), reason: 'mistyped' };
    const correct = (data: object) => act('CorrectTraining', { ...start, ...data });
    const at = (on: string) => act('TrainingCorrected', { ...start, on, fact: 'start' });
    training(...begun).decides(correct({ on: '2026-05-30' }), at('2026-05-30'));
    training(...begun).refuses(correct({ on: '2026-06-01' }), 'nothing-corrected');
    training(...begun).refuses(correct({ on: '2026-06-02' }), 'day-in-future');
    training(...begun).refuses(correct({ cost: 9 }), 'stated-by-another-event');
    const july = { now: '2026-07-01T00:00:00.000Z' };
    const session = act('TrainingSessionHeld', { session: 's-1', on: '2026-06-02', present: of(1, 1) });
    const assessed = act('CompetenceAssessed', { trainee: 'n-1', competence: 'c', competent: 1, on: '2026-06-02' });
    const terminated = act('TrainingTerminated', {
      on: '2026-06-02',
      reason: 'x',
      trained: of(1, 1),
      cost: 1,
      trainees: [],
    });
    for (const later of [
      session,
      assessed,
      terminated,
      act('TrainingCompleted', { ...completed.data, on: '2026-06-02' }),
    ]) {
      training(...begun, later).decides(correct({ on: '2026-06-02' }), at('2026-06-02'), july);
      training(...begun, later).refuses(correct({ on: '2026-06-03' }), 'before-start', july);
    }
    training(...begun, at('2026-05-30')).decides(
      act('HoldSession', { ...session.data, on: '2026-05-30' }),
      act('TrainingSessionHeld', { ...session.data, on: '2026-05-30' }),
    );
  });
  it('and corrected in the day of its end, which stays in its order (R26, R30)', () => {
    const correct = (on: string) => act('CorrectTraining', { corrects: given.id(4), reason: 'mistyped', on });
    const july = { now: '2026-07-01T00:00:00.000Z' };
    const past = [...begun, completed];
    training(...past).decides(correct('2026-06-02'), act('TrainingCorrected', correct('2026-06-02').data), july);
    training(...past).refuses(correct('2026-07-02'), 'day-in-future', july);
    training(...past).refuses(correct('2025-01-01'), 'before-start');
    const followed = act('GraduateFollowedUp', { trainee: 'n-1', finding: 'in-post', number: 8, on: '2026-06-03' });
    training(...past, followed).refuses(correct('2026-06-04'), 'before-start', july);
  });
  it('and its trainees are assessed, and followed up afterwards (R30)', () => {
    const assess = (data: object = {}) =>
      act('AssessCompetence', { trainee: 'n-1', competence: 'care', competent: 8, on: '2026-06-01', ...data });
    const follow = (data: object = {}) =>
      act('FollowUpGraduate', { trainee: 'n-1', finding: 'in-post', number: 8, on: '2026-06-01', ...data });
    training(...begun).decides(assess(), act('CompetenceAssessed', assess().data));
    training(...begun).refuses(assess({ competent: 9 }), 'more-than-enrolled');
    training(...begun).refuses(assess({ trainee: 'n-2' }), 'not-enrolled');
    training(...waiting).refuses(assess(), 'training-at-another-stage');
    training(...begun, completed).decides(follow(), act('GraduateFollowedUp', follow().data));
    training(...begun, completed).refuses(follow({ on: '2026-05-31' }), 'before-start');
    training(...begun).refuses(follow(), 'training-at-another-stage');
  });
});

describe('a training ends early (R28)', () => {
  const end = (data: object = {}) =>
    act('TerminateTraining', { on: '2026-06-01', reason: 'instructors-left', trained: of(3, 5), cost: 40, ...data });
  const ended = act('TrainingTerminated', { ...end().data, trainees: ['n-1', 'n-2'] });
  const past = [eight, soldier, enrolled(), started];
  it('once it has begun and before it is completed, with the numbers up to then', () => {
    training(...past).decides(end(), ended);
    training(...past).refuses(end({ trained: of(3, 6) }), 'more-than-enrolled');
    training(...past).refuses(end({ on: '2026-06-02' }), 'day-in-future');
    training(...past).refuses(end({ on: '2026-05-31' }), 'before-start');
    training(...waiting).refuses(end(), 'training-at-another-stage');
    training(...past, act('TrainingCompleted', { on: '2026-06-01' })).refuses(end(), 'training-at-another-stage');
    training(...past, ended).refuses(end(), 'training-at-another-stage');
    const refused = act('EnrolmentRefused', { trainee: 'n-2', reason: 'x' });
    training(...past, refused).decides(end(), act('TrainingTerminated', { ...ended.data, trainees: ['n-1'] }));
  });
  it('and nothing is held, completed or due after it', () => {
    const after = training(...past, ended);
    after.refuses(
      act('HoldSession', { session: 's-1', on: '2026-06-01', present: of(1, 0) }),
      'training-at-another-stage',
    );
    after.refuses(
      act('CompleteTraining', { on: '2026-06-01', completed: of(1, 0), cost: 1 }),
      'training-at-another-stage',
    );
    const overdue = act('RecordOverdueTraining', { duty: 'training-end', due: '2026-07-20' });
    after.as('entente', 'system').refuses(overdue, 'training-at-another-stage', { now: '2026-08-01T00:00:00.000Z' });
  });
  it('and is corrected in its own numbers and its cost (R26)', () => {
    const correct = (data: object) => act('CorrectTraining', { corrects: given.id(5), reason: 'miscounted', ...data });
    const after = training(...past, ended);
    after.decides(correct({ trained: of(2, 5) }), act('TrainingCorrected', correct({ trained: of(2, 5) }).data));
    after.decides(correct({ cost: 45 }), act('TrainingCorrected', correct({ cost: 45 }).data));
    const onDay = correct({ on: '2026-06-02' });
    const corrected = act('TrainingCorrected', { ...onDay.data, trainees: ['n-1', 'n-2'] });
    after.decides(onDay, corrected, { now: '2026-07-01T00:00:00.000Z' });
    after.refuses(correct({ trained: of(3, 6) }), 'more-than-enrolled');
    after.refuses(correct({ completed: of(2, 5) }), 'stated-by-another-event');
    training(...past, act('TrainingCompleted', { on: '2026-06-01', completed: of(3, 5), cost: 4 })).refuses(
      correct({ trained: of(2, 5) }),
      'stated-by-another-event',
    );
  });
});

describe('a planned day that passed is recorded', () => {
  const overdue = (duty: string, due: string) => act('RecordOverdueTraining', { duty, due });
  const became = (duty: string, due: string) => act('TrainingBecameOverdue', { duty, due });
  const system = (...past: Event[]) => training(...past).as('entente', 'system');
  const august = { now: '2026-08-01T00:00:00.000Z' };
  it.each([
    ['training-start', '2026-07-01'],
    ['training-end', '2026-07-20'],
  ])('of %s', (duty, due) => {
    system().decides(overdue(duty, due), became(duty, due), august);
    system(became(duty, due)).decides(overdue(duty, due), [], august);
    system().refuses(overdue(duty, '2026-07-02'), 'other-last-day', august);
    system().refuses(overdue(duty, due), 'not-over-yet', { now: `${due}T23:59:59.000Z` });
    system(...begun, act('TrainingCompleted', { on: '2026-06-01' })).refuses(
      overdue(duty, due),
      'training-at-another-stage',
      august,
    );
  });
  it('in a programme that ended before it could begin, as its cancellation (R19)', () => {
    const start = overdue('training-start', '2026-07-01');
    const ended = (end: Event) =>
      system().knowing(programme, P, act('ProgrammeProposed', { ...parties, kind: 'bilateral' }), end);
    const cancelled = (reason: string) => act('TrainingCancelled', { reason });
    const terminated = act('ProgrammeTerminated', { reason: 'misuse' });
    const completed = (on: string) => act('ProgrammeCompleted', { on });
    ended(terminated).decides(start, cancelled('programme-terminated'), august);
    ended(completed('2026-06-30')).decides(start, cancelled('programme-completed'), august);
    ended(completed('2026-07-01')).decides(start, became('training-start', '2026-07-01'), august);
    ended(terminated).refuses(start, 'not-over-yet', { now: '2026-07-01T23:59:59.000Z' });
    const last = overdue('training-end', '2026-07-20');
    training(...begun)
      .as('entente', 'system')
      .knowing(programme, P, act('ProgrammeProposed', { ...parties, kind: 'bilateral' }), terminated)
      .decides(last, became('training-end', '2026-07-20'), august);
  });
});
