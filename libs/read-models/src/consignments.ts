import type { ConsignmentEvent, DeliveryPoint } from '@entente/domain';
import { type Projection, type RecordedEvent, daysBetween, never } from '@entente/kernel';
import { Column } from 'typeorm';

/** A consignment and its four separate facts. Days are YYYY-MM-DD; day counts are negative where it came early. */
export class ConsignmentRow {
  @Column('text')
  consignment!: string;

  @Column('text')
  assistance_case!: string;

  @Column('text', { nullable: true })
  programme!: string | null;

  @Column('text')
  donor!: string;

  @Column('text')
  recipient!: string;

  /** `scheduled`, `held`, `under-way`, `received` or `cancelled`. */
  @Column('text')
  status!: string;

  /** What waits for the recipient: `receipt`, or nothing; what waits for the donor: `discrepancy`. */
  @Column('text', { nullable: true })
  awaits!: string | null;

  @Column('text')
  first_due!: string;

  @Column('text')
  due!: string;

  @Column('integer')
  reschedules!: number;

  @Column('text', { nullable: true })
  last_cause!: string | null;

  @Column('text', { nullable: true })
  shipped_on!: string | null;

  @Column('text', { nullable: true })
  hub_on!: string | null;

  @Column('text', { nullable: true })
  title_on!: string | null;

  @Column('text', { nullable: true })
  received_on!: string | null;

  @Column('integer', { nullable: true })
  days_late_first!: number | null;

  @Column('integer', { nullable: true })
  days_late_plan!: number | null;

  @Column('integer')
  discrepancies_open!: number;

  @Column('text', { nullable: true })
  held_for!: string | null;

  /** The quantity of each line: scheduled, and received as corrected. */
  @Column('simple-json')
  by_line!: Readonly<Record<string, { readonly scheduled: number; readonly received: number }>>;
}

const FACT = {
  origin: 'shipped_on',
  hub: 'hub_on',
  title: 'title_on',
  receipt: 'received_on',
} as const satisfies Record<DeliveryPoint, keyof ConsignmentRow>;

/** What follows from the facts: the status, what it waits for, and how late it came. */
function stands(row: ConsignmentRow): ConsignmentRow {
  const under = row.shipped_on ?? row.hub_on ?? row.title_on;
  const here = row.received_on;
  const status =
    here !== null ? 'received' : row.held_for !== null ? 'held' : under !== null ? 'under-way' : 'scheduled';
  return {
    ...row,
    status,
    awaits: row.discrepancies_open > 0 ? 'discrepancy' : status === 'under-way' ? 'receipt' : null,
    days_late_first: here === null ? null : daysBetween(row.first_due, here),
    days_late_plan: here === null ? null : daysBetween(row.due, here),
  };
}

type Quantities = ConsignmentRow['by_line'];
const received = (by_line: Quantities, line: string, change: (was: number) => number): Quantities => {
  const was = Object.hasOwn(by_line, line) ? by_line[line] : undefined;
  return { ...by_line, [line]: { scheduled: was?.scheduled ?? 0, received: change(was?.received ?? 0) } };
};

function evolve(row: ConsignmentRow | null, event: RecordedEvent<ConsignmentEvent>): ConsignmentRow | null {
  if (event.type === 'DeliveryScheduled') {
    const { case: assistance_case, programme = null, donor, recipient, due, lines } = event.data;
    const consignment = event.stream.slice(event.stream.indexOf('/') + 1);
    const facts = { shipped_on: null, hub_on: null, title_on: null, received_on: null, held_for: null };
    const plan = { first_due: due, due, reschedules: 0, last_cause: null, days_late_first: null, days_late_plan: null };
    const by_line = Object.fromEntries(lines.map(({ line, quantity }) => [line, { scheduled: quantity, received: 0 }]));
    return stands({
      ...{ consignment, assistance_case, programme, donor, recipient, by_line },
      ...{ ...facts, ...plan, status: 'scheduled', awaits: null, discrepancies_open: 0 },
    });
  }
  if (row === null) return null;
  switch (event.type) {
    case 'DeliveryRescheduled':
      return stands({ ...row, due: event.data.due, reschedules: row.reschedules + 1, last_cause: event.data.cause });
    case 'ConsignmentShipped':
      return stands({ ...row, shipped_on: event.data.on });
    case 'ConsignmentArrivedAtHub':
      return stands({ ...row, hub_on: event.data.on });
    case 'TitleTransferred':
      return stands({ ...row, title_on: event.data.on });
    case 'ReceiptConfirmed': {
      const { on, lines } = event.data;
      const by_line = lines.reduce((all, { line, quantity }) => received(all, line, () => quantity), row.by_line);
      return stands({ ...row, by_line, received_on: on });
    }
    case 'ReceiptCorrected': {
      const { line, quantityBy } = event.data;
      return { ...row, by_line: received(row.by_line, line, (was) => was + quantityBy) };
    }
    case 'DateCorrected':
      return stands({ ...row, [FACT[event.data.fact]]: event.data.on });
    case 'DiscrepancyReported':
      return stands({ ...row, discrepancies_open: row.discrepancies_open + 1 });
    case 'DiscrepancyResolved':
      return stands({ ...row, discrepancies_open: row.discrepancies_open - 1 });
    case 'ShipmentHeld':
      return stands({ ...row, held_for: event.data.reason });
    case 'ShipmentReleased':
      return stands({ ...row, held_for: null });
    case 'ConsignmentCancelled':
      return { ...row, status: 'cancelled', awaits: null };
    default:
      return never(event);
  }
}

export const consignments: Projection<ConsignmentEvent, ConsignmentRow> = {
  name: 'consignments',
  version: 1,
  kinds: ['consignment'],
  about: 'a consignment: when it was promised, shipped, at a hub, when title passed and when it was received',
  entity: ConsignmentRow,
  totals: { counts: 'consignments', by: ['status'], sums: [] },
  touches: () => [''],
  evolve,
};
