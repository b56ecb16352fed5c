import type { DuePolicy, EventPolicy } from '@entente/kernel';
import { countedDeliveries, earlyArrivals, notedSchedules } from './counted-deliveries.js';
import {
  endedItems,
  firstChecks,
  firstSampleChecks,
  nextChecks,
  notedChecks,
  transferredChecks,
} from './next-checks.js';
import { endedTranches, notedAccounts } from './ended-tranches.js';
import { heldShipments, notedShipments } from './held-shipments.js';
import { instability } from './instability.js';
import { itemsOfConsignments, itemsOfTransfers, unauthorisedTransfers } from './items.js';
import { misuseHolds } from './misuse-holds.js';
import { PASSED_DAYS } from './passed-days.js';
import { haltedByPerson, haltedByUnit, notedEnrolments } from './training-enrolments.js';
import { recoveredFunds } from './recovered-funds.js';
import { correctedPersons, correctedUnits, exceptedUnits, vettingClearance } from './vetting-clearance.js';

/** Every policy of the deployment: the only list of them. */
export const POLICIES: { readonly events: readonly EventPolicy[]; readonly dueDates: readonly DuePolicy[] } = {
  events: [
    misuseHolds,
    recoveredFunds,
    instability,
    vettingClearance,
    exceptedUnits,
    correctedUnits,
    correctedPersons,
    countedDeliveries,
    earlyArrivals,
    notedSchedules,
    itemsOfConsignments,
    itemsOfTransfers,
    unauthorisedTransfers,
    notedAccounts,
    endedTranches,
    notedEnrolments,
    haltedByUnit,
    haltedByPerson,
    notedShipments,
    heldShipments,
    firstChecks,
    firstSampleChecks,
    nextChecks,
    notedChecks,
    transferredChecks,
    endedItems,
  ],
  dueDates: PASSED_DAYS,
};
