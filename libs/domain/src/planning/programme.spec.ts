import { describe, it } from '@jest/globals';
import { given } from '../../../../test/given.js';
import { programme } from './programme.js';

const proposal = {
  title: 'Training',
  donor: 'norland',
  recipient: 'estmark',
  sector: '15210',
  starts: '2026-01-01',
  ends: '2028-12-31',
};
const proposed = { type: 'ProgrammeProposed', data: proposal };
const approved = { type: 'ProgrammeApproved', data: { authority: 'minister' } };
const active = { type: 'ProgrammeActivated', data: { on: '2026-03-01' } };
const suspended = { type: 'ProgrammeSuspended', data: { reason: 'misuse-measure' } };
const planned = { type: 'MilestonePlanned', data: { milestone: 'm1', due: '2026-09-30' } };
const met = { type: 'MilestoneMet', data: { milestone: 'm1', on: '2026-05-04' } };
const missed = { type: 'MilestoneMissed', data: { milestone: 'm1', on: '2026-05-04' } };

describe('a programme is proposed', () => {
  const when = { type: 'ProposeProgramme', data: proposal };
  it('by its donor', () => given(programme).as('norland', 'donor').when(when).then(proposed));
  it('by nobody else', () => given(programme).as('estmark', 'recipient').when(when).refuses('not-the-donor'));
  it('once', () => given(programme, proposed).as('norland', 'donor').when(when).refuses('already-exists'));
  it("under an id of the donor's own", () =>
    given(programme).as('norland', 'donor').named('sudria.it-1').when(when).refuses('foreign-id'));
  it('to end after it starts', () =>
    given(programme)
      .as('norland', 'donor')
      .when({ type: 'ProposeProgramme', data: { ...proposal, ends: '2025-01-01' } })
      .refuses('ends-before-start'));
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

describe('it is approved, never by the person who proposed it', () => {
  const when = { type: 'ApproveProgramme', data: { authority: 'minister' } };
  const proposedByP1 = () => given(programme, proposed).by('norland', 'donor', { person: 'p1' });
  it('by another person of the donor', () =>
    proposedByP1().as('norland', 'donor', { person: 'p2' }).when(when).then(approved));
  it('not by the same one', () =>
    proposedByP1().as('norland', 'donor', { person: 'p1' }).when(when).refuses('approver-is-proposer'));
  it('not by somebody unnamed, the operator included', () => proposedByP1().when(when).refuses('approver-is-proposer'));
  it('once', () =>
    given(programme, proposed, approved).as('norland', 'donor', { person: 'p2' }).when(when).refuses('not-proposed'));
});

describe('it becomes active', () => {
  const when = { type: 'ActivateProgramme', data: { on: '2026-03-01' } };
  const told = (on: string) => ({ type: 'LegislatureNotified', data: { on, noticeDays: 15 } });
  it('when approved', () => given(programme, proposed, approved).when(when).then(active));
  it('not before', () => given(programme, proposed).when(when).refuses('not-approved'));
  it('not in advance', () =>
    given(programme, proposed, approved)
      .when({ type: 'ActivateProgramme', data: { on: '2026-07-01' } })
      .refuses('day-in-future'));
  it("not while the legislature's notice is running (R2)", () =>
    given(programme, proposed, told('2026-02-20'), approved).when(when).refuses('notice-running'));
  it('on the day it has run out (R2)', () =>
    given(programme, proposed, told('2026-02-14'), approved).when(when).then(active));
  it('after one notice', () => {
    const notify = { type: 'NotifyLegislature', data: { on: '2026-02-14', noticeDays: 15 } };
    given(programme, proposed).when(notify).then(told('2026-02-14'));
    given(programme, proposed, told('2026-02-14')).when(notify).refuses('already-notified');
  });
});

describe('a milestone', () => {
  const meet = { type: 'MeetMilestone', data: met.data };
  it('is planned once', () => {
    given(programme, proposed).when({ type: 'PlanMilestone', data: planned.data }).then(planned);
    given(programme, proposed, planned)
      .when({ type: 'PlanMilestone', data: planned.data })
      .refuses('milestone-already-planned');
  });
  it('may have any word for its name', () => {
    const data = { milestone: 'constructor', due: '2026-09-30' };
    given(programme, proposed).when({ type: 'PlanMilestone', data }).then({ type: 'MilestonePlanned', data });
    given(programme, proposed)
      .when({ type: 'MeetMilestone', data: { milestone: 'constructor', on: '2026-05-04' } })
      .refuses('milestone-not-planned');
  });
  it('is moved with its cause', () => {
    const data = { milestone: 'm1', due: '2026-12-01', cause: 'late-supplier' };
    given(programme, proposed, planned)
      .when({ type: 'ReplanMilestone', data })
      .then({ type: 'MilestoneReplanned', data });
  });
  it('is met, which an implementer may report', () =>
    given(programme, proposed, planned).as('ostra', 'implementer').when(meet).then(met));
  it('is missed', () =>
    given(programme, proposed, planned).when({ type: 'MissMilestone', data: missed.data }).then(missed));
  it('is met only when planned, and once', () => {
    given(programme, proposed).when(meet).refuses('milestone-not-planned');
    given(programme, proposed, planned, met).when(meet).refuses('milestone-settled');
  });
  it('is corrected by naming the event that was wrong (R26)', () => {
    const data = { milestone: 'm1', corrects: given.id(2), reason: 'wrong-milestone' };
    const corrected = { type: 'MilestoneCorrected', data };
    given(programme, proposed, planned, met).when({ type: 'CorrectMilestone', data }).then(corrected);
    given(programme, proposed, planned, met)
      .when({ type: 'CorrectMilestone', data: { ...data, corrects: given.id(0) } })
      .refuses('corrects-unknown-event');
    given(programme, proposed, planned, met, corrected).when(meet).then(met);
  });
});

describe('it is suspended, resumed and ended', () => {
  const suspend = { type: 'SuspendProgramme', data: suspended.data };
  const resume = { type: 'ResumeProgramme', data: { reason: 'cured' } };
  const complete = { type: 'CompleteProgramme', data: { on: '2026-05-04' } };
  const terminate = { type: 'TerminateProgramme', data: { reason: 'misuse-measure' } };
  it('suspended while active', () => {
    given(programme, proposed, approved, active).when(suspend).then(suspended);
    given(programme, proposed, approved).when(suspend).refuses('not-active');
  });
  it('resumed while suspended', () => {
    given(programme, proposed, approved, active, suspended)
      .when(resume)
      .then({ type: 'ProgrammeResumed', data: { reason: 'cured' } });
    given(programme, proposed, approved, active).when(resume).refuses('not-suspended');
  });
  it('completed while active, not while suspended (R19)', () => {
    given(programme, proposed, approved, active)
      .when(complete)
      .then({ type: 'ProgrammeCompleted', data: { on: '2026-05-04' } });
    given(programme, proposed, approved, active, suspended).when(complete).refuses('not-active');
  });
  it('terminated at any time, and then for good', () => {
    const terminated = { type: 'ProgrammeTerminated', data: terminate.data };
    given(programme, proposed).when(terminate).then(terminated);
    given(programme, proposed, terminated).when(terminate).refuses('programme-ended');
  });
  it('given objectives, each once, and a gender marker', () => {
    const data = { objective: 'o1', statement: 'Two hundred officers' };
    given(programme, proposed).when({ type: 'DefineObjective', data }).then({ type: 'ObjectiveDefined', data });
    given(programme, proposed, { type: 'ObjectiveDefined', data })
      .when({ type: 'DefineObjective', data })
      .refuses('objective-already-defined');
    given(programme, proposed)
      .when({ type: 'AssignGenderMarker', data: { marker: 2 } })
      .then({ type: 'GenderMarkerAssigned', data: { marker: 2 } });
  });
});
