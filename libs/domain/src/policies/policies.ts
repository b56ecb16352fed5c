import type { DuePolicy, EventPolicy } from '@entente/kernel';
import { misuseHolds } from './misuse-holds.js';
import { PASSED_DAYS } from './passed-days.js';

/** Every policy of the deployment: the only list of them. */
export const POLICIES: { readonly events: readonly EventPolicy[]; readonly dueDates: readonly DuePolicy[] } = {
  events: [misuseHolds],
  dueDates: PASSED_DAYS,
};
