import type { DuePolicy, EventPolicy } from '@entente/kernel';
import { instability } from './instability.js';
import { misuseHolds } from './misuse-holds.js';
import { PASSED_DAYS } from './passed-days.js';

/** Every policy of the deployment: the only list of them. */
export const POLICIES: { readonly events: readonly EventPolicy[]; readonly dueDates: readonly DuePolicy[] } = {
  events: [misuseHolds, instability],
  dueDates: PASSED_DAYS,
};
