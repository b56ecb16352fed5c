import type { AssistanceCaseEvent, LineAmendment, LineModification } from '@entente/contracts';
import type { Projection, RecordedEvent } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { amount, count, day, dayOrNull, flag, text, textOrNull } from './columns.js';
import { BASIS, earlier, implausible, implausibleFor, promisedInThePast } from './plausibility.js';
import { originOf, rowWith } from './row-by.js';

/**
 * A line of a case: its promises, and how much of it was delivered at the case's delivery point.
 */
export class CaseLineRow {
  @text("the case's id") assistance_case!: string;
  @textOrNull('the programme of the case, if any') programme!: string | null;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @text(BASIS, OWN_OR_REPORTED) basis!: string;
  @day('the day of the request of the case') requested_on!: string;
  @text("the line's name in the case") line!: string;
  @text("the code of the item's description") item!: string;
  @text('the code of the unit') unit!: string;
  @count("the quantity, amendments included, in the line's unit") quantity!: number;
  @amount("the line's value, amendments and modifications included, in minor units of the currency")
  value!: number;
  @textOrNull(
    'the ISO 4217 code of its currency: that of the last offer that has the line or was prepared before it was added; null without one',
  )
  currency!: string | null;
  @textOrNull('the offer of which it is part, the last one prepared; null for a draft') offer!: string | null;
  @flag('whether an amendment brought it into force') amended_in!: boolean;
  @day("the day on which it was added, by the sender's word") added_on!: string;
  @day('the day first promised, which no amendment changes') first_due!: string;
  @day('the day planned now') due!: string;
  @count('how often the day was replanned') reschedules!: number;
  @count("the quantity delivered at the delivery point, corrections included, in the line's unit") delivered!: number;
  @textOrNull('the last step of its works: started, completed or accepted', ['started', 'completed', 'accepted'])
  works!: string | null;
  @dayOrNull('the day on which its works were started') works_started_on!: string | null;
  @implausibleFor('promised-in-the-past', 'before-the-request') implausible!: string | null;
}

/** The key of what all lines of a case share. */
const HEAD = '';

/** What is implausible about its days. Its works come in order, so their start is enough. */
const doubted = (row: CaseLineRow): CaseLineRow => ({
  ...row,
  implausible: implausible({
    'promised-in-the-past': promisedInThePast(row.basis, { on: row.added_on, due: row.first_due }),
    'before-the-request': row.basis === 'own' && earlier(row.requested_on, row.works_started_on),
  }),
});

const amended = (row: CaseLineRow, change: (LineModification & Partial<LineAmendment>) | undefined): CaseLineRow => {
  if (change === undefined) return row;
  const due = change.due ?? row.due;
  return {
    ...row,
    quantity: row.quantity + (change.quantityBy ?? 0),
    value: row.value + change.valueBy,
    due,
    reschedules: row.reschedules + (due === row.due ? 0 : 1),
  };
};

const lineWith = rowWith(CaseLineRow);

function evolve(
  row: CaseLineRow | null,
  event: RecordedEvent<AssistanceCaseEvent>,
  key: string,
  head: CaseLineRow | null,
): CaseLineRow | null {
  if (event.type === 'AssistanceRequested') {
    const { programme, donor, recipient, basis = 'own' } = event.data;
    const { id: assistance_case, day: requested_on } = originOf(event);
    return lineWith({ assistance_case, programme, donor, recipient, basis, requested_on });
  }
  if (event.type === 'CaseLineAdded' && head !== null) {
    const { item, unit, quantity, value, due } = event.data;
    const { day: added_on } = originOf(event);
    return doubted({ ...head, line: key, item, unit, quantity, value, added_on, first_due: due, due });
  }
  if (row === null) return null;
  switch (event.type) {
    case 'CaseLineCorrected': {
      const { item, unit, quantity, value, due } = event.data;
      return doubted({
        ...row,
        item: item ?? row.item,
        unit: unit ?? row.unit,
        quantity: quantity ?? row.quantity,
        value: value ?? row.value,
        first_due: due ?? row.first_due,
        due: due ?? row.due,
      });
    }
    case 'OfferPrepared':
      // The head keeps the currency for lines that are added later.
      return key === HEAD
        ? { ...row, currency: event.data.currency }
        : { ...row, currency: event.data.currency, offer: event.data.offer };
    case 'AmendmentAccepted': {
      const changed = amended(
        row,
        event.data.changes.find(({ line }) => line === key),
      );
      return event.data.adds.includes(key) ? { ...changed, amended_in: true } : changed;
    }
    case 'CaseModified':
      return amended(
        row,
        event.data.changes.find(({ line }) => line === key),
      );
    case 'AssistanceDelivered':
      return { ...row, delivered: row.delivered + event.data.quantity };
    case 'DeliveryCorrected':
      return event.data.quantityBy === 0 ? row : { ...row, delivered: row.delivered + event.data.quantityBy };
    case 'WorksStarted':
      return doubted({ ...row, works: 'started', works_started_on: event.data.on });
    case 'WorksCompleted':
      return { ...row, works: 'completed' };
    case 'WorksAccepted':
      return { ...row, works: 'accepted' };
    default:
      return row;
  }
}

/** The lines that an event changes; the request makes the head. */
function touches(event: RecordedEvent<AssistanceCaseEvent>): readonly string[] {
  switch (event.type) {
    case 'AssistanceRequested':
      return [HEAD];
    case 'OfferPrepared':
      return [HEAD, ...event.data.lines];
    case 'AmendmentAccepted':
      return [...new Set([...event.data.changes.map(({ line }) => line), ...event.data.adds])];
    case 'CaseModified':
      return [...new Set(event.data.changes.map(({ line }) => line))];
    default:
      return 'line' in event.data && typeof event.data.line === 'string' ? [event.data.line] : [];
  }
}

const DELIVERIES = { rows: 'delivery-facts', on: 'occurred_on', shared: { stream: 'stream', line: 'line' } };

export const caseLines: Projection<AssistanceCaseEvent, CaseLineRow> = {
  name: 'case-lines',
  topic: 'Recipients',
  version: 5,
  kinds: ['assistance-case'],
  about:
    'a line of a case: what was promised for when, and how much of it was delivered; `deliverables` adds the days of its deliveries',
  entity: CaseLineRow,
  occurred: { sums: { delivered: { ...DELIVERIES, sum: 'quantity_left' } } },
  totals: { counts: 'lines', by: [], sums: [] },
  head: true,
  touches,
  evolve,
};
