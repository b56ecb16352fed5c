import type { MisuseStep } from '@entente/contracts';

/** The steps of a misuse case that have a last day. */
export const STEPS_WITH_A_LAST_DAY: readonly MisuseStep[] = [
  'acknowledge',
  'triage',
  'notify',
  'open',
  'reply',
  'conclude',
  'measure',
  'remediate',
];
