import type { MisuseStep } from '@entente/contracts';

/** A step that is added to the contract is missing here until it is added too. */
const STEPS: Readonly<Record<MisuseStep, true>> = {
  acknowledge: true,
  triage: true,
  notify: true,
  open: true,
  reply: true,
  conclude: true,
  measure: true,
  remediate: true,
};

/** The steps of a misuse case that have a last day. */
export const STEPS_WITH_A_LAST_DAY = Object.keys(STEPS) as readonly MisuseStep[];
