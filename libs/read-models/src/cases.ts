import type { AssistanceCaseEvent } from '@entente/domain';
import { type Projection, type RecordedEvent, never } from '@entente/kernel';
import { Column } from 'typeorm';

/** A line of a case: quantities in its unit, days YYYY-MM-DD. */
export interface LineOfCase {
  readonly item: string;
  readonly unit: string;
  readonly quantity: number;
  readonly delivered: number;
  readonly first_due: string;
  readonly due: string;
  readonly works: 'started' | 'completed' | 'accepted' | null;
}

/** An assistance case: from the letter of request to its closing. */
export class CaseRow {
  @Column('text')
  assistance_case!: string;

  @Column('text', { nullable: true })
  programme!: string | null;

  @Column('text')
  donor!: string;

  @Column('text')
  recipient!: string;

  /** `requested`, `returned`, `prepared`, `offered`, `lapsed`, `accepted`, `implemented`, `reconciled`, `closed` or `cancelled`. */
  @Column('text')
  status!: string;

  /** What waits for the recipient: `supplement`, `acceptance`, `amendment`, or nothing. */
  @Column('text', { nullable: true })
  awaits!: string | null;

  @Column('text')
  requested_on!: string;

  /** The last day on which the offer can be accepted. */
  @Column('text', { nullable: true })
  offer_valid_until!: string | null;

  @Column('text', { nullable: true })
  accepted_on!: string | null;

  /** Where assistance counts as delivered: `origin`, `hub`, `title` or `receipt`. */
  @Column('text', { nullable: true })
  delivery_point!: string | null;

  @Column('text', { nullable: true })
  currency!: string | null;

  /** Of the offer in force, amendments and modifications included; minor units. */
  @Column('bigint')
  value!: number;

  @Column('bigint')
  initial_deposit!: number;

  @Column('bigint')
  deposited!: number;

  @Column('integer')
  lines!: number;

  /** Lines of which the whole quantity was delivered. */
  @Column('integer')
  lines_delivered!: number;

  @Column('integer')
  deliveries!: number;

  @Column('text', { nullable: true })
  last_delivered_on!: string | null;

  /** The lines by their names. */
  @Column('simple-json')
  by_line!: Readonly<Record<string, LineOfCase>>;
}

const lineOf = (row: CaseRow, name: string): LineOfCase | undefined =>
  Object.hasOwn(row.by_line, name) ? row.by_line[name] : undefined;

function withLine(row: CaseRow, name: string, change: (line: LineOfCase) => LineOfCase): CaseRow {
  const line = lineOf(row, name);
  if (line === undefined) return row;
  const by_line = { ...row.by_line, [name]: change(line) };
  const done = Object.values(by_line).filter(({ quantity, delivered }) => delivered >= quantity && quantity > 0);
  return { ...row, by_line, lines_delivered: done.length };
}

const changed = (row: CaseRow, changes: readonly { line: string; quantityBy?: number; due?: string }[]): CaseRow =>
  changes.reduce(
    (after, { line, quantityBy = 0, due }) =>
      withLine(after, line, (was) => ({ ...was, quantity: was.quantity + quantityBy, due: due ?? was.due })),
    row,
  );

const WORKS = { WorksStarted: 'started', WorksCompleted: 'completed', WorksAccepted: 'accepted' } as const;

function evolve(row: CaseRow | null, event: RecordedEvent<AssistanceCaseEvent>): CaseRow | null {
  const day = event.metadata.occurredAt.slice(0, 10);
  if (event.type === 'AssistanceRequested') {
    const { donor, recipient, programme = null } = event.data;
    const assistance_case = event.stream.slice(event.stream.indexOf('/') + 1);
    const offer = { offer_valid_until: null, accepted_on: null, delivery_point: null, currency: null };
    const money = { value: 0, initial_deposit: 0, deposited: 0 };
    const delivery = { lines: 0, lines_delivered: 0, deliveries: 0, last_delivered_on: null, by_line: {} };
    return {
      assistance_case,
      programme,
      donor,
      recipient,
      status: 'requested',
      awaits: null,
      requested_on: day,
      ...offer,
      ...money,
      ...delivery,
    };
  }
  if (row === null) return null;
  switch (event.type) {
    case 'RequestReturnedIncomplete':
      return { ...row, status: 'returned', awaits: 'supplement' };
    case 'RequestSupplemented':
      return { ...row, status: 'requested', awaits: null };
    case 'CaseLineAdded': {
      const { line, item, unit, quantity, due } = event.data;
      const added: LineOfCase = { item, unit, quantity, delivered: 0, first_due: due, due, works: null };
      return { ...row, lines: row.lines + 1, by_line: { ...row.by_line, [line]: added } };
    }
    case 'OfferPrepared': {
      const { value, currency, initialDeposit, validUntil, deliveryPoint } = event.data;
      const offer = {
        value,
        currency,
        initial_deposit: initialDeposit,
        offer_valid_until: validUntil,
        delivery_point: deliveryPoint,
      };
      return { ...row, ...offer, status: 'prepared', awaits: null };
    }
    case 'OfferMade':
      return { ...row, status: 'offered', awaits: 'acceptance', offer_valid_until: event.data.validUntil };
    case 'OfferAccepted':
      return { ...row, status: 'accepted', awaits: null, accepted_on: day };
    case 'OfferLapsed':
      return { ...row, status: 'lapsed', awaits: null };
    case 'InitialDepositReceived':
      return { ...row, deposited: row.deposited + event.data.amount };
    case 'CaseImplemented':
      return { ...row, status: 'implemented' };
    case 'AmendmentOffered':
      return { ...row, awaits: 'amendment' };
    case 'AmendmentAccepted':
      return { ...changed(row, event.data.changes), awaits: null, value: event.data.value };
    case 'CaseModified':
      return { ...changed(row, event.data.changes), value: event.data.value };
    case 'WorksStarted':
    case 'WorksCompleted':
    case 'WorksAccepted': {
      const works = WORKS[event.type];
      return withLine(row, event.data.line, (line) => ({ ...line, works }));
    }
    case 'AssistanceDelivered': {
      const { line: name, quantity, on } = event.data;
      const after = withLine(row, name, (line) => ({ ...line, delivered: line.delivered + quantity }));
      const last = row.last_delivered_on === null || row.last_delivered_on < on ? on : row.last_delivered_on;
      return { ...after, deliveries: row.deliveries + 1, last_delivered_on: last };
    }
    case 'DeliveryCorrected': {
      const { line: name, quantityBy } = event.data;
      const after = withLine(row, name, (line) => ({ ...line, delivered: line.delivered + quantityBy }));
      return row.status === 'reconciled' ? { ...after, status: 'implemented' } : after;
    }
    case 'CaseReconciled':
      return { ...row, status: 'reconciled' };
    case 'CaseClosed':
      return { ...row, status: 'closed', awaits: null };
    case 'CaseCancelled':
      return { ...row, status: 'cancelled', awaits: null };
    case 'LegislatureNotifiedOfOffer':
      return row;
    default:
      return never(event);
  }
}

export const cases: Projection<AssistanceCaseEvent, CaseRow> = {
  name: 'cases',
  version: 1,
  kinds: ['assistance-case'],
  about: 'an assistance case: its offer, its deposit, and how much of each line was delivered at the delivery point',
  entity: CaseRow,
  totals: { counts: 'cases', by: ['currency'], sums: ['value', 'deposited'] },
  touches: () => [''],
  evolve,
};
