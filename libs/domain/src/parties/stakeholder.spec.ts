import { describe, it } from '@jest/globals';
import { act, given } from '../../../../test/support/decider-specification.js';
import { stakeholder } from './stakeholder.js';

const registration = { name: 'Kingdom of Norland', type: 'state', country: 'norland' };
const registered = act('StakeholderRegistered', registration);
const donor = act('RoleGranted', { role: 'donor' });
const suspended = act('StakeholderSuspended', { reason: 'credentials-compromised' });
const reinstated = act('StakeholderReinstated', { reason: 'credentials-renewed' });
const mandate = { to: 'ostra-training', role: 'donor', until: '2026-12-31' };
const given1 = act('MandateGiven', mandate);
const ostra = act('StakeholderRegistered', { name: 'Ostra Training', type: 'implementer' });

describe('an organisation is registered', () => {
  const when = act('RegisterStakeholder', registration);
  it('by the operator, under its own id', () => given(stakeholder).decides(when, registered));
  it('by nobody else, itself included', () =>
    given(stakeholder).as('norland', 'donor').refuses(when, 'not-the-operator'));
  it('once', () => given(stakeholder, registered).refuses(when, 'already-exists'));
  it('under an id without a dot', () => given(stakeholder).named('norland.army').refuses(when, 'foreign-id'));
  it('before any other command', () => given(stakeholder).refuses(act('GrantRole', { role: 'donor' }), 'not-found'));
});

describe('a registration is corrected by naming the event that was wrong (R26)', () => {
  const correct = (more: object) => act('CorrectRegistration', { corrects: given.id(0), reason: 'misspelt', ...more });
  it('to the right value', () => {
    const command = correct({ name: 'The Kingdom of Norland' });
    given(stakeholder, registered).decides(command, act('RegistrationCorrected', command.data));
  });
  it('and keeps the corrected value', () => {
    const data = { corrects: given.id(0), reason: 'wrong-type', type: 'international-organisation' };
    const corrected = act('RegistrationCorrected', data);
    given(stakeholder, registered, corrected).refuses(
      correct({ type: 'international-organisation' }),
      'nothing-corrected',
    );
    const back = correct({ type: 'state' });
    given(stakeholder, registered, corrected).decides(back, act('RegistrationCorrected', back.data));
  });
  it('never by another event or one that does not exist', () => {
    given(stakeholder, registered, donor).refuses(
      correct({ corrects: given.id(1), name: 'X' }),
      'corrects-unknown-event',
    );
    given(stakeholder, registered).refuses(correct({ corrects: given.id(7), name: 'X' }), 'corrects-unknown-event');
  });
  it('to another value than the current one', () => {
    given(stakeholder, registered).refuses(correct({}), 'nothing-corrected');
    given(stakeholder, registered).refuses(correct({ country: 'norland' }), 'nothing-corrected');
  });
  it('by the operator', () =>
    given(stakeholder, registered)
      .as('norland', 'donor')
      .refuses(correct({ name: 'X' }), 'not-the-operator'));
});

describe('a role', () => {
  const grant = act('GrantRole', { role: 'donor' });
  const revoke = act('RevokeRole', { role: 'donor', reason: 'left-the-arrangement' });
  const revoked = act('RoleRevoked', revoke.data);
  it('is granted by the operator only', () => {
    given(stakeholder, registered).decides(grant, donor);
    given(stakeholder, registered).as('norland', 'donor').refuses(grant, 'not-the-operator');
  });
  it('is granted again without an event', () => given(stakeholder, registered, donor).decides(grant, []));
  it('is not granted to an organisation that is suspended', () =>
    given(stakeholder, registered, suspended).refuses(grant, 'stakeholder-suspended'));
  it('is revoked if it is held, also while suspended', () => {
    given(stakeholder, registered, donor, suspended).decides(revoke, revoked);
    given(stakeholder, registered).refuses(revoke, 'role-not-held');
    given(stakeholder, registered, donor, revoked).refuses(revoke, 'role-not-held');
  });
  it('that is revoked ends the mandates that rest on it, and no others', () => {
    const monitor = act('RoleGranted', { role: 'monitor' });
    const other = act('MandateGiven', { ...mandate, role: 'monitor' });
    const ended = { to: 'ostra-training', role: 'donor', reason: 'role-revoked' };
    given(stakeholder, registered, donor, monitor, given1, other).decides(revoke, [
      revoked,
      act('MandateEnded', ended),
    ]);
  });
});

describe('a focal point', () => {
  const designate = act('DesignateFocalPoint', { subject: 'end-use-monitoring', person: 'p-17' });
  const designated = act('FocalPointDesignated', designate.data);
  it('is named by the organisation itself, by a reference', () =>
    given(stakeholder, registered).as('norland', 'donor').decides(designate, designated));
  it('is not named by another organisation, nor by one that speaks for it', () => {
    given(stakeholder, registered).as('estmark', 'recipient').refuses(designate, 'not-the-organisation');
    given(stakeholder, registered)
      .as('ostra-training', 'donor', { for: 'norland' })
      .refuses(designate, 'not-the-organisation');
    given(stakeholder, registered)
      .as('norland', 'recipient', { for: 'estmark' })
      .refuses(designate, 'not-the-organisation');
  });
  it('is named again without an event, and replaced by another', () => {
    given(stakeholder, registered, designated).decides(designate, []);
    const data = { subject: 'end-use-monitoring', person: 'p-18' };
    given(stakeholder, registered, designated).decides(
      act('DesignateFocalPoint', data),
      act('FocalPointDesignated', data),
    );
  });
  it('is named for a subject whose word is also a word of the language', () => {
    const data = { subject: 'constructor', person: 'p-17' };
    given(stakeholder, registered).decides(act('DesignateFocalPoint', data), act('FocalPointDesignated', data));
  });
  it('is not named while the organisation is suspended', () =>
    given(stakeholder, registered, suspended).refuses(designate, 'stakeholder-suspended'));
});

describe('a mandate', () => {
  const give = act('GiveMandate', mandate);
  const end = act('EndMandate', { to: 'ostra-training', role: 'donor', reason: 'contract-ended' });
  const ended = act('MandateEnded', end.data);
  const norland = (...past: { type: string; data: unknown }[]) =>
    given(stakeholder, registered, donor, ...past)
      .knowing(stakeholder, 'ostra-training', ostra)
      .as('norland', 'donor');
  const giving = (more: object) => act('GiveMandate', { ...mandate, ...more });

  it('is given by the organisation that is spoken for', () => norland().decides(give, given1));
  it('is not given by another, nor passed on by the one that has it', () => {
    norland().as('estmark', 'recipient').refuses(give, 'not-the-organisation');
    norland(given1)
      .as('ostra-training', 'donor', { for: 'norland' })
      .refuses(giving({ to: 'veritas-monitor' }), 'not-the-organisation');
  });
  it('is given to another organisation that is registered and not suspended', () => {
    norland().refuses(giving({ to: 'norland' }), 'mandate-to-itself');
    norland().refuses(giving({ to: 'nobody' }), 'speaker-not-in-standing');
    norland().knowing(stakeholder, 'ostra-training', ostra, suspended).refuses(give, 'speaker-not-in-standing');
    norland().knowing(stakeholder, 'ostra-training', ostra, suspended, reinstated).decides(give, given1);
  });
  it('is given for a role that the organisation holds, while it is in standing itself', () => {
    norland().refuses(giving({ role: 'monitor' }), 'role-not-held');
    norland(suspended).refuses(give, 'stakeholder-suspended');
  });
  it('is given up to a day that has not passed', () => {
    norland().refuses(giving({ until: '2026-05-31' }), 'mandate-over-already');
    norland().decides(giving({ until: '2026-05-31' }), act('MandateGiven', giving({ until: '2026-05-31' }).data), {
      occurredAt: '2026-05-20T09:00:00.000Z',
    });
    norland().decides(giving({ until: '2026-06-01' }), act('MandateGiven', { ...mandate, until: '2026-06-01' }));
  });
  it('is given again without an event, and prolonged by another last day', () => {
    norland(given1).decides(give, []);
    const longer = { ...mandate, until: '2027-12-31' };
    norland(given1).decides(act('GiveMandate', longer), act('MandateGiven', longer));
  });
  it('is ended by the organisation, or laid down by the one that speaks for it', () => {
    norland(given1).decides(end, ended);
    norland(given1).as('ostra-training', 'implementer').decides(end, ended);
    norland(given1).as('estmark', 'recipient').refuses(end, 'not-a-party-to-the-mandate');
  });
  it('is ended by the clock only once its last day is over', () => {
    norland(given1).as('operator', 'system').refuses(end, 'not-over-yet');
    norland(given1).as('operator', 'system').refuses(end, 'not-over-yet', { now: '2026-12-31T23:00:00Z' });
    norland(given1).as('operator', 'system').decides(end, ended, { now: '2027-01-01T00:00:00Z' });
  });
  it('is ended once', () => {
    norland().refuses(end, 'no-such-mandate');
    norland(given1, ended).refuses(end, 'no-such-mandate');
  });
});

describe('an organisation', () => {
  const suspend = act('SuspendStakeholder', suspended.data);
  const reinstate = act('ReinstateStakeholder', reinstated.data);
  it('is suspended while it is not suspended', () => {
    given(stakeholder, registered).decides(suspend, suspended);
    given(stakeholder, registered, suspended).refuses(suspend, 'stakeholder-suspended');
  });
  it('is reinstated while it is suspended', () => {
    given(stakeholder, registered, suspended).decides(reinstate, reinstated);
    given(stakeholder, registered).refuses(reinstate, 'not-suspended');
    given(stakeholder, registered, suspended, reinstated).decides(suspend, suspended);
  });
  it('is suspended and reinstated by the operator only', () => {
    given(stakeholder, registered).as('estmark', 'donor').refuses(suspend, 'not-the-operator');
    given(stakeholder, registered, suspended).as('norland', 'donor').refuses(reinstate, 'not-the-operator');
  });
});
