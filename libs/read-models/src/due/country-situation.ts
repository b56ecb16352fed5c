import type { CountrySituationEvent } from '@entente/contracts';
import { due, done, dutiesOf, overdueNow, withdrawn } from './changes.js';

/** What is due in a country situation, until when, and by whom. */
export const countrySituationDuties = dutiesOf<CountrySituationEvent>()(
  {
    // The situation does not know which deployments are in the area: only a view joins them.
    accounting: [
      'donor',
      'for the personnel in the area of an alert, until that ends; alert-accounting has who is accounted for',
    ],
    'continuity-task': ['donor', 'a task of a continuity plan'],
  },
  {
    type: 'CountrySituationOpened',
    of: ({ country: recipient, donor, programme = null }) => ({ donor, recipient, programme }),
  },
  {
    PersonnelAlertIssued: ({ alert, accountBy }) => [due('accounting', accountBy, alert)],
    PersonnelAlertEnded: ({ alert, on }) => [done('accounting', alert, on)],
    SituationDayCorrected: ({ fact, item, on, open = [] }) =>
      fact === 'alert-end'
        ? [{ duty: 'accounting', item, endedOn: on }]
        : (fact === 'task' ? [item] : open).map((task) => ({ duty: 'continuity-task', item: task, endedOn: on })),
    ContinuityPlanActivated: ({ tasks }) => tasks.map(({ task, due: last }) => due('continuity-task', last, task)),
    ContinuityTaskCompleted: ({ task, on }) => [done('continuity-task', task, on)],
    ContinuityPlanEnded: ({ open, on }) => open.map((task) => withdrawn('continuity-task', task, on)),
    SituationDutyBecameOverdue: ({ duty, item }) => [overdueNow(duty, item)],
  },
);
