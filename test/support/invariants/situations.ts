import type { CountrySituationEvent, DeploymentEvent, EndUseCheckEvent } from '@entente/contracts';
import type { CountrySituation, EndUseCheck, PersonnelDeployment } from '@entente/domain';
import { type Invariants, unlike } from './invariant.js';

/** A situation: one instability lasts at a time, and nothing ends before it began. */
export const countrySituations: Invariants<CountrySituation, CountrySituationEvent> = {
  opens: 'CountrySituationOpened',
  holds: ({ instabilities, alerts, mode, plan, closed, overdue }) => {
    const spells = [...Object.values(instabilities), ...Object.values(alerts)];
    const lasting = spells.filter(({ ended }) => ended === null);
    return {
      'one instability lasts at most': Object.values(instabilities).filter(({ ended }) => ended === null).length <= 1,
      'nothing ends before it began': spells.every(({ on, ended }) => ended === null || ended >= on),
      'nothing is in force in a closed one': !closed || (lasting.length === 0 && plan === null),
      'a first remote check follows an instability': mode === 'normal' || Object.keys(instabilities).length > 0,
      'each duty is overdue once': unlike(overdue),
    };
  },
};

/** A deployment: each person has one reference, and stays follow each other. */
export const deployments: Invariants<PersonnelDeployment, DeploymentEvent> = {
  opens: 'PersonnelDeployed',
  holds: ({ women, men, persons, stays, returned, overdue }) => ({
    'each person is counted once': women + men === persons.length && unlike(persons),
    'stays are in order': stays.every(({ from }, n) => n === 0 || from >= (stays[n - 1] as { from: string }).from),
    'they return from their last stay': returned === null || stays.every(({ from }) => from <= returned),
    'each planned return is overdue once': unlike(overdue),
  }),
};

/** A check: each of an enhanced type has a result for each serial, and it ends once. */
export const endUseChecks: Invariants<EndUseCheck, EndUseCheckEvent> = {
  opens: 'EndUseCheckScheduled',
  holds: ({ type, serials, quantity, visits, done, ended, discrepancies, complianceVisits }) => {
    const all = Object.values(visits);
    return {
      'each serial is named once': unlike(serials) && serials.length <= quantity,
      'an enhanced check has a result for each serial':
        type === 'routine' || all.every(({ results }) => serials.every((serial) => Object.hasOwn(results, serial))),
      'visits have numbers in order': unlike(all.map(({ visit }) => visit)),
      'only a visit makes it done': !done || all.some((visit) => visit.done),
      'it is done, or ended without that': !done || ended === null,
      'what a visit found follows one':
        all.length > 0 || Object.keys(discrepancies).length + complianceVisits.length === 0,
    };
  },
};
