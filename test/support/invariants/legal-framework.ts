import type { LegalFrameworkEvent } from '@entente/contracts';
import type { legalFramework } from '@entente/domain';
import { type Invariants, unlike } from './invariant.js';

type FrameworkState = NonNullable<(typeof legalFramework)['initial']>;

/** An agreement: in force after both signed it, with a last day; reports follow from waivers. */
export const legalFrameworks: Invariants<FrameworkState, LegalFrameworkEvent> = {
  opens: 'AgreementDrafted',
  holds: ({ status, signed, from, until, endedOn, conditions, waivers, reports, assurances }) => ({
    'it is in force after both have signed it': from === null || Object.keys(signed).length === 2,
    'its first day is not after its last one': from === null || (until !== null && from <= until),
    'a day ends it if, and only if, it is terminated': (status === 'terminated') === (endedOn !== null),
    'a condition has a name of its own': unlike(conditions),
    'each waiver and each exception has a report': Object.keys(waivers).every(
      (name) => reports[`waiver/${name}`] !== undefined || reports[`exception/${name}`] !== undefined,
    ),
    'no assurance is given twice at a time': Object.values(assurances).every(
      (times) => times.filter(({ to }) => to === null).length <= 1,
    ),
  }),
};
