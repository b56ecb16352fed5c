import { describe, expect, it } from '@jest/globals';
import type { Consequence, RecordedEvent } from '@entente/kernel';
import { countedDeliveries, earlyArrivals, notedSchedules } from './counted-deliveries.js';

function follows(type: string, data: object): readonly Consequence[] {
  const event = { stream: 'consignment/norland.consignment-1', id: 'e-1', type, data } as unknown as RecordedEvent;
  const context = { opaque: (text: string) => text };
  return countedDeliveries.reactions[type]?.(data as never, event as never, context) ?? [];
}

describe('the policy of early arrivals (R16)', () => {
  const follow = (data: object) =>
    earlyArrivals.reactions['CaseImplemented']?.(data as never, { stream: 'assistance-case/norland.case-1' } as never, {
      opaque: (text: string) => text,
    });
  it('lets the case count, once it is implemented, what was at its delivery point before', () => {
    const data = { consignment: 'norland.consignment-1', point: 'receipt' };
    expect(follow({ arrived: [data] })).toEqual([
      { stream: { kind: 'assistance-case', id: 'norland.case-1' }, command: { type: 'CountDelivery', data } },
    ]);
    expect(follow({})).toEqual([]);
  });
});

describe('the policy of noted schedules (R16)', () => {
  const follow = (type: string, data: object) =>
    notedSchedules.reactions[type]?.(data as never, { stream: 'consignment/norland.consignment-1' } as never, {
      opaque: (text: string) => text,
    });
  it.each(['DeliveryScheduled', 'ConsignmentCancelled', 'ReceiptConfirmed', 'ReceiptCorrected'])(
    'lets the case note what a consignment is to bring after %s',
    (type) => {
      expect(follow(type, { case: 'norland.case-1' })).toEqual([
        {
          stream: { kind: 'assistance-case', id: 'norland.case-1' },
          command: { type: 'NoteSchedule', data: { consignment: 'norland.consignment-1' } },
        },
      ]);
    },
  );
  it('leaves what another system recorded, and what names no case, as it is', () => {
    expect(follow('DeliveryScheduled', { case: 'norland.case-1', basis: 'reported' })).toEqual([]);
    expect(follow('ReceiptConfirmed', {})).toEqual([]);
  });
});

describe('the policy of counted deliveries (R16)', () => {
  it.each([
    ['ConsignmentShipped', 'origin'],
    ['ConsignmentArrivedAtHub', 'hub'],
    ['TitleTransferred', 'title'],
    ['ReceiptConfirmed', 'receipt'],
    ['ReceiptCorrected', 'receipt'],
  ])('lets the case count what %s brought to a point', (type, point) => {
    expect(follows(type, { on: '2026-05-20', case: 'norland.case-1' })).toEqual([
      {
        stream: { kind: 'assistance-case', id: 'norland.case-1' },
        command: { type: 'CountDelivery', data: { consignment: 'norland.consignment-1', point } },
      },
    ]);
  });
  it('lets the case follow the corrected day of a fact', () => {
    expect(follows('DateCorrected', { on: '2026-05-19', fact: 'hub', case: 'norland.case-1' })).toEqual([
      {
        stream: { kind: 'assistance-case', id: 'norland.case-1' },
        command: { type: 'CountDelivery', data: { consignment: 'norland.consignment-1', point: 'hub' } },
      },
    ]);
    expect(follows('DateCorrected', { on: '2026-05-19', fact: 'hub' })).toEqual([]);
  });
  it('leaves what another system recorded, and what names no case, to its report', () => {
    expect(follows('ReceiptConfirmed', { on: '2026-05-20' })).toEqual([]);
  });
});
