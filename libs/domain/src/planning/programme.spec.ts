import { describe, it } from '@jest/globals';
import { type Act, act, given } from '../../../../test/support/decider-specification.js';
import { stakeholder } from '../parties/stakeholder.js';
import { MAX_PARTICIPANTS, programme } from './programme.js';

const proposal = {
  title: 'Training',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  starts: '2026-01-01',
  ends: '2028-12-31',
};
const proposed = act('ProgrammeProposed', { ...proposal, kind: 'bilateral' });
const approved = act('ProgrammeApproved', { authority: 'minister' });
const active = act('ProgrammeActivated', { on: '2026-03-01' });
const suspended = act('ProgrammeSuspended', { reason: 'misuse-measure' });
const terminated = act('ProgrammeTerminated', { reason: 'misuse-measure' });
const planned = act('MilestonePlanned', { milestone: 'm1', due: '2026-04-30' });
const met = act('MilestoneMet', { milestone: 'm1', on: '2026-05-04' });
const missed = act('MilestoneMissed', { milestone: 'm1', on: '2026-04-30' });

const byUnanimity = { ...proposal, kind: 'multilateral', approvalRule: 'unanimity' };
const byLead = { ...proposal, kind: 'multilateral', approvalRule: 'lead-nation', lead: 'sudria' };
const together = act('ProgrammeProposed', byUnanimity);
const led = act('ProgrammeProposed', byLead);
const invited = (participant: string) => act('ParticipantInvited', { participant });
const joins = (participant: string) => act('ParticipantJoined', { participant });
const tookPart = (...participants: string[]) => participants.flatMap((id) => [invited(id), joins(id)]);
const withdrew = (participant: string) => act('ParticipantWithdrew', { participant, reason: 'budget-not-voted' });
const concurs = (party: string) => act('ConcurrenceGiven', { party, authority: 'foreign-ministry' });
const withholds = (party: string) =>
  act('ConcurrenceWithheld', { party, authority: 'foreign-ministry', reason: 'rights-concerns' });
const registered = (type: string) => act('StakeholderRegistered', { name: 'An organisation', type });
const outOfStanding = act('StakeholderSuspended', { reason: 'credentials-compromised' });

/** A multilateral programme, whose parties are registered and not suspended. */
const multilateral = (...past: Act[]) =>
  ['norland', 'sudria', 'westria', 'ostria'].reduce(
    (story, id) => story.knowing(stakeholder, id, registered('state')),
    given(programme, ...past),
  );

describe('a programme is proposed', () => {
  const when = act('ProposeProgramme', proposal);
  const propose = (data: object) => act('ProposeProgramme', data);
  const donor = () =>
    given(programme).as('norland', 'donor').registered(['norland', 'estmark', 'sudria'], 'donor', 'recipient');
  it('by its donor, bilateral unless it says otherwise', () => {
    donor().decides(propose(proposal), proposed);
    donor().decides(propose(proposed.data), proposed);
  });
  it('by nobody else', () => given(programme).as('estmark', 'recipient').refuses(when, 'not-the-donor'));
  it('once', () => given(programme, proposed).as('norland', 'donor').refuses(when, 'already-exists'));
  it("under an id of the donor's own", () => donor().named('sudria.it-1').refuses(when, 'foreign-id'));
  it('to end after it starts', () =>
    donor().refuses(propose({ ...proposal, ends: '2025-01-01' }), 'ends-before-start'));
  it('for another organisation than the donor', () =>
    donor().refuses(propose({ ...proposal, recipient: 'norland' }), 'donor-is-recipient'));
  it('with its approval rule where it is multilateral, and only there (R4)', () => {
    donor().decides(propose(byUnanimity), together);
    donor().refuses(propose({ ...proposal, kind: 'multilateral' }), 'approval-rule-missing');
    donor().refuses(propose({ ...proposal, approvalRule: 'unanimity' }), 'not-multilateral');
  });
  it('with the lead nation that the rule needs, and only then (R4)', () => {
    donor().decides(propose(byLead), led);
    donor().refuses(propose({ ...byUnanimity, approvalRule: 'lead-nation' }), 'lead-does-not-fit-rule');
    donor().refuses(propose({ ...byUnanimity, lead: 'sudria' }), 'lead-does-not-fit-rule');
    donor().refuses(propose({ ...proposal, lead: 'sudria' }), 'lead-does-not-fit-rule');
    donor().refuses(propose({ ...byLead, lead: 'estmark' }), 'beneficiary-cannot-lead');
  });
  it('before any other command', () => given(programme).refuses(act('SuspendProgramme', { reason: 'r' }), 'not-found'));
  it('on a day that is neither in the future nor years ago', () => {
    given(programme)
      .as('norland', 'donor')
      .refuses(when, 'occurred-in-future', { occurredAt: '2026-06-02T12:00:00.000Z' });
    given(programme)
      .as('norland', 'donor')
      .refuses(when, 'occurred-too-long-ago', { occurredAt: '2020-06-02T12:00:00.000Z' });
  });
});

describe('an organisation takes part in a multilateral programme (R4)', () => {
  const invite = (participant: string) => act('InviteParticipant', { participant });
  const join = (participant: string) => act('JoinProgramme', { participant });
  const withdraw = act('WithdrawFromProgramme', withdrew('sudria').data);
  it('invited by the donor', () => {
    multilateral(together).as('norland', 'donor').decides(invite('sudria'), invited('sudria'));
    multilateral(together).as('westria', 'donor').refuses(invite('sudria'), 'not-the-donor');
  });
  it('where it is registered and not suspended', () => {
    given(programme, together).refuses(invite('sudria'), 'participant-not-in-standing');
    given(programme, together)
      .knowing(stakeholder, 'sudria', registered('state'), outOfStanding)
      .refuses(invite('sudria'), 'participant-not-in-standing');
  });
  it('never in a bilateral one', () => multilateral(proposed).refuses(invite('sudria'), 'not-multilateral'));
  it('never as its beneficiary', () =>
    multilateral(together).refuses(invite('estmark'), 'beneficiary-cannot-take-part'));
  it('invited once, and again when it has withdrawn', () => {
    multilateral(together).refuses(invite('norland'), 'already-invited');
    multilateral(together, invited('sudria')).refuses(invite('sudria'), 'already-invited');
    multilateral(together, ...tookPart('sudria'), withdrew('sudria')).decides(invite('sudria'), invited('sudria'));
  });
  it('with a bounded number of others', () => {
    const many = Array.from({ length: MAX_PARTICIPANTS }, (_, i) => invited(`state-${i}`));
    multilateral(together, ...many).refuses(invite('sudria'), 'too-many-participants');
    multilateral(together, ...many.slice(1)).decides(invite('sudria'), invited('sudria'));
  });
  it('joining by itself, where it was invited', () => {
    multilateral(together, invited('sudria')).as('sudria', 'donor').decides(join('sudria'), joins('sudria'));
    multilateral(together, invited('sudria')).as('norland', 'donor').refuses(join('sudria'), 'not-the-participant');
    multilateral(together).as('sudria', 'donor').refuses(join('sudria'), 'not-invited');
    multilateral(together).as('constructor', 'donor').refuses(join('constructor'), 'not-invited');
  });
  it('joining again without an event', () => multilateral(together, ...tookPart('sudria')).decides(join('sudria'), []));
  it('withdrawing or declining by itself, with its reason', () => {
    for (const past of [tookPart('sudria'), [invited('sudria')]])
      multilateral(together, ...past)
        .as('sudria', 'donor')
        .decides(withdraw, withdrew('sudria'));
    multilateral(together, ...tookPart('sudria'))
      .as('norland', 'donor')
      .refuses(withdraw, 'not-the-participant');
    multilateral(together).as('sudria', 'donor').refuses(withdraw, 'not-invited');
  });
  it('but the donor never leaves its own programme', () =>
    multilateral(together)
      .as('norland', 'donor')
      .refuses(act('WithdrawFromProgramme', { participant: 'norland', reason: 'r' }), 'donor-cannot-withdraw'));
});

describe('an authority concurs (R2)', () => {
  const give = (party: string) => act('GiveConcurrence', concurs(party).data);
  const withhold = (party: string) => act('WithholdConcurrence', withholds(party).data);
  it('by its own party', () => {
    given(programme, proposed).as('norland', 'donor').decides(give('norland'), concurs('norland'));
    given(programme, proposed).as('estmark', 'recipient').decides(withhold('estmark'), withholds('estmark'));
    given(programme, proposed).as('norland', 'donor').refuses(give('estmark'), 'not-the-party');
  });
  it('where it is a party', () => {
    given(programme, proposed).as('sudria', 'donor').refuses(give('sudria'), 'not-a-party');
    multilateral(together, invited('sudria')).as('sudria', 'donor').refuses(give('sudria'), 'not-a-party');
  });
  it('again without an event, or with a new answer', () => {
    given(programme, proposed, concurs('norland')).decides(give('norland'), []);
    given(programme, proposed, withholds('norland')).decides(withhold('norland'), []);
    given(programme, proposed, withholds('norland')).decides(give('norland'), concurs('norland'));
  });
  it('before the programme is activated', () =>
    given(programme, proposed, approved, active).refuses(withhold('norland'), 'already-activated'));
});

describe('a programme is approved, never by the person who proposed it (R33)', () => {
  const when = act('ApproveProgramme', { authority: 'minister' });
  const proposedByP1 = () => given(programme, proposed).by('norland', 'donor', { person: 'p1' });
  it('by another person of the donor', () =>
    proposedByP1().as('norland', 'donor', { person: 'p2' }).decides(when, approved));
  it('not by another organisation', () =>
    proposedByP1().as('estmark', 'recipient', { person: 'p2' }).refuses(when, 'not-the-donor'));
  it('not by the same one', () =>
    proposedByP1().as('norland', 'donor', { person: 'p1' }).refuses(when, 'approver-is-proposer'));
  it('not by somebody unnamed, the operator included', () => {
    proposedByP1().refuses(when, 'approver-is-proposer');
    proposedByP1().as('operator', 'operator', { person: 'p1' }).refuses(when, 'approver-is-proposer');
  });
  it('where nobody was named then, by a named person in another role', () => {
    const unnamed = () => given(programme, proposed).by('norland', 'donor');
    unnamed().as('norland', 'donor', { person: 'p2' }).refuses(when, 'approver-is-proposer');
    unnamed().as('operator', 'operator', { person: 'p2' }).decides(when, approved);
  });
  it('once', () =>
    given(programme, proposed, approved).as('norland', 'donor', { person: 'p2' }).refuses(when, 'not-proposed'));
  it('not while an authority withholds its concurrence (R2)', () => {
    const then = (...past: Act[]) => given(programme, proposed, ...past).as('norland', 'donor', { person: 'p2' });
    then(withholds('estmark')).refuses(when, 'concurrence-withheld');
    then(withholds('norland'), concurs('norland')).decides(when, approved);
  });
});

describe('a multilateral programme is approved by the rule fixed at its proposal (R4)', () => {
  const when = act('ApproveProgramme', { authority: 'minister' });
  const others = tookPart('sudria', 'westria');
  const agreed = [concurs('sudria'), concurs('westria')];
  const asDonor = (...past: Act[]) => multilateral(...past).as('norland', 'donor', { person: 'p2' });
  it('by three participants who agree', () => asDonor(together, ...others, ...agreed).decides(when, approved));
  it('not by two', () =>
    asDonor(together, ...tookPart('sudria'), concurs('sudria')).refuses(when, 'too-few-participants'));
  it('not by three of which one was only invited, has withdrawn, or is suspended', () => {
    const two = tookPart('sudria');
    asDonor(together, ...two, concurs('sudria'), invited('westria')).refuses(when, 'too-few-participants');
    asDonor(together, ...others, ...agreed, withdrew('westria')).refuses(when, 'too-few-participants');
    asDonor(together, ...others, ...agreed)
      .knowing(stakeholder, 'westria', registered('state'), outOfStanding)
      .refuses(when, 'too-few-participants');
  });
  it('by two of which one is an international organisation in standing', () => {
    const two = [together, ...tookPart('sudria'), concurs('sudria')];
    const body = registered('international-organisation');
    asDonor(...two)
      .knowing(stakeholder, 'sudria', body)
      .decides(when, approved);
    asDonor(...two)
      .knowing(stakeholder, 'sudria', body, outOfStanding)
      .refuses(when, 'too-few-participants');
  });
  it('unanimously: not while one is silent or withholds', () => {
    asDonor(together, ...others, concurs('sudria')).refuses(when, 'not-unanimous');
    asDonor(together, ...others, ...agreed, withholds('westria')).refuses(when, 'concurrence-withheld');
    asDonor(together, ...others, ...tookPart('ostria'), ...agreed, withdrew('ostria')).decides(when, approved);
  });
  it('what a participant said goes with it when it withdraws', () =>
    asDonor(together, ...others, ...tookPart('ostria'), ...agreed, withholds('ostria'), withdrew('ostria')).decides(
      when,
      approved,
    ));
  it('by its lead nation alone, where that is the rule', () => {
    const lead = (...past: Act[]) => multilateral(led, ...past).as('sudria', 'donor', { person: 'p2' });
    lead(...others).decides(when, approved);
    lead(...others, withholds('westria')).decides(when, approved);
    lead(...others, withholds('sudria')).refuses(when, 'concurrence-withheld');
    lead(...tookPart('westria', 'ostria')).refuses(when, 'lead-not-joined');
    asDonor(led, ...others).refuses(when, 'not-the-lead');
  });
  it('and still so when it is activated', () => {
    const activate = act('ActivateProgramme', active.data);
    asDonor(together, ...others, ...agreed, approved).decides(activate, active);
    asDonor(together, ...others, ...agreed, approved, ...tookPart('ostria')).refuses(activate, 'not-unanimous');
    asDonor(together, ...others, ...agreed, approved, withdrew('sudria')).refuses(activate, 'too-few-participants');
  });
});

describe('a programme is activated', () => {
  const when = act('ActivateProgramme', { on: '2026-03-01' });
  const noticeOn = (on: string) => act('LegislatureNotified', { on, noticeDays: 15 });
  it('when approved', () => given(programme, proposed, approved).decides(when, active));
  it('not before, and not twice', () => {
    given(programme, proposed).refuses(when, 'not-approved');
    given(programme, proposed, approved, active).refuses(when, 'not-approved');
    given(programme, proposed, approved, active, suspended).refuses(when, 'not-approved');
  });
  it('not in advance', () =>
    given(programme, proposed, approved).refuses(act('ActivateProgramme', { on: '2026-07-01' }), 'day-in-future'));
  it('not while an authority withholds its concurrence (R2)', () =>
    given(programme, proposed, approved, withholds('norland')).refuses(when, 'concurrence-withheld'));
  it("not while the legislature's notice is running (R2)", () =>
    given(programme, proposed, noticeOn('2026-02-15'), approved).refuses(when, 'notice-running'));
  it('on the day it has run out (R2)', () =>
    given(programme, proposed, noticeOn('2026-02-14'), approved).decides(when, active));
  it('after one notice, of fifteen days unless it says otherwise (R2)', () => {
    const notify = (more: object = {}) => act('NotifyLegislature', { on: '2026-02-14', ...more });
    given(programme, proposed).decides(notify(), noticeOn('2026-02-14'));
    given(programme, proposed).decides(
      notify({ noticeDays: 30 }),
      act('LegislatureNotified', { on: '2026-02-14', noticeDays: 30 }),
    );
    given(programme, proposed, noticeOn('2026-02-14')).refuses(notify(), 'already-notified');
    given(programme, proposed, approved, active).refuses(notify(), 'already-activated');
    given(programme, proposed).refuses(notify({ on: '2026-06-02' }), 'day-in-future');
  });
});

describe('a programme is adapted', () => {
  const adapt = (data: object) => act('AdaptProgramme', { reason: 'border-closed', ...data });
  const adapted = (data: object) => act('ProgrammeAdapted', { reason: 'border-closed', ...data });
  const remote = { modality: 'remote-mentoring', technology: 'satellite-imagery' };
  it('once approved', () => {
    given(programme, proposed, approved).decides(adapt(remote), adapted(remote));
    given(programme, proposed).refuses(adapt(remote), 'not-approved');
  });
  it('to something other than it is', () => {
    given(programme, proposed, approved).refuses(adapt({}), 'nothing-adapted');
    given(programme, proposed, approved).refuses(adapt({ sector: '15210', ends: '2028-12-31' }), 'nothing-adapted');
    given(programme, proposed, approved, adapted(remote)).refuses(adapt(remote), 'nothing-adapted');
    given(programme, proposed, approved, adapted({ ends: '2029-12-31' })).decides(
      adapt({ ends: '2028-12-31', sector: '15240' }),
      adapted({ ends: '2028-12-31', sector: '15240' }),
    );
  });
  it('to end on the day on which it starts, and no earlier', () => {
    given(programme, proposed, approved).decides(adapt({ ends: '2026-01-01' }), adapted({ ends: '2026-01-01' }));
    given(programme, proposed, approved).refuses(adapt({ ends: '2025-12-31' }), 'ends-before-start');
  });
});

describe('a milestone', () => {
  const meet = act('MeetMilestone', met.data);
  const miss = act('MissMilestone', missed.data);
  const replan = act('ReplanMilestone', { milestone: 'm1', due: '2026-12-01', cause: 'late-supplier' });
  const replanned = act('MilestoneReplanned', replan.data);
  it('is planned once', () => {
    given(programme, proposed).decides(act('PlanMilestone', planned.data), planned);
    given(programme, proposed, planned).refuses(act('PlanMilestone', planned.data), 'milestone-already-planned');
  });
  it('is one of two hundred at most', () => {
    const named = (n: number) => ({ milestone: `n${n}`, due: '2026-09-30' });
    const past = Array.from({ length: 200 }, (_, n) => act('MilestonePlanned', named(n)));
    given(programme, proposed, ...past.slice(1)).decides(
      act('PlanMilestone', named(0)),
      act('MilestonePlanned', named(0)),
    );
    given(programme, proposed, ...past).refuses(act('PlanMilestone', named(200)), 'too-many-milestones');
  });
  it('may have a name that is also a word of the language', () => {
    const data = { milestone: 'constructor', due: '2026-09-30' };
    given(programme, proposed).decides(act('PlanMilestone', data), act('MilestonePlanned', data));
    given(programme, proposed).refuses(
      act('ReplanMilestone', { ...data, cause: 'late-supplier' }),
      'milestone-not-planned',
    );
  });
  it('may have any word for its name', () => {
    const data = { milestone: 'constructor', due: '2026-09-30' };
    given(programme, proposed).decides(act('PlanMilestone', data), act('MilestonePlanned', data));
    given(programme, proposed).refuses(
      act('MeetMilestone', { milestone: 'constructor', on: '2026-05-04' }),
      'milestone-not-planned',
    );
  });
  it('is moved with its cause, after it was missed too, to another day', () => {
    given(programme, proposed, planned).decides(replan, replanned);
    given(programme, proposed, planned, missed).decides(replan, replanned);
    given(programme, proposed, planned, replanned).refuses(replan, 'same-due');
    given(programme, proposed, planned, met).refuses(replan, 'milestone-settled');
  });
  it('is open again once moved, and may be missed again', () => {
    const moved = act('MilestoneReplanned', { milestone: 'm1', due: '2026-05-15', cause: 'late-supplier' });
    const again = { milestone: 'm1', on: '2026-05-15' };
    given(programme, proposed, planned, missed, moved).decides(
      act('MissMilestone', again),
      act('MilestoneMissed', again),
    );
  });
  it('is met today at the latest, and corrected to a day before it was due', () => {
    const today = { milestone: 'm1', on: '2026-06-01' };
    given(programme, proposed, planned).decides(act('MeetMilestone', today), act('MilestoneMet', today));
    const early = { milestone: 'm1', corrects: given.id(2), reason: 'wrong-day', on: '2026-04-20' };
    given(programme, proposed, planned, met).decides(act('CorrectMilestone', early), act('MilestoneCorrected', early));
  });
  it('is recorded as missed by the donor, an implementer or the clock only', () => {
    for (const [organisation, role] of [
      ['norland', 'donor'],
      ['ostra-training', 'implementer'],
      ['entente', 'system'],
    ] as const)
      given(programme, proposed, planned)
        .as(organisation, role)
        .registered(['ostra-training'], 'implementer')
        .decides(miss, missed);
    given(programme, proposed, planned).as('estmark', 'recipient').refuses(miss, 'not-the-donor');
  });
  it('is met, which an implementer may report, and so while suspended (R19)', () => {
    given(programme, proposed, planned)
      .as('ostra-training', 'implementer')
      .registered(['ostra-training'], 'implementer')
      .decides(meet, met);
    given(programme, proposed, planned).as('estmark', 'recipient').refuses(meet, 'not-the-donor');
    given(programme, proposed, approved, active, planned, suspended).decides(meet, met);
  });
  it('is met on a day that has come', () =>
    given(programme, proposed, planned).refuses(
      act('MeetMilestone', { milestone: 'm1', on: '2026-06-02' }),
      'day-in-future',
    ));
  it('is missed when its last day is over, which the clock may say', () => {
    given(programme, proposed, planned).as('operator', 'system').decides(miss, missed);
    given(programme, proposed, planned).as('operator', 'system').refuses(meet, 'not-the-donor');
    given(programme, proposed, planned).refuses(miss, 'not-over-yet', { now: '2026-04-30T20:00:00Z' });
    given(programme, proposed, planned, replanned).refuses(miss, 'not-over-yet');
  });
  it('is met only when planned, and once; late where it was missed', () => {
    given(programme, proposed).refuses(meet, 'milestone-not-planned');
    given(programme, proposed, planned, met).refuses(meet, 'milestone-settled');
    given(programme, proposed, planned, missed).decides(meet, met);
    given(programme, proposed, planned, missed).refuses(miss, 'milestone-settled');
  });

  it('is recorded as overdue by the system once its last day is over, once for each', () => {
    const record = (due: string) => act('RecordOverdueMilestone', { milestone: 'm1', due });
    const overdue = (due: string) => act('MilestoneBecameOverdue', { milestone: 'm1', due });
    const system = (...past: { type: string; data: unknown }[]) =>
      given(programme, proposed, ...past).as('entente', 'system');
    system(planned).decides(record('2026-04-30'), overdue('2026-04-30'), { now: '2026-05-01T00:00:00.000Z' });
    system(planned).refuses(record('2026-04-30'), 'not-over-yet', { now: '2026-04-30T23:59:59.000Z' });
    system(planned).refuses(record('2026-04-29'), 'other-last-day');
    system(planned, overdue('2026-04-30')).decides(record('2026-04-30'), []);
    system(planned, met).refuses(record('2026-04-30'), 'milestone-settled');
    const replanned = act('MilestoneReplanned', { milestone: 'm1', due: '2026-05-10', cause: 'late-supplier' });
    system(planned, overdue('2026-04-30'), replanned).decides(record('2026-05-10'), overdue('2026-05-10'));
    given(programme, proposed, planned).as('norland', 'donor').refuses(record('2026-04-30'), 'not-the-system');
  });

  const correct = (more: object = {}) =>
    act('CorrectMilestone', { milestone: 'm1', corrects: given.id(2), reason: 'wrong-day', ...more });
  const corrected = (more: object = {}) => act('MilestoneCorrected', correct(more).data);
  it('is corrected by naming the outcome that was wrong (R26)', () => {
    given(programme, proposed, planned, met).decides(correct(), corrected());
    given(programme, proposed, planned, met).refuses(correct({ corrects: given.id(0) }), 'corrects-unknown-event');
    given(programme, proposed, planned, met, corrected()).refuses(correct(), 'nothing-left-to-correct');
    given(programme, proposed, planned, missed, met).refuses(correct(), 'outcome-replaced');
    given(programme, proposed, planned, met, corrected()).decides(meet, met);
  });
  it('is corrected in the day promised, first and now (R26)', () => {
    const first = { corrects: given.id(1), on: '2026-05-03' };
    const due = { due: '2026-05-03' };
    const milestone = (...past: Act[]) => given(programme, proposed, planned, ...past);
    milestone().decides(correct(first), corrected({ ...first, fact: 'first-promise', ...due }));
    milestone(met).decides(correct(first), corrected({ ...first, fact: 'first-promise', ...due }));
    milestone().refuses(correct({ corrects: given.id(1) }), 'nothing-corrected');
    milestone().refuses(correct({ ...first, on: '2026-04-30' }), 'nothing-corrected');
    milestone(missed).refuses(correct(first), 'not-over-yet');
    const replanned = act('MilestoneReplanned', { milestone: 'm1', due: '2026-05-10', cause: 'late-supplier' });
    milestone(replanned).decides(correct(first), corrected({ ...first, fact: 'first-promise' }));
    const second = { ...first, corrects: given.id(2) };
    milestone(replanned).decides(correct(second), corrected({ ...second, fact: 'promise', ...due }));
    const overdue = act('MilestoneBecameOverdue', { milestone: 'm1', due: '2026-05-10' });
    milestone(replanned, overdue, corrected({ ...second, fact: 'promise', ...due }))
      .as('entente', 'system')
      .decides(
        act('RecordOverdueMilestone', { milestone: 'm1', ...due }),
        act('MilestoneBecameOverdue', { milestone: 'm1', ...due }),
      );
  });
  it('is corrected to another day, that has come (R26)', () => {
    const milestone = given(programme, proposed, planned, met);
    milestone.decides(correct({ on: '2026-05-03' }), corrected({ on: '2026-05-03' }));
    milestone.refuses(correct({ on: '2026-05-04' }), 'nothing-corrected');
    milestone.refuses(correct({ on: '2026-06-02' }), 'day-in-future');
    given(programme, proposed, planned, met, corrected({ on: '2026-05-03' })).refuses(
      correct({ on: '2026-05-03' }),
      'nothing-corrected',
    );
    given(programme, proposed, planned, missed).refuses(correct({ on: '2026-04-29' }), 'not-over-yet');
  });
  it('is corrected after the programme has ended too (R26)', () =>
    given(programme, proposed, planned, met, terminated).decides(correct(), corrected()));
});

describe('a programme', () => {
  const suspend = act('SuspendProgramme', suspended.data);
  const resume = act('ResumeProgramme', { reason: 'cured' });
  const complete = act('CompleteProgramme', { on: '2026-05-04' });
  const terminate = act('TerminateProgramme', terminated.data);
  const running = [proposed, approved, active];
  const completed = act('ProgrammeCompleted', { on: '2026-05-04' });
  it('is suspended while active', () => {
    given(programme, ...running)
      .as('norland', 'donor')
      .decides(suspend, suspended);
    given(programme, ...running)
      .as('estmark', 'recipient')
      .refuses(suspend, 'not-the-donor');
    given(programme, proposed, approved).refuses(suspend, 'not-active');
  });
  it('is resumed while suspended', () => {
    given(programme, ...running, suspended).decides(resume, act('ProgrammeResumed', { reason: 'cured' }));
    given(programme, ...running).refuses(resume, 'not-suspended');
    const dayBefore = { occurredAt: '2026-04-30T09:00:00.000Z' };
    given(programme, ...running, suspended).refuses(resume, 'before-the-fact', dayBefore);
    given(programme, ...running, suspended, act('ProgrammeResumed', { reason: 'cured' })).decides(suspend, suspended);
  });
  it('ends with the tranches of the accounts that were noted, each once (R19)', () => {
    const note = act('NoteAccount', { account: 'norland.a' });
    const noted = act('AccountNoted', note.data);
    given(programme, ...running)
      .as('entente', 'system')
      .decides(note, noted);
    given(programme, ...running, noted)
      .as('entente', 'system')
      .decides(note, []);
    given(programme, ...running, terminated)
      .as('entente', 'system')
      .decides(note, []);
    given(programme, ...running)
      .as('norland', 'donor')
      .refuses(note, 'not-the-system');
    given(programme, ...running, noted).decides(
      terminate,
      act('ProgrammeTerminated', { ...terminated.data, accounts: ['norland.a'] }),
    );
  });
  it('ends with its open milestones, none of which becomes overdue afterwards', () => {
    const other = act('MilestonePlanned', { milestone: 'm2', due: '2026-04-30' });
    const met = act('MilestoneMet', { milestone: 'm2', on: '2026-04-20' });
    const ended = act('ProgrammeTerminated', { ...terminated.data, open: ['m1'] });
    const past = [...running, planned, other, met];
    given(programme, ...past).decides(terminate, ended);
    given(programme, ...running, other, met).decides(terminate, terminated);
    const overdue = (milestone: string) => act('RecordOverdueMilestone', { milestone, due: '2026-04-30' });
    given(programme, ...past, ended).refuses(overdue('m1'), 'milestone-settled');
    const withdrawn = act('MilestoneCorrected', { milestone: 'm2', corrects: given.id(5), reason: 'typo' });
    given(programme, ...past, ended, withdrawn).refuses(overdue('m2'), 'milestone-settled');
    given(programme, ...past, withdrawn).decides(
      overdue('m2'),
      act('MilestoneBecameOverdue', { milestone: 'm2', due: '2026-04-30' }),
    );
  });
  it('is completed while active, not while suspended (R19)', () => {
    given(programme, ...running).decides(complete, completed);
    given(programme, ...running, suspended).refuses(complete, 'not-active');
  });
  it('is completed when each milestone was met or missed, on a day that has come', () => {
    given(programme, ...running, planned).refuses(complete, 'milestones-open');
    given(programme, ...running, planned, missed).decides(complete, completed);
    given(programme, ...running).refuses(act('CompleteProgramme', { on: '2026-06-02' }), 'day-in-future');
  });
  it('is completed after it starts (R30)', () => {
    const early = act('CompleteProgramme', { on: '2025-12-31' });
    given(programme, ...running).refuses(early, 'before-start');
    const history = act('ProgrammeProposed', { ...proposed.data, basis: 'reported' });
    given(programme, history, approved, active).decides(early, act('ProgrammeCompleted', early.data));
  });
  it('is terminated at any time, for good', () => {
    given(programme, proposed).decides(terminate, terminated);
    given(programme, ...running, suspended).decides(terminate, terminated);
    given(programme, proposed, terminated).refuses(terminate, 'programme-ended');
    given(programme, ...running, completed).refuses(suspend, 'programme-ended');
  });
  it('is given objectives, each once', () => {
    const data = { objective: 'o1', statement: 'Two hundred officers' };
    given(programme, proposed).decides(act('DefineObjective', data), act('ObjectiveDefined', data));
    given(programme, proposed, act('ObjectiveDefined', data)).refuses(
      act('DefineObjective', data),
      'objective-already-defined',
    );
  });
  it('is given a gender marker, and the same again without an event', () => {
    const when = act('AssignGenderMarker', { marker: 2 });
    const marked = (marker: number) => act('GenderMarkerAssigned', { marker });
    given(programme, proposed).decides(when, marked(2));
    given(programme, proposed, marked(2)).decides(when, []);
    given(programme, proposed, marked(0)).decides(when, marked(2));
  });
});
