import { describe, expect, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { countrySituation } from './country-situation.js';
import { covers, instabilityIn } from './situation-facts.js';

const OPENED = { country: 'estmark', area: 'north', donor: 'norland', level: 'elevated' };
const opened = act('CountrySituationOpened', OPENED);
const DECLARE = {
  instability: 'unrest',
  on: '2026-05-04',
  reason: 'clashes',
  remoteMonitoring: true,
  hold: true,
};
const declared = act('InstabilityDeclared', { ...DECLARE, country: 'estmark', donor: 'norland' });
const remote = act('MonitoringModeChanged', { mode: 'remote', on: '2026-05-04', reason: 'instability' });
const RESTORE = { on: '2026-05-20', reason: 'calm' };
const restored = act('StabilityRestored', { ...RESTORE, instability: 'unrest', country: 'estmark', hold: true });
const ALERT = {
  alert: 'a-1',
  on: '2026-05-10',
  instruction: 'shelter-in-place',
  reason: 'rockets',
  accountBy: '2026-05-11',
};
const alerted = act('PersonnelAlertIssued', ALERT);
const PLAN = { plan: 'plan-b', on: '2026-05-05', tasks: [{ task: 'move-records', due: '2026-05-20' }] };
const active = act('ContinuityPlanActivated', PLAN);
const closed = act('CountrySituationClosed', { reason: 'over' });

const situation = (...past: Event[]) => given(countrySituation, opened, ...past).as('norland', 'donor');
const bySystem = (...past: Event[]) => given(countrySituation, opened, ...past).as('entente', 'system');

describe('a country situation is opened', () => {
  const open = act('OpenCountrySituation', OPENED);
  it('by the registered donor that follows it, for a registered country (R29)', () => {
    const opening = () => given(countrySituation).registered(['norland', 'estmark'], 'donor');
    opening().as('norland', 'donor').decides(open, opened);
    opening().as('sudria', 'donor').refuses(open, 'not-the-donor');
    given(countrySituation)
      .registered(['norland'], 'donor')
      .as('norland', 'donor')
      .refuses(open, 'party-not-registered');
    const ofNone = act('OpenCountrySituation', { ...OPENED, programme: 'norland.p' });
    opening().as('norland', 'donor').refuses(ofNone, 'programme-not-found');
  });
});

describe('the facts of a country situation', () => {
  /** What is recorded, given what came before, with its own data. */
  const recorded: readonly (readonly [command: string, event: string, data: object, ...past: Event[]])[] = [
    ['AssessCountryRisk', 'CountryRiskAssessed', { level: 'high', on: '2026-05-04' }],
    ['IssuePersonnelAlert', 'PersonnelAlertIssued', ALERT],
    ['EndPersonnelAlert', 'PersonnelAlertEnded', { alert: 'a-1', on: '2026-05-10', reason: 'over' }, alerted],
    ['ActivateContinuityPlan', 'ContinuityPlanActivated', PLAN],
    ['CompleteContinuityTask', 'ContinuityTaskCompleted', { task: 'move-records', on: '2026-05-19' }, active],
    ['CloseCountrySituation', 'CountrySituationClosed', { reason: 'over' }, declared, restored],
  ];
  it.each(recorded)('are recorded: %s', (command, event, data, ...past) =>
    situation(...past).decides(act(command, data), act(event, data)),
  );

  const refused: readonly (readonly [code: string, command: string, data: object, ...past: Event[]])[] = [
    ['same-level', 'AssessCountryRisk', { level: 'elevated', on: '2026-05-04' }],
    ['day-in-future', 'AssessCountryRisk', { level: 'high', on: '2026-06-02' }],
    ['already-unstable', 'DeclareInstability', { ...DECLARE, instability: 'second' }, declared],
    ['name-in-use', 'DeclareInstability', DECLARE, declared, restored],
    ['not-unstable', 'RestoreStability', RESTORE],
    ['ends-before-it-began', 'RestoreStability', { ...RESTORE, on: '2026-05-03' }, declared],
    ['name-in-use', 'IssuePersonnelAlert', ALERT, alerted],
    ['due-before-alert', 'IssuePersonnelAlert', { ...ALERT, accountBy: '2026-05-09' }],
    ['alert-not-in-force', 'EndPersonnelAlert', { alert: 'a-2', on: '2026-05-10', reason: 'over' }, alerted],
    ['plan-active', 'ActivateContinuityPlan', PLAN, active],
    ['task-twice', 'ActivateContinuityPlan', { ...PLAN, tasks: [...PLAN.tasks, ...PLAN.tasks] }],
    ['task-not-open', 'CompleteContinuityTask', { task: 'other', on: '2026-05-10' }, active],
    ['task-before-plan', 'CompleteContinuityTask', { task: 'move-records', on: '2026-05-04' }, active],
    ['no-plan-active', 'EndContinuityPlan', { on: '2026-05-10', reason: 'over' }],
    ['ends-before-it-began', 'EndContinuityPlan', { on: '2026-05-04', reason: 'over' }, active],
    ['situation-not-settled', 'CloseCountrySituation', { reason: 'over' }, declared],
    ['situation-not-settled', 'CloseCountrySituation', { reason: 'over' }, alerted],
    ['situation-not-settled', 'CloseCountrySituation', { reason: 'over' }, active],
    ['situation-closed', 'AssessCountryRisk', { level: 'high', on: '2026-05-04' }, closed],
  ];
  it.each(refused)('are refused (R30): %s of %s', (code, command, data, ...past) =>
    situation(...past).refuses(act(command, data), code),
  );

  it('keep the level of the newest day, if an assessment of an earlier day is recorded late', () => {
    const assessed = (level: string, on: string) => act('CountryRiskAssessed', { level, on });
    const past = [assessed('high', '2026-05-20'), assessed('low', '2026-05-04')];
    const assess = (level: string, on: string) => act('AssessCountryRisk', { level, on });
    situation(...past).refuses(assess('high', '2026-05-21'), 'same-level');
    situation(...past).decides(assess('low', '2026-05-21'), assessed('low', '2026-05-21'));
    situation(...past).decides(assess('high', '2026-05-05'), assessed('high', '2026-05-05'));
  });

  it('name the tasks that a plan leaves open at its end', () => {
    const end = { on: '2026-05-25', reason: 'over' };
    situation(active).decides(
      act('EndContinuityPlan', end),
      act('ContinuityPlanEnded', { ...end, plan: 'plan-b', open: ['move-records'] }),
    );
  });
});

describe('instability (R20)', () => {
  const change = (on: string, mode = 'remote') => act('ChangeMonitoringMode', { mode, on, reason: 'clashes' });
  it('is declared for the country and the donor of the situation', () =>
    situation().decides(act('DeclareInstability', DECLARE), declared));
  it('allows remote monitoring from its first day, through the day before stability is restored', () => {
    situation().refuses(change('2026-05-04'), 'remote-without-instability');
    situation(declared).refuses(change('2026-05-03'), 'remote-without-instability');
    bySystem(declared).decides(change('2026-05-04'), act('MonitoringModeChanged', change('2026-05-04').data));
    situation(declared, restored).refuses(change('2026-05-20'), 'remote-without-instability');
    situation(declared, remote).decides(change('2026-05-05'), []);
  });
  it('ends remote monitoring when stability is restored', () => {
    const normal = act('MonitoringModeChanged', { mode: 'normal', on: '2026-05-20', reason: 'calm' });
    situation(declared, remote).decides(act('RestoreStability', RESTORE), [restored, normal]);
    situation(declared).decides(act('RestoreStability', RESTORE), restored);
  });
  it('ends remote monitoring that is recorded after its end, on that day', () => {
    const mode = (to: string, on: string) => act('MonitoringModeChanged', change(on, to).data);
    const remotely = mode('remote', '2026-05-19');
    const normally = mode('normal', '2026-05-20');
    situation(declared, restored).decides(change('2026-05-19'), [remotely, normally]);
    bySystem(declared, restored).decides(change('2026-05-04'), [mode('remote', '2026-05-04'), normally]);
    const later = [mode('remote', '2026-05-20'), mode('normal', '2026-05-24')];
    situation(declared, restored, ...later).decides(change('2026-05-19'), remotely);
    situation(declared, restored, remotely, normally).decides(act('CloseCountrySituation', { reason: 'over' }), closed);
  });
  it('is monitored in the mode of the newest day, if a change of an earlier day is recorded late', () => {
    const mode = (to: string, on: string) => act('MonitoringModeChanged', change(on, to).data);
    const past = [declared, mode('remote', '2026-05-10')];
    situation(...past).decides(change('2026-05-07', 'normal'), mode('normal', '2026-05-07'));
    situation(...past, mode('normal', '2026-05-07')).decides(change('2026-05-12'), []);
    situation(...past, mode('normal', '2026-05-07')).decides(
      change('2026-05-10', 'normal'),
      mode('normal', '2026-05-10'),
    );
  });
  it('ends the remote monitoring that began later than the day on which it is found to have ended', () => {
    const later = act('MonitoringModeChanged', { mode: 'remote', on: '2026-05-22', reason: 'clashes' });
    const normal = act('MonitoringModeChanged', { mode: 'normal', on: '2026-05-22', reason: 'calm' });
    situation(declared, later).decides(act('RestoreStability', RESTORE), [restored, normal]);
  });
  it('is in force in the area, and in every area if the situation is that of the country', () => {
    const instabilities = { unrest: { on: '2026-05-04', ended: '2026-05-20', hold: false } };
    const days = ['2026-05-03', '2026-05-04', '2026-05-19', '2026-05-20'];
    expect(days.map((day) => instabilityIn({ instabilities }, day))).toEqual([null, 'unrest', 'unrest', null]);
    const place = { country: 'estmark', area: 'north' };
    expect(covers({ country: 'estmark', area: 'north' }, place)).toBe(true);
    expect(covers({ country: 'estmark' }, place)).toBe(true);
    expect(covers({ country: 'estmark', area: 'south' }, place)).toBe(false);
    expect(covers({ country: 'vestra' }, place)).toBe(false);
  });
});

describe('a last day in a situation', () => {
  const late = (duty: string, item: string, due: string) => act('RecordOverdueSituationDuty', { duty, item, due });
  const overdue = (...of: Parameters<typeof late>) => act('SituationDutyBecameOverdue', late(...of).data);
  const accounting = ['accounting', 'a-1', '2026-05-11'] as const;
  it('is recorded as passed by the system, once, while the duty is open', () => {
    bySystem(alerted).decides(late(...accounting), overdue(...accounting));
    bySystem(alerted, overdue(...accounting)).decides(late(...accounting), []);
    bySystem(active).decides(
      late('continuity-task', 'move-records', '2026-05-20'),
      overdue('continuity-task', 'move-records', '2026-05-20'),
    );
    situation(alerted).refuses(late(...accounting), 'not-the-system');
  });
  it('is not recorded before it is over, of what has ended, or of another day', () => {
    bySystem(alerted).refuses(late(...accounting), 'not-over-yet', { now: '2026-05-11T23:00:00.000Z' });
    bySystem(alerted).refuses(late('accounting', 'a-1', '2026-05-12'), 'other-last-day');
    const ended = act('PersonnelAlertEnded', { alert: 'a-1', on: '2026-05-11', reason: 'over' });
    bySystem(alerted, ended).refuses(late(...accounting), 'other-last-day');
  });
});

describe('the day of a fact is corrected by naming its event (R26)', () => {
  const correct = (corrects: number, on: string) =>
    act('CorrectSituationDay', { corrects: given.id(corrects), on, reason: 'mistyped' });
  const corrected = (of: Event, fact: string, item: string, more: object = {}) =>
    act('SituationDayCorrected', { ...(of.data as object), fact, item, ...more });
  const onHold = { country: 'estmark', hold: true };
  it('of the continuity plan activated last, its tasks and its end, in their order (R30)', () => {
    const on = (type: string, day: string, more: object) => act(type, { on: day, ...more });
    const activated = (day: string) =>
      on('ContinuityPlanActivated', day, { plan: 'p', tasks: [{ task: 't', due: day }] });
    const completed = on('ContinuityTaskCompleted', '2026-05-10', { task: 't' });
    const ended = on('ContinuityPlanEnded', '2026-05-12', { plan: 'p', reason: 'x', open: [] });
    const past = [activated('2026-05-08'), completed, ended];
    const plan = correct(1, '2026-05-10');
    situation(...past).decides(plan, corrected(plan, 'plan', 'p'));
    situation(...past).refuses(correct(1, '2026-05-11'), 'task-before-plan');
    situation(activated('2026-05-08'), ended).refuses(correct(1, '2026-05-13'), 'ends-before-it-began');
    const task = correct(2, '2026-05-08');
    situation(...past).decides(task, corrected(task, 'task', 't'));
    situation(...past).refuses(correct(2, '2026-05-07'), 'task-before-plan');
    situation(...past).refuses(correct(2, '2026-06-02'), 'day-in-future');
    const end = correct(3, '2026-05-11');
    const data = corrected(end, 'plan-end', 'p').data;
    situation(...past).decides(end, act('SituationDayCorrected', { ...data, open: [] }));
    situation(...past, activated('2026-05-20')).refuses(correct(1, '2026-05-10'), 'outcome-replaced');
    situation(activated('2026-05-08'), act('SituationDayCorrected', corrected(plan, 'plan', 'p').data)).refuses(
      act('CompleteContinuityTask', { task: 't', on: '2026-05-09' }),
      'task-before-plan',
    );
  });
  it('of an instability, its end and an alert, also after the situation is closed', () => {
    const first = correct(1, '2026-05-02');
    situation(declared).decides(first, corrected(first, 'instability', 'unrest', onHold));
    const second = correct(2, '2026-05-18');
    situation(declared, restored, closed).decides(second, corrected(second, 'restoration', 'unrest'));
    const third = correct(1, '2026-05-09');
    situation(alerted).decides(third, corrected(third, 'alert', 'a-1'));
    const last = correct(1, '2026-05-11');
    situation(alerted).decides(last, corrected(last, 'alert', 'a-1'));
    situation(alerted).refuses(correct(1, '2026-05-12'), 'due-before-alert');
  });
  it('and counts for what rests on it', () => {
    const right = corrected(correct(1, '2026-05-02'), 'instability', 'unrest', onHold);
    const change = { mode: 'remote', on: '2026-05-02', reason: 'clashes' };
    situation(declared, right).decides(act('ChangeMonitoringMode', change), act('MonitoringModeChanged', change));
  });
  it('never to a day after its end, or to the day that is recorded', () => {
    situation(declared, restored).refuses(correct(1, '2026-05-21'), 'ends-before-it-began');
    situation(declared, restored).refuses(correct(2, '2026-05-03'), 'ends-before-it-began');
    situation(declared).refuses(correct(1, '2026-05-04'), 'nothing-corrected');
  });
});
