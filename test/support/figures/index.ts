import { AUDIT } from './audit.js';
import { CASES } from './cases.js';
import { CHECKS } from './checks.js';
import { CONSIGNMENTS } from './consignments.js';
import { DUE_DATES } from './due-dates.js';
import { EQUIPMENT } from './equipment.js';
import { FRAMEWORKS } from './framework.js';
import { HOLDS } from './holds.js';
import type { Figures } from './log.js';
import { MISUSE } from './misuse.js';
import { MONEY } from './money.js';
import { PARTIES } from './parties.js';
import { PEOPLE } from './people.js';
import { PLANNING } from './planning.js';
import { PORTFOLIO } from './portfolio.js';
import { RECORDED_FACTS } from './recorded-facts.js';
import { SITUATIONS } from './situations.js';
import { TASKS } from './tasks.js';
import { TRAINING } from './training.js';
import { VETTING } from './vetting.js';
import { VIEWS } from './views.js';

/** Every read model and view by its name, computed from the log by the meaning of its columns. */
export const FIGURES: Readonly<Record<string, Figures>> = {
  ...PARTIES,
  ...PLANNING,
  ...MONEY,
  ...CONSIGNMENTS,
  ...CASES,
  ...MISUSE,
  ...HOLDS,
  ...SITUATIONS,
  ...CHECKS,
  ...EQUIPMENT,
  ...VETTING,
  ...TRAINING,
  ...FRAMEWORKS,
  ...DUE_DATES,
  ...AUDIT,
  ...VIEWS,
  ...PORTFOLIO,
  ...PEOPLE,
  ...TASKS,
  ...RECORDED_FACTS,
};
