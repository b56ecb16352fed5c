import type { DeploymentEvent } from '@entente/contracts';
import { due, done, dutiesOf, overdueNow, partiesOf } from './changes.js';

/** Until when deployed personnel are expected back. */
export const deploymentDuties = dutiesOf<DeploymentEvent>()(
  { return: ['donor', 'of deployed personnel'] },
  { type: 'PersonnelDeployed', of: partiesOf },
  {
    PersonnelDeployed: ({ plannedReturn }) => [due('return', plannedReturn)],
    DeploymentExtended: ({ plannedReturn }) => [due('return', plannedReturn)],
    PersonnelReturned: ({ on }) => [done('return', '', on)],
    ReturnCorrected: ({ on }) => [{ duty: 'return', endedOn: on }],
    ReturnBecameOverdue: () => [overdueNow('return')],
  },
);
