import type { SecurityUnitEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { AGREEMENT_KINDS, type Execution, isSetAside, executionHandlers, withinTurns } from './agreement-course.js';
import { ClearanceCourses } from './clearance-course.js';
import { type Control, breach } from './control.js';
import { DeferredChecks } from './known-later.js';

/** A shipment with the unit that it names; null if the execution is none. */
const shipmentOf = ({ event }: Execution): { readonly unit: string | undefined } | null =>
  event.type === 'ConsignmentShipped' ? { unit: event.data.unit } : null;

/** R5: a consignment was shipped to a unit that was not cleared on that day. */
export const shippedUncleared: Control = {
  name: 'shipped-uncleared',
  rule: 'R5',
  about: 'a shipment for a unit that was not cleared on that day',
  kinds: ['security-unit', ...AGREEMENT_KINDS],
  byCorrectedFacts: true,
  start: () => {
    const courses = new ClearanceCourses();
    const deferred = new DeferredChecks();
    const next = executionHandlers((execution) => {
      const { event, day: on } = execution;
      const unit = shipmentOf(execution)?.unit;
      const stream = `security-unit/${unit ?? ''}`;
      if (unit === undefined) return [];
      return deferred.judge((at) => {
        const day = at(on);
        if (courses.isCleared(stream, day) || isSetAside(execution, 'R5', day)) return [];
        // A refusal is no bar while R8 is set aside.
        if (courses.isRefused(stream, day) && isSetAside(execution, 'R8', day)) return [];
        return breach(event, 'the unit is cleared on the day of shipment', { unit, on });
      });
    });
    return deferred.run((event) => {
      if (!event.stream.startsWith('security-unit/')) return next(event);
      courses.read(event as RecordedEvent<SecurityUnitEvent>);
      return [];
    });
  },
};

/** A shipment or a nomination with the unit that it names; null if the execution is neither. */
const receivedBy = (execution: Execution): { readonly unit: string | undefined } | null =>
  execution.event.type === 'TraineeNominated' ? { unit: execution.event.data.unit } : shipmentOf(execution);

/** R6: a consignment was shipped to no known unit before the recipient agreed to bar units. */
export const unitsNotBarred: Control = {
  name: 'units-not-barred',
  rule: 'R6',
  about:
    'a shipment or a nomination that names no unit, in a programme that names a framework, before the recipient agreed to bar units',
  kinds: AGREEMENT_KINDS,
  byCorrectedFacts: true,
  start: () => {
    const deferred = new DeferredChecks();
    return deferred.run(
      executionHandlers((execution) => {
        const { event, day, agreement } = execution;
        const shipment = receivedBy(execution);
        if (shipment === null || shipment.unit !== undefined || agreement === undefined) return [];
        return deferred.judge((at) => {
          const turns = agreement?.barTurns ?? [];
          if (isSetAside(execution, 'R6', at(day)) || withinTurns(turns, at(day))) return [];
          return breach(event, 'the recipient has agreed to bar units that are not cleared', { on: day, turns });
        });
      }),
    );
  },
};
