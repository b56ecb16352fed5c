import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given } from '../../../../test/support/decider-specification.js';
import { countrySituation } from './country-situation.js';
import { deployment } from './deployment.js';

const DEPLOY = {
  role: 'advisor',
  women: 1,
  men: 2,
  persons: ['n-1', 'n-2', 'n-3'],
  country: 'estmark',
  area: 'north',
  donor: 'norland',
  recipient: 'estmark',
  from: '2026-04-01',
  plannedReturn: '2026-05-25',
};
const deployed = act('PersonnelDeployed', DEPLOY);
const relocated = act('PersonnelRelocated', { area: 'south', on: '2026-05-06', reason: 'instability' });
const returned = act('PersonnelReturned', { on: '2026-05-20', reason: 'completed' });
const INCIDENT = { incident: 'i-1', on: '2026-05-05', type: 'accident', severity: 'serious', hurt: 1, evacuated: 0 };
const reported = act('PersonnelIncidentReported', INCIDENT);
const SITUATION = 'norland.north';
const ACCOUNT = { situation: SITUATION, alert: 'a-1', on: '2026-05-05', safe: 2, missing: ['n-3'] };
const accounted = act('PersonnelAccountedFor', ACCOUNT);

const of = (...past: Event[]) => given(deployment, deployed, ...past).as('norland', 'donor');
const bySystem = (...past: Event[]) => given(deployment, deployed, ...past).as('entente', 'system');

/** The deployment, and a situation with an alert on 4 May. */
const alerted = (area: string | undefined, ...past: Event[]) =>
  of(...past).knowing(
    countrySituation,
    SITUATION,
    act('CountrySituationOpened', { country: 'estmark', ...(area && { area }), donor: 'norland', level: 'high' }),
    act('PersonnelAlertIssued', { alert: 'a-1', on: '2026-05-04', accountBy: '2026-05-05' }),
  );

describe('personnel are deployed', () => {
  const deploying = () =>
    given(deployment).registered(['norland', 'estmark'], 'donor', 'recipient').as('norland', 'donor');
  const deploy = (more: object = {}) => act('DeployPersonnel', { ...DEPLOY, ...more });
  it('by the donor, by references and numbers that agree (R29, R32)', () => {
    deploying().decides(deploy(), deployed);
    deploying().as('estmark', 'recipient').refuses(deploy(), 'not-a-deliverer');
    deploying().refuses(deploy({ women: 2 }), 'persons-miscounted');
    deploying().refuses(deploy({ women: 0, men: 0, persons: [] }), 'persons-miscounted');
    deploying().refuses(deploy({ country: 'vestra' }), 'party-not-registered');
  });
  it('for what exists, and until a day after their first (R30)', () => {
    deploying().refuses(deploy({ programme: 'norland.p' }), 'programme-not-found');
    deploying().refuses(deploy({ case: 'norland.c' }), 'case-not-found');
    deploying().refuses(deploy({ plannedReturn: '2026-03-31' }), 'returns-before-it-began');
    deploying().decides(
      deploy({ plannedReturn: '2026-04-01' }),
      act('PersonnelDeployed', { ...DEPLOY, plannedReturn: '2026-04-01' }),
    );
  });
});

describe('what happens to personnel', () => {
  const recorded: readonly (readonly [command: string, event: Event, ...past: Event[]])[] = [
    ['ReportPersonnelIncident', reported],
    ['ReportPersonnelIncident', reported, returned],
    ['RelocatePersonnel', relocated],
    ['ExtendDeployment', act('DeploymentExtended', { plannedReturn: '2026-06-30', reason: 'handover' })],
    ['ReturnPersonnel', returned, reported],
  ];
  it.each(recorded)('is recorded: %s', (command, event, ...past) =>
    of(...past).decides(act(command, event.data as object), event),
  );

  const refused: readonly (readonly [code: string, command: string, data: object, ...past: Event[]])[] = [
    ['incident-already-reported', 'ReportPersonnelIncident', INCIDENT, reported],
    ['not-deployed-then', 'ReportPersonnelIncident', { ...INCIDENT, on: '2026-03-31' }],
    ['not-deployed-then', 'ReportPersonnelIncident', { ...INCIDENT, on: '2026-05-21' }, returned],
    ['day-in-future', 'ReportPersonnelIncident', { ...INCIDENT, on: '2026-06-02' }],
    ['more-than-deployed', 'ReportPersonnelIncident', { ...INCIDENT, hurt: 4 }],
    ['same-area', 'RelocatePersonnel', { area: 'north', on: '2026-05-06', reason: 'x' }],
    ['moved-later', 'RelocatePersonnel', { area: 'east', on: '2026-05-05', reason: 'x' }, relocated],
    ['already-returned', 'RelocatePersonnel', { area: 'south', on: '2026-05-06', reason: 'x' }, returned],
    ['same-due', 'ExtendDeployment', { plannedReturn: '2026-05-25', reason: 'x' }],
    ['returns-before-it-began', 'ExtendDeployment', { plannedReturn: '2026-03-31', reason: 'x' }],
    ['happened-later', 'ReturnPersonnel', { on: '2026-05-05', reason: 'x' }, relocated],
    ['already-returned', 'ReturnPersonnel', { on: '2026-05-21', reason: 'x' }, returned],
  ];
  it.each(refused)('is refused (R30, R32): %s of %s', (code, command, data, ...past) =>
    of(...past).refuses(act(command, data), code),
  );
});

describe('personnel are accounted for after an alert', () => {
  const account = (more: object = {}) => act('AccountForPersonnel', { ...ACCOUNT, ...more });
  it('in its area or its whole country, each as safe or missing (R32)', () => {
    alerted('north').decides(account(), accounted);
    alerted(undefined).decides(account(), accounted);
    alerted('south').refuses(account(), 'alert-elsewhere');
    alerted('north', relocated).decides(account(), accounted);
    alerted('north').refuses(account({ safe: 3 }), 'persons-not-all-accounted');
    alerted('north').refuses(account({ missing: ['n-9'] }), 'person-unknown');
    alerted('north').refuses(account({ alert: 'a-2' }), 'alert-not-found');
    alerted('north').refuses(account({ on: '2026-05-03' }), 'before-the-alert');
    alerted('north').decides(
      account({ on: '2026-05-04' }),
      act('PersonnelAccountedFor', account({ on: '2026-05-04' }).data),
    );
  });
  it('again when more is known, also after their return', () => {
    const all = account({ safe: 3, missing: [] });
    alerted('north', accounted).decides(account(), []);
    alerted('north', accounted, returned).decides(all, act('PersonnelAccountedFor', all.data));
  });
  it('once, also if an account of an earlier day was recorded late', () => {
    const earlier = act('PersonnelAccountedFor', { ...ACCOUNT, on: '2026-05-04', safe: 3, missing: [] });
    alerted('north', accounted, earlier).decides(account(), []);
  });
});

describe('a planned return that has passed', () => {
  const late = (due = '2026-05-25') => act('RecordOverdueReturn', { due });
  const overdue = act('ReturnBecameOverdue', { due: '2026-05-25' });
  it('is recorded by the system, once', () => {
    bySystem().decides(late(), overdue);
    bySystem(overdue).decides(late(), []);
    bySystem().refuses(late(), 'not-over-yet', { now: '2026-05-25T23:00:00.000Z' });
    bySystem().refuses(late('2026-05-24'), 'other-last-day');
    bySystem(returned).refuses(late(), 'already-returned');
  });
});

describe('corrections name the event that was wrong (R26)', () => {
  const correct = (command: string, event: string, n: number, more: object) => {
    const data = { corrects: given.id(n), reason: 'mistyped', ...more };
    return [act(command, data), act(event, data)] as const;
  };
  const ofNumbers = (more: object) => correct('CorrectDeployment', 'DeploymentCorrected', 0, more);
  it('replace numbers, references and the first day', () => {
    of().decides(...ofNumbers({ women: 2, men: 1 }));
    of().refuses(ofNumbers({ women: 2 })[0], 'persons-miscounted');
    of().decides(...ofNumbers({ men: 1, persons: ['n-1', 'n-2'] }));
    of(relocated).decides(...ofNumbers({ from: '2026-05-06' }));
    of(relocated).refuses(ofNumbers({ from: '2026-05-07' })[0], 'happened-earlier');
    const late = act('PersonnelAccountedFor', { ...ACCOUNT, on: '2026-05-20' });
    for (const fact of [
      [reported],
      [accounted, late],
      [late, accounted],
      [act('PersonnelReturned', { on: '2026-05-05' })],
    ]) {
      of(...fact).decides(...ofNumbers({ from: '2026-05-05' }));
      of(...fact).refusesWith(ofNumbers({ from: '2026-05-06' })[0], 'happened-earlier', { earliest: '2026-05-05' });
    }
    of().refuses(ofNumbers({ from: '2026-05-26' })[0], 'returns-before-it-began');
    of(act('PersonnelReturned', { on: '2026-05-27' })).decides(...ofNumbers({ from: '2026-05-26' }));
  });
  it('replace the day of a move, between the others (R30)', () => {
    const data = { corrects: given.id(1), reason: 'mistyped', on: '2026-05-20' };
    const correct = (on: string) => act('CorrectRelocation', { ...data, on });
    const first = act('PersonnelRelocated', { area: 'west', on: '2026-05-07', reason: 'x' });
    const corrected = act('RelocationCorrected', { ...data, stay: 2, revision: 1 });
    of(first).decides(correct('2026-05-20'), corrected);
    of(first).refuses(correct('2026-05-07'), 'nothing-corrected');
    of(first).refuses(correct('2026-06-02'), 'day-in-future');
    of(first).refuses(correct('2026-03-31'), 'moved-later');
    const second = act('PersonnelRelocated', { area: 'east', on: '2026-05-20', reason: 'x' });
    of(first, second).decides(correct('2026-05-20'), corrected);
    of(first, second).refuses(correct('2026-05-21'), 'happened-earlier');
    of(first, act('PersonnelReturned', { on: '2026-05-19' })).refuses(correct('2026-05-20'), 'happened-earlier');
    of(first, corrected).refuses(act('RelocatePersonnel', { ...second.data, on: '2026-05-19' }), 'moved-later');
  });
  it('replace the area of a stay, which is another one than those before and after it', () => {
    const ofMove = (area: string) => {
      const data = { corrects: given.id(1), reason: 'mistyped', area };
      const its = { stay: 2, revision: 1, present: true };
      return [act('CorrectRelocation', data), act('RelocationCorrected', { ...data, ...its })] as const;
    };
    const ofFirst = (area: string, more: object) =>
      [ofNumbers({ area })[0], act('DeploymentCorrected', { ...ofNumbers({ area })[1].data, ...more })] as const;
    const second = act('PersonnelRelocated', { area: 'east', on: '2026-05-20', reason: 'x' });
    of(relocated).decides(...ofMove('east'));
    of(relocated).refuses(ofMove('south')[0], 'nothing-corrected');
    of(relocated).refuses(ofMove('north')[0], 'same-area');
    of(relocated, second).refuses(ofMove('east')[0], 'same-area');
    of(relocated, ofMove('east')[1]).refuses(act('RelocatePersonnel', { ...second.data }), 'same-area');
    of(relocated).decides(...ofFirst('east', { present: false }));
    of(relocated).refuses(ofFirst('south', {})[0], 'same-area');
    of(reported).decides(...ofFirst('south', { present: true, incidents: ['i-1'] }));
    of(reported, relocated).decides(...ofFirst('east', { present: false, incidents: ['i-1'] }));
    const account = act('AccountForPersonnel', ACCOUNT);
    alerted('west', ofFirst('west', {})[1]).decides(account, accounted);
    alerted('west').refuses(account, 'alert-elsewhere');
  });
  it('replace what was reported of an incident, and the day of a return', () => {
    const ofIncident = (more: object) =>
      correct('CorrectPersonnelIncident', 'PersonnelIncidentCorrected', 1, { incident: 'i-1', ...more });
    of(reported).decides(...ofIncident({ hurt: 2 }));
    of(reported).refuses(ofIncident({ evacuated: 4 })[0], 'more-than-deployed');
    of(reported).refuses(ofIncident({ hurt: 1 })[0], 'nothing-corrected');
    const ofReturn = (on: string) => correct('CorrectReturn', 'ReturnCorrected', 1, { on });
    of(returned).decides(...ofReturn('2026-05-21'));
    of(returned, relocated).refuses(ofReturn('2026-05-05')[0], 'happened-later');
    of(returned, accounted).decides(...ofReturn('2026-05-05'));
    of(returned, accounted).refuses(ofReturn('2026-05-04')[0], 'happened-later');
  });
});
