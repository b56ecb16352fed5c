import type { Json } from '@entente/kernel';
import { AGREEMENT_KINDS, type Execution, isSetAside, executionHandlers, withinTurns } from './agreement-course.js';
import { type Control, breach } from './control.js';
import { DeferredChecks } from './known-later.js';

const ASSURANCES = 4;

/** What of the agreement is missing on the day of an execution; null if nothing is. */
function missingOn({ agreement }: Execution, day: string): Readonly<Record<string, Json>> | null {
  if (agreement === undefined) return null;
  if (agreement === null || agreement.first === null) return { day, agreement: null };
  const { first, last, ended, turns } = agreement;
  if (day < first || day > last || (ended !== null && day >= ended)) return { day, first, last, ended };
  const given = [...turns.values()].filter((one) => withinTurns(one, day)).length;
  return given >= ASSURANCES ? null : { day, assurances: given };
}

/** R1: items and services only under an agreement in force with all four assurances. */
export const agreementMissing: Control = {
  name: 'agreement-missing',
  rule: 'R1',
  about:
    'a shipment, a case implemented, an enrolment or the start of a training, in a programme that names a framework, without its agreement and assurances',
  kinds: AGREEMENT_KINDS,
  byCorrectedFacts: true,
  start: () => {
    const deferred = new DeferredChecks();
    return deferred.run(
      executionHandlers((execution) => {
        const { event, day } = execution;
        if (event.type === 'TraineeNominated') return [];
        return deferred.judge((at) => {
          const missing = isSetAside(execution, 'R1', at(day)) ? null : missingOn(execution, at(day));
          return missing === null
            ? []
            : breach(event, 'an agreement with all four assurances is in force on that day', { ...missing, day });
        });
      }),
    );
  },
};
