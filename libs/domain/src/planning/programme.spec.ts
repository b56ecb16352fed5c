import { describe, it } from '@jest/globals';
import { given } from '../../../../test/given.js';
import { stakeholder } from '../parties/stakeholder.js';
import { MOST_PARTICIPANTS, programme } from './programme.js';

interface Said {
  type: string;
  data: object;
}
const proposal = {
  title: 'Training',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  starts: '2026-01-01',
  ends: '2028-12-31',
};
const proposed = { type: 'ProgrammeProposed', data: { ...proposal, kind: 'bilateral' } };
const approved = { type: 'ProgrammeApproved', data: { authority: 'minister' } };
const active = { type: 'ProgrammeActivated', data: { on: '2026-03-01' } };
const suspended = { type: 'ProgrammeSuspended', data: { reason: 'misuse-measure', misuseCase: 'sealed.5' } };
const terminated = { type: 'ProgrammeTerminated', data: { reason: 'misuse-measure' } };
const planned = { type: 'MilestonePlanned', data: { milestone: 'm1', due: '2026-04-30' } };
const met = { type: 'MilestoneMet', data: { milestone: 'm1', on: '2026-05-04' } };
const missed = { type: 'MilestoneMissed', data: { milestone: 'm1', on: '2026-04-30' } };

const byUnanimity = { ...proposal, kind: 'multilateral', approvalRule: 'unanimity' };
const byLead = { ...proposal, kind: 'multilateral', approvalRule: 'lead-nation', lead: 'sudria' };
const together = { type: 'ProgrammeProposed', data: byUnanimity };
const led = { type: 'ProgrammeProposed', data: byLead };
const invited = (participant: string) => ({ type: 'ParticipantInvited', data: { participant } });
const joins = (participant: string) => ({ type: 'ParticipantJoined', data: { participant } });
const tookPart = (...participants: string[]) => participants.flatMap((id) => [invited(id), joins(id)]);
const withdrew = (participant: string) => ({
  type: 'ParticipantWithdrew',
  data: { participant, reason: 'budget-not-voted' },
});
const concurs = (party: string) => ({ type: 'ConcurrenceGiven', data: { party, authority: 'foreign-ministry' } });
const withholds = (party: string) => ({
  type: 'ConcurrenceWithheld',
  data: { party, authority: 'foreign-ministry', reason: 'rights-concerns' },
});
const registered = (type: string) => ({ type: 'StakeholderRegistered', data: { name: 'An organisation', type } });
const outOfStanding = { type: 'StakeholderSuspended', data: { reason: 'credentials-compromised' } };

/** A multilateral programme, whose parties are states in standing. */
const multilateral = (...past: Said[]) =>
  ['norland', 'sudria', 'westria', 'ostria'].reduce(
    (story, id) => story.knowing(stakeholder, id, registered('state')),
    given(programme, ...past),
  );

describe('a programme is proposed', () => {
  const when = { type: 'ProposeProgramme', data: proposal };
  const proposing = (data: object) => given(programme).as('norland', 'donor').when({ type: 'ProposeProgramme', data });
  it('by its donor, bilateral unless it says otherwise', () => {
    proposing(proposal).then(proposed);
    proposing(proposed.data).then(proposed);
  });
  it('by nobody else', () => given(programme).as('estmark', 'recipient').when(when).refuses('not-the-donor'));
  it('once', () => given(programme, proposed).as('norland', 'donor').when(when).refuses('already-exists'));
  it("under an id of the donor's own", () =>
    given(programme).as('norland', 'donor').named('sudria.it-1').when(when).refuses('foreign-id'));
  it('to end after it starts', () => proposing({ ...proposal, ends: '2025-01-01' }).refuses('ends-before-start'));
  it('for another organisation than the donor', () =>
    proposing({ ...proposal, recipient: 'norland' }).refuses('donor-is-recipient'));
  it('with its approval rule where it is multilateral, and only there (R4)', () => {
    proposing(byUnanimity).then(together);
    proposing({ ...proposal, kind: 'multilateral' }).refuses('approval-rule-missing');
    proposing({ ...proposal, approvalRule: 'unanimity' }).refuses('not-multilateral');
  });
  it('with the lead nation that the rule needs, and only then (R4)', () => {
    proposing(byLead).then(led);
    proposing({ ...byUnanimity, approvalRule: 'lead-nation' }).refuses('lead-does-not-fit-rule');
    proposing({ ...byUnanimity, lead: 'sudria' }).refuses('lead-does-not-fit-rule');
    proposing({ ...proposal, lead: 'sudria' }).refuses('lead-does-not-fit-rule');
    proposing({ ...byLead, lead: 'estmark' }).refuses('beneficiary-cannot-lead');
  });
  it('before anything else happens to it', () =>
    given(programme)
      .when({ type: 'SuspendProgramme', data: { reason: 'r' } })
      .refuses('not-found'));
  it('and not as something that happens tomorrow, or happened years ago', () => {
    given(programme)
      .as('norland', 'donor')
      .when(when, { occurredAt: '2026-06-02T12:00:00.000Z' })
      .refuses('occurred-in-future');
    given(programme)
      .as('norland', 'donor')
      .when(when, { occurredAt: '2020-06-02T12:00:00.000Z' })
      .refuses('occurred-too-long-ago');
  });
});

describe('an organisation takes part in a multilateral programme (R4)', () => {
  const invite = (participant: string) => ({ type: 'InviteParticipant', data: { participant } });
  const join = (participant: string) => ({ type: 'JoinProgramme', data: { participant } });
  const withdraw = { type: 'WithdrawFromProgramme', data: withdrew('sudria').data };
  it('invited by the donor', () => {
    multilateral(together).as('norland', 'donor').when(invite('sudria')).then(invited('sudria'));
    multilateral(together).as('westria', 'donor').when(invite('sudria')).refuses('not-the-donor');
  });
  it('where it is registered and not suspended', () => {
    given(programme, together).when(invite('sudria')).refuses('participant-not-in-standing');
    given(programme, together)
      .knowing(stakeholder, 'sudria', registered('state'), outOfStanding)
      .when(invite('sudria'))
      .refuses('participant-not-in-standing');
  });
  it('never in a bilateral one', () => multilateral(proposed).when(invite('sudria')).refuses('not-multilateral'));
  it('never as its beneficiary', () =>
    multilateral(together).when(invite('estmark')).refuses('beneficiary-cannot-take-part'));
  it('invited once, and again when it has withdrawn', () => {
    multilateral(together).when(invite('norland')).refuses('already-invited');
    multilateral(together, invited('sudria')).when(invite('sudria')).refuses('already-invited');
    multilateral(together, ...tookPart('sudria'), withdrew('sudria'))
      .when(invite('sudria'))
      .then(invited('sudria'));
  });
  it('with a bounded number of others', () => {
    const many = Array.from({ length: MOST_PARTICIPANTS }, (_, i) => invited(`state-${i}`));
    multilateral(together, ...many)
      .when(invite('sudria'))
      .refuses('too-many-participants');
    multilateral(together, ...many.slice(1))
      .when(invite('sudria'))
      .then(invited('sudria'));
  });
  it('joining by itself, where it was invited', () => {
    multilateral(together, invited('sudria')).as('sudria', 'donor').when(join('sudria')).then(joins('sudria'));
    multilateral(together, invited('sudria'))
      .as('norland', 'donor')
      .when(join('sudria'))
      .refuses('not-the-participant');
    multilateral(together).as('sudria', 'donor').when(join('sudria')).refuses('not-invited');
    multilateral(together).as('constructor', 'donor').when(join('constructor')).refuses('not-invited');
  });
  it('joining again as nothing new', () =>
    multilateral(together, ...tookPart('sudria'))
      .when(join('sudria'))
      .then());
  it('withdrawing or declining by itself, with its reason', () => {
    for (const past of [tookPart('sudria'), [invited('sudria')]])
      multilateral(together, ...past)
        .as('sudria', 'donor')
        .when(withdraw)
        .then(withdrew('sudria'));
    multilateral(together, ...tookPart('sudria'))
      .as('norland', 'donor')
      .when(withdraw)
      .refuses('not-the-participant');
    multilateral(together).as('sudria', 'donor').when(withdraw).refuses('not-invited');
  });
  it('but the donor never leaves its own programme', () =>
    multilateral(together)
      .as('norland', 'donor')
      .when({ type: 'WithdrawFromProgramme', data: { participant: 'norland', reason: 'r' } })
      .refuses('donor-cannot-withdraw'));
});

describe('an authority concurs (R2)', () => {
  const give = (party: string) => ({ type: 'GiveConcurrence', data: concurs(party).data });
  const withhold = (party: string) => ({ type: 'WithholdConcurrence', data: withholds(party).data });
  it('by its own party', () => {
    given(programme, proposed).as('norland', 'donor').when(give('norland')).then(concurs('norland'));
    given(programme, proposed).as('estmark', 'recipient').when(withhold('estmark')).then(withholds('estmark'));
    given(programme, proposed).as('norland', 'donor').when(give('estmark')).refuses('not-the-party');
  });
  it('where it is a party', () => {
    given(programme, proposed).as('sudria', 'donor').when(give('sudria')).refuses('not-a-party');
    multilateral(together, invited('sudria')).as('sudria', 'donor').when(give('sudria')).refuses('not-a-party');
  });
  it('again as nothing new, and otherwise as its new word', () => {
    given(programme, proposed, concurs('norland')).when(give('norland')).then();
    given(programme, proposed, withholds('norland')).when(withhold('norland')).then();
    given(programme, proposed, withholds('norland')).when(give('norland')).then(concurs('norland'));
  });
  it('before the programme is activated', () =>
    given(programme, proposed, approved, active).when(withhold('norland')).refuses('already-activated'));
});

describe('it is approved, never by the person who proposed it', () => {
  const when = { type: 'ApproveProgramme', data: { authority: 'minister' } };
  const proposedByP1 = () => given(programme, proposed).by('norland', 'donor', { person: 'p1' });
  it('by another person of the donor', () =>
    proposedByP1().as('norland', 'donor', { person: 'p2' }).when(when).then(approved));
  it('not by another organisation', () =>
    proposedByP1().as('estmark', 'recipient', { person: 'p2' }).when(when).refuses('not-the-donor'));
  it('not by the same one', () =>
    proposedByP1().as('norland', 'donor', { person: 'p1' }).when(when).refuses('approver-is-proposer'));
  it('not by somebody unnamed, the operator included', () => {
    proposedByP1().when(when).refuses('approver-is-proposer');
    proposedByP1().as('operator', 'operator', { person: 'p1' }).when(when).refuses('approver-is-proposer');
  });
  it('where nobody was named then, by a named person in another role', () => {
    const unnamed = () => given(programme, proposed).by('norland', 'donor');
    unnamed().as('norland', 'donor', { person: 'p2' }).when(when).refuses('approver-is-proposer');
    unnamed().as('operator', 'operator', { person: 'p2' }).when(when).then(approved);
  });
  it('once', () =>
    given(programme, proposed, approved).as('norland', 'donor', { person: 'p2' }).when(when).refuses('not-proposed'));
  it('not while an authority withholds its concurrence (R2)', () => {
    const then = (...past: Said[]) =>
      given(programme, proposed, ...past)
        .as('norland', 'donor', { person: 'p2' })
        .when(when);
    then(withholds('estmark')).refuses('concurrence-withheld');
    then(withholds('norland'), concurs('norland')).then(approved);
  });
});

describe('a multilateral programme is approved by the rule fixed at its proposal (R4)', () => {
  const when = { type: 'ApproveProgramme', data: { authority: 'minister' } };
  const others = tookPart('sudria', 'westria');
  const agreed = [concurs('sudria'), concurs('westria')];
  const asDonor = (...past: Said[]) => multilateral(...past).as('norland', 'donor', { person: 'p2' });
  it('by three participants who agree', () =>
    asDonor(together, ...others, ...agreed)
      .when(when)
      .then(approved));
  it('not by two', () =>
    asDonor(together, ...tookPart('sudria'), concurs('sudria'))
      .when(when)
      .refuses('too-few-participants'));
  it('not by three of which one was only invited, has withdrawn, or is suspended', () => {
    const two = tookPart('sudria');
    asDonor(together, ...two, concurs('sudria'), invited('westria'))
      .when(when)
      .refuses('too-few-participants');
    asDonor(together, ...others, ...agreed, withdrew('westria'))
      .when(when)
      .refuses('too-few-participants');
    asDonor(together, ...others, ...agreed)
      .knowing(stakeholder, 'westria', registered('state'), outOfStanding)
      .when(when)
      .refuses('too-few-participants');
  });
  it('by two of which one is an international organisation in standing', () => {
    const two = [together, ...tookPart('sudria'), concurs('sudria')];
    const body = registered('international-organisation');
    asDonor(...two)
      .knowing(stakeholder, 'sudria', body)
      .when(when)
      .then(approved);
    asDonor(...two)
      .knowing(stakeholder, 'sudria', body, outOfStanding)
      .when(when)
      .refuses('too-few-participants');
  });
  it('unanimously: not while one is silent or withholds', () => {
    asDonor(together, ...others, concurs('sudria'))
      .when(when)
      .refuses('not-unanimous');
    asDonor(together, ...others, ...agreed, withholds('westria'))
      .when(when)
      .refuses('concurrence-withheld');
    asDonor(together, ...others, ...tookPart('ostria'), ...agreed, withdrew('ostria'))
      .when(when)
      .then(approved);
  });
  it('what a participant said goes with it when it withdraws', () =>
    asDonor(together, ...others, ...tookPart('ostria'), ...agreed, withholds('ostria'), withdrew('ostria'))
      .when(when)
      .then(approved));
  it('by its lead nation alone, where that is the rule', () => {
    const lead = (...past: Said[]) => multilateral(led, ...past).as('sudria', 'donor', { person: 'p2' });
    lead(...others)
      .when(when)
      .then(approved);
    lead(...others, withholds('westria'))
      .when(when)
      .then(approved);
    lead(...others, withholds('sudria'))
      .when(when)
      .refuses('concurrence-withheld');
    lead(...tookPart('westria', 'ostria'))
      .when(when)
      .refuses('lead-not-joined');
    asDonor(led, ...others)
      .when(when)
      .refuses('not-the-lead');
  });
  it('and still so when it is activated', () => {
    const activate = { type: 'ActivateProgramme', data: active.data };
    asDonor(together, ...others, ...agreed, approved)
      .when(activate)
      .then(active);
    asDonor(together, ...others, ...agreed, approved, ...tookPart('ostria'))
      .when(activate)
      .refuses('not-unanimous');
    asDonor(together, ...others, ...agreed, approved, withdrew('sudria'))
      .when(activate)
      .refuses('too-few-participants');
  });
});

describe('it becomes active', () => {
  const when = { type: 'ActivateProgramme', data: { on: '2026-03-01' } };
  const told = (on: string) => ({ type: 'LegislatureNotified', data: { on, noticeDays: 15 } });
  it('when approved', () => given(programme, proposed, approved).when(when).then(active));
  it('not before, and not twice', () => {
    given(programme, proposed).when(when).refuses('not-approved');
    given(programme, proposed, approved, active).when(when).refuses('not-approved');
    given(programme, proposed, approved, active, suspended).when(when).refuses('not-approved');
  });
  it('not in advance', () =>
    given(programme, proposed, approved)
      .when({ type: 'ActivateProgramme', data: { on: '2026-07-01' } })
      .refuses('day-in-future'));
  it('not while an authority withholds its concurrence (R2)', () =>
    given(programme, proposed, approved, withholds('norland')).when(when).refuses('concurrence-withheld'));
  it("not while the legislature's notice is running (R2)", () =>
    given(programme, proposed, told('2026-02-15'), approved).when(when).refuses('notice-running'));
  it('on the day it has run out (R2)', () =>
    given(programme, proposed, told('2026-02-14'), approved).when(when).then(active));
  it('after one notice, of fifteen days unless it says otherwise (R2)', () => {
    const notify = (more: object = {}) => ({ type: 'NotifyLegislature', data: { on: '2026-02-14', ...more } });
    given(programme, proposed).when(notify()).then(told('2026-02-14'));
    given(programme, proposed)
      .when(notify({ noticeDays: 30 }))
      .then({ type: 'LegislatureNotified', data: { on: '2026-02-14', noticeDays: 30 } });
    given(programme, proposed, told('2026-02-14')).when(notify()).refuses('already-notified');
    given(programme, proposed, approved, active).when(notify()).refuses('already-activated');
    given(programme, proposed)
      .when(notify({ on: '2026-06-02' }))
      .refuses('day-in-future');
  });
});

describe('it is adapted', () => {
  const adapt = (data: object) => ({ type: 'AdaptProgramme', data: { reason: 'border-closed', ...data } });
  const said = (data: object) => ({ type: 'ProgrammeAdapted', data: { reason: 'border-closed', ...data } });
  const remote = { modality: 'remote-mentoring', technology: 'satellite-imagery' };
  it('once approved', () => {
    given(programme, proposed, approved).when(adapt(remote)).then(said(remote));
    given(programme, proposed).when(adapt(remote)).refuses('not-approved');
  });
  it('to something other than it is', () => {
    given(programme, proposed, approved).when(adapt({})).refuses('nothing-adapted');
    given(programme, proposed, approved)
      .when(adapt({ sector: '15210', ends: '2028-12-31' }))
      .refuses('nothing-adapted');
    given(programme, proposed, approved, said(remote)).when(adapt(remote)).refuses('nothing-adapted');
    given(programme, proposed, approved, said({ ends: '2029-12-31' }))
      .when(adapt({ ends: '2028-12-31', sector: '15240' }))
      .then(said({ ends: '2028-12-31', sector: '15240' }));
  });
  it('to end on the day on which it starts, and no earlier', () => {
    given(programme, proposed, approved)
      .when(adapt({ ends: '2026-01-01' }))
      .then(said({ ends: '2026-01-01' }));
    given(programme, proposed, approved)
      .when(adapt({ ends: '2025-12-31' }))
      .refuses('ends-before-start');
  });
});

describe('a milestone', () => {
  const meet = { type: 'MeetMilestone', data: met.data };
  const miss = { type: 'MissMilestone', data: missed.data };
  const replan = { type: 'ReplanMilestone', data: { milestone: 'm1', due: '2026-12-01', cause: 'late-supplier' } };
  const replanned = { type: 'MilestoneReplanned', data: replan.data };
  it('is planned once', () => {
    given(programme, proposed).when({ type: 'PlanMilestone', data: planned.data }).then(planned);
    given(programme, proposed, planned)
      .when({ type: 'PlanMilestone', data: planned.data })
      .refuses('milestone-already-planned');
  });
  it('may have a name that is also a word of the language', () => {
    const data = { milestone: 'constructor', due: '2026-09-30' };
    given(programme, proposed).when({ type: 'PlanMilestone', data }).then({ type: 'MilestonePlanned', data });
    given(programme, proposed)
      .when({ type: 'ReplanMilestone', data: { ...data, cause: 'late-supplier' } })
      .refuses('milestone-not-planned');
  });
  it('may have any word for its name', () => {
    const data = { milestone: 'constructor', due: '2026-09-30' };
    given(programme, proposed).when({ type: 'PlanMilestone', data }).then({ type: 'MilestonePlanned', data });
    given(programme, proposed)
      .when({ type: 'MeetMilestone', data: { milestone: 'constructor', on: '2026-05-04' } })
      .refuses('milestone-not-planned');
  });
  it('is moved with its cause, after it was missed too, to another day', () => {
    given(programme, proposed, planned).when(replan).then(replanned);
    given(programme, proposed, planned, missed).when(replan).then(replanned);
    given(programme, proposed, planned, replanned).when(replan).refuses('due-unchanged');
    given(programme, proposed, planned, met).when(replan).refuses('milestone-settled');
  });
  it('is open again once moved, and may be missed again', () => {
    const moved = { type: 'MilestoneReplanned', data: { milestone: 'm1', due: '2026-05-15', cause: 'late-supplier' } };
    const again = { milestone: 'm1', on: '2026-05-15' };
    given(programme, proposed, planned, missed, moved)
      .when({ type: 'MissMilestone', data: again })
      .then({ type: 'MilestoneMissed', data: again });
  });
  it('is met today at the latest, and corrected to a day before it was due', () => {
    const today = { milestone: 'm1', on: '2026-06-01' };
    given(programme, proposed, planned)
      .when({ type: 'MeetMilestone', data: today })
      .then({ type: 'MilestoneMet', data: today });
    const early = { milestone: 'm1', corrects: given.id(2), reason: 'wrong-day', on: '2026-04-20' };
    given(programme, proposed, planned, met)
      .when({ type: 'CorrectMilestone', data: early })
      .then({ type: 'MilestoneCorrected', data: early });
  });
  it('is called missed by the donor, an implementer or the clock, and by nobody else', () => {
    for (const [organisation, role] of [
      ['norland', 'donor'],
      ['ostra-training', 'implementer'],
      ['entente', 'system'],
    ] as const)
      given(programme, proposed, planned).as(organisation, role).when(miss).then(missed);
    given(programme, proposed, planned).as('estmark', 'recipient').when(miss).refuses('not-the-donor');
  });
  it('is met, which an implementer may report, and so while suspended (R19)', () => {
    given(programme, proposed, planned).as('ostra-training', 'implementer').when(meet).then(met);
    given(programme, proposed, planned).as('estmark', 'recipient').when(meet).refuses('not-the-donor');
    given(programme, proposed, approved, active, planned, suspended).when(meet).then(met);
  });
  it('is met on a day that has come', () =>
    given(programme, proposed, planned)
      .when({ type: 'MeetMilestone', data: { milestone: 'm1', on: '2026-06-02' } })
      .refuses('day-in-future'));
  it('is missed when its last day is over, which the clock may say', () => {
    given(programme, proposed, planned).as('operator', 'system').when(miss).then(missed);
    given(programme, proposed, planned).as('operator', 'system').when(meet).refuses('not-the-donor');
    given(programme, proposed, planned).when(miss, { now: '2026-04-30T20:00:00Z' }).refuses('not-overdue-yet');
    given(programme, proposed, planned, replanned).when(miss).refuses('not-overdue-yet');
  });
  it('is met only when planned, and once; late where it was missed', () => {
    given(programme, proposed).when(meet).refuses('milestone-not-planned');
    given(programme, proposed, planned, met).when(meet).refuses('milestone-settled');
    given(programme, proposed, planned, missed).when(meet).then(met);
    given(programme, proposed, planned, missed).when(miss).refuses('milestone-settled');
  });

  const correct = (more: object = {}) => ({
    type: 'CorrectMilestone',
    data: { milestone: 'm1', corrects: given.id(2), reason: 'wrong-day', ...more },
  });
  const corrected = (more: object = {}) => ({ type: 'MilestoneCorrected', data: correct(more).data });
  it('is corrected by naming the outcome that was wrong (R26)', () => {
    given(programme, proposed, planned, met).when(correct()).then(corrected());
    given(programme, proposed, planned, met)
      .when(correct({ corrects: given.id(0) }))
      .refuses('corrects-unknown-event');
    given(programme, proposed, planned, met, corrected()).when(correct()).refuses('corrects-unknown-event');
    given(programme, proposed, planned, met, corrected()).when(meet).then(met);
  });
  it('is corrected to another day, that has come (R26)', () => {
    const to = (on: string) => given(programme, proposed, planned, met).when(correct({ on }));
    to('2026-05-03').then(corrected({ on: '2026-05-03' }));
    to('2026-05-04').refuses('nothing-corrected');
    to('2026-06-02').refuses('day-in-future');
    given(programme, proposed, planned, met, corrected({ on: '2026-05-03' }))
      .when(correct({ on: '2026-05-03' }))
      .refuses('nothing-corrected');
    given(programme, proposed, planned, missed)
      .when(correct({ on: '2026-04-29' }))
      .refuses('not-overdue-yet');
  });
  it('is corrected after the programme has ended too (R26)', () =>
    given(programme, proposed, planned, met, terminated).when(correct()).then(corrected()));
});

describe('it is suspended, resumed and ended', () => {
  const suspend = { type: 'SuspendProgramme', data: suspended.data };
  const resume = { type: 'ResumeProgramme', data: { reason: 'cured' } };
  const complete = { type: 'CompleteProgramme', data: { on: '2026-05-04' } };
  const terminate = { type: 'TerminateProgramme', data: terminated.data };
  const running = [proposed, approved, active];
  const completed = { type: 'ProgrammeCompleted', data: { on: '2026-05-04' } };
  it('suspended while active', () => {
    given(programme, ...running)
      .as('norland', 'donor')
      .when(suspend)
      .then(suspended);
    given(programme, ...running)
      .as('estmark', 'recipient')
      .when(suspend)
      .refuses('not-the-donor');
    given(programme, proposed, approved).when(suspend).refuses('not-active');
  });
  it('resumed while suspended', () => {
    given(programme, ...running, suspended)
      .when(resume)
      .then({ type: 'ProgrammeResumed', data: { reason: 'cured' } });
    given(programme, ...running)
      .when(resume)
      .refuses('not-suspended');
    given(programme, ...running, suspended, { type: 'ProgrammeResumed', data: { reason: 'cured' } })
      .when(suspend)
      .then(suspended);
  });
  it('completed while active, not while suspended (R19)', () => {
    given(programme, ...running)
      .when(complete)
      .then(completed);
    given(programme, ...running, suspended)
      .when(complete)
      .refuses('not-active');
  });
  it('completed when each milestone was met or missed, on a day that has come', () => {
    given(programme, ...running, planned)
      .when(complete)
      .refuses('milestones-open');
    given(programme, ...running, planned, missed)
      .when(complete)
      .then(completed);
    given(programme, ...running)
      .when({ type: 'CompleteProgramme', data: { on: '2026-06-02' } })
      .refuses('day-in-future');
  });
  it('terminated at any time, and then for good', () => {
    given(programme, proposed).when(terminate).then(terminated);
    given(programme, ...running, suspended)
      .when(terminate)
      .then(terminated);
    given(programme, proposed, terminated).when(terminate).refuses('programme-ended');
    given(programme, ...running, completed)
      .when(suspend)
      .refuses('programme-ended');
  });
  it('given objectives, each once', () => {
    const data = { objective: 'o1', statement: 'Two hundred officers' };
    given(programme, proposed).when({ type: 'DefineObjective', data }).then({ type: 'ObjectiveDefined', data });
    given(programme, proposed, { type: 'ObjectiveDefined', data })
      .when({ type: 'DefineObjective', data })
      .refuses('objective-already-defined');
  });
  it('given a gender marker, and the same again as nothing new', () => {
    const when = { type: 'AssignGenderMarker', data: { marker: 2 } };
    const marked = (marker: number) => ({ type: 'GenderMarkerAssigned', data: { marker } });
    given(programme, proposed).when(when).then(marked(2));
    given(programme, proposed, marked(2)).when(when).then();
    given(programme, proposed, marked(0)).when(when).then(marked(2));
  });
});
