import type { AssistanceCaseEvent, LineAmendment, LineModification } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { OWN_OR_REPORTED } from './codes.js';
import { amount, count, day, dayOrNull, flag, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';
import { BASIS, earlier, implausible, implausibleFor, promisedInThePast } from './plausibility.js';

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

/** What is implausible about its days. Its works come in order, so their start is enough. */
const doubted = ({ basis, added_on, first_due, requested_on, works_started_on }: CaseLineRow) => ({
  implausible: implausible({
    'promised-in-the-past': promisedInThePast(basis, { on: added_on, due: first_due }),
    'before-the-request': basis === 'own' && earlier(requested_on, works_started_on),
  }),
});

type ChangeOfLine = LineModification & Partial<LineAmendment>;

const named = ({ line }: { readonly line: string }): string => line;

const amended = (changes: readonly ChangeOfLine[], row: CaseLineRow, line: string): Partial<CaseLineRow> => {
  const change = changes.find((one) => one.line === line);
  if (change === undefined) return {};
  const due = change.due ?? row.due;
  return {
    quantity: row.quantity + (change.quantityBy ?? 0),
    value: row.value + change.valueBy,
    due,
    reschedules: row.reschedules + (due === row.due ? 0 : 1),
  };
};

const DELIVERIES = { rows: 'delivery-facts', on: 'occurred_on', shared: { stream: 'stream', line: 'line' } };

export const caseLines: Projection<AssistanceCaseEvent, CaseLineRow> = {
  name: 'case-lines',
  topic: 'Recipients',
  version: 6,
  kinds: ['assistance-case'],
  about:
    'a line of a case: what was promised for when, and how much of it was delivered; `deliverables` adds the days of its deliveries',
  occurred: { sums: { delivered: { ...DELIVERIES, sum: 'quantity_left' } } },
  totals: { counts: 'lines', by: [], sums: [] },
  ...itemsBy<CaseLineRow, AssistanceCaseEvent>(CaseLineRow)(
    'AssistanceRequested',
    ({ programme, donor, recipient, basis = 'own' }, { id: assistance_case, day: requested_on }) => ({
      assistance_case,
      programme,
      donor,
      recipient,
      basis,
      requested_on,
    }),
    {
      CaseLineAdded: {
        begins: true,
        keys: named,
        change: ({ line, item, unit, quantity, value, due }, _, __, { day: added_on }) => ({
          line,
          item,
          unit,
          quantity,
          value,
          added_on,
          first_due: due,
          due,
        }),
      },
      CaseLineCorrected: {
        keys: named,
        change: ({ item, unit, quantity, value, due }, row) => ({
          item: item ?? row.item,
          unit: unit ?? row.unit,
          quantity: quantity ?? row.quantity,
          value: value ?? row.value,
          first_due: due ?? row.first_due,
          due: due ?? row.due,
        }),
      },
      OfferPrepared: {
        // Lines that are added later begin with the currency.
        keys: ({ lines }) => ['', ...lines],
        change: ({ currency, offer }, _, line) => (line === '' ? { currency } : { currency, offer }),
      },
      AmendmentAccepted: {
        keys: ({ changes, adds }) => [...new Set([...changes.map(named), ...adds])],
        change: ({ changes, adds }, row, line) => ({
          ...amended(changes, row, line),
          ...(adds.includes(line) ? { amended_in: true } : {}),
        }),
      },
      CaseModified: {
        keys: ({ changes }) => [...new Set(changes.map(named))],
        change: ({ changes }, row, line) => amended(changes, row, line),
      },
      AssistanceDelivered: {
        keys: named,
        change: ({ quantity }, { delivered }) => ({ delivered: delivered + quantity }),
      },
      DeliveryCorrected: {
        keys: named,
        change: ({ quantityBy }, { delivered }) => (quantityBy === 0 ? {} : { delivered: delivered + quantityBy }),
      },
      WorksStarted: { keys: named, change: ({ on }) => ({ works: 'started', works_started_on: on }) },
      WorksCompleted: { keys: named, change: () => ({ works: 'completed' }) },
      WorksAccepted: { keys: named, change: () => ({ works: 'accepted' }) },
      WorksDayCorrected: {
        keys: named,
        change: ({ step, on }) => (step === 'started' ? { works_started_on: on } : {}),
      },
    },
    doubted,
  ),
};
