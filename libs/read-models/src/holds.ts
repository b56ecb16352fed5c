import type { HoldEvent } from '@entente/contracts';
import { type Projection, type RecordedEvent, actsFor } from '@entente/kernel';
import { SCOPE_KINDS } from './codes.js';
import { count, day, dayOrNull, oneOf, overdue, text, textOrNull } from './columns.js';
import { originOf } from './row-by.js';

/** A hold on a scope, from its placing to its end. */
export class HoldRow {
  @text('what is on hold: a unit, an item-type, a case, a programme or a country', SCOPE_KINDS) scope_kind!: string;
  @text('the id of what is on hold; of a country, that of its organisation') scope!: string;
  @text("the hold's name on its scope") hold!: string;
  @oneOf(['in force', 'released', 'lapsed']) status!: string;
  @oneOf(['misuse', 'ceasefire', 'embargo', 'instability', 'suspension', 'derogatory-information']) basis!: string;
  @text('the code of the reason for which it was placed last') reason!: string;
  @textOrNull("the donor whose assistance is on hold; every donor's if there is none") donor!: string | null;
  @textOrNull('the organisation in whose name it was placed; none if a policy did') placed_by!: string | null;
  @day('the day on which it was placed last; as corrected, the first day of what it rests on') placed_on!: string;
  @dayOrNull('its last day; without one it lasts until it is released') last_day!: string | null;
  @count('how often it was renewed since it was placed last') renewals!: number;
  @dayOrNull('the day on which it was released, or as of which it was recorded that its last day is over') ended_on!:
    string | null;
  @textOrNull('the code of the reason for its release') end_reason!: string | null;
  @textOrNull('the event for which a policy placed it') cause!: string | null;
}

const ended = (status: string, ended_on: string, end_reason: string | null) => ({ status, ended_on, end_reason });

function evolve(row: HoldRow | null, event: RecordedEvent<HoldEvent>): HoldRow | null {
  const { day: on } = originOf(event);
  if (event.type === 'HoldPlaced') {
    const { scope, hold, basis, reason, donor = null, until = null } = event.data;
    const { actor, causationId } = event.metadata;
    const byPolicy = actor.role === 'system';
    return {
      scope_kind: scope.kind,
      scope: scope.id,
      hold,
      status: 'in force',
      basis,
      reason,
      donor,
      placed_by: byPolicy ? null : actsFor(actor),
      placed_on: on,
      last_day: until,
      renewals: 0,
      ended_on: null,
      end_reason: null,
      cause: byPolicy ? causationId : null,
    };
  }
  if (row === null) return null;
  switch (event.type) {
    case 'HoldRenewed':
      return { ...row, last_day: event.data.until, renewals: row.renewals + 1 };
    case 'HoldCorrected': {
      const { basis = row.basis, until: last_day = row.last_day, donor = row.donor } = event.data;
      return { ...row, basis, last_day, donor, placed_on: event.data.on ?? row.placed_on };
    }
    case 'HoldReleased':
      return { ...row, ...ended('released', on, event.data.reason) };
    case 'HoldReleaseWithdrawn':
      return { ...row, status: 'in force', ended_on: null, end_reason: null };
    case 'HoldLapsed':
      return { ...row, ...ended('lapsed', on, null) };
  }
}

export const holds: Projection<HoldEvent, HoldRow> = {
  name: 'holds',
  topic: 'Misuse and holds',
  version: 4,
  kinds: ['hold'],
  about: 'a hold on a scope: what it rests on, since when, and until when assistance there is refused',
  entity: HoldRow,
  totals: { counts: 'holds', by: ['status', 'basis'], sums: [] },
  daily: {
    last_day_over: overdue('whether its last day is over and its end was not recorded: it stops nothing any more', {
      due: 'last_day',
      done: 'ended_on',
    }),
  },
  // The search of the views that name what stops assistance.
  indexes: [['scope', 'status']],
  touches: ({ data }) => [data.hold],
  evolve,
};
