import { describe, expect, it } from '@jest/globals';
import type { Consequence, EventPolicy, RecordedEvent } from '@entente/kernel';
import { heldShipments, notedShipments } from './held-shipments.js';

const D = 'norland.consignment-1';
const U = 'estmark.brigade-1';
const opaque = (text: string): string => text;
const follows = (policy: EventPolicy, stream: string, type: string, data: object): readonly Consequence[] =>
  policy.reactions[type]?.(data as never, { stream, id: 'e-1', type, data } as unknown as RecordedEvent<never>, {
    opaque,
  }) ?? [];

describe('the policies of shipments (R7)', () => {
  it('note a consignment at the unit that it is planned for, unless another system planned it', () => {
    const noted = (data: object) => follows(notedShipments, `consignment/${D}`, 'DeliveryScheduled', data);
    const note = { type: 'NoteShipment', data: { consignment: D } };
    expect(noted({ unit: U })).toEqual([{ stream: { kind: 'security-unit', id: U }, command: note }]);
    expect([...noted({}), ...noted({ unit: U, basis: 'reported' })]).toEqual([]);
  });
  it.each([
    ['ClearanceSuspended', 'HoldShipment', 'clearance-suspended'],
    ['ClearanceRefused', 'HoldShipment', 'clearance-refused'],
    ['ClearanceExpired', 'HoldShipment', 'clearance-expired'],
    ['RegistrationEnded', 'HoldShipment', 'registration-ended'],
    ['ClearanceGiven', 'ReleaseShipment', 'clearance-given'],
    ['ClearanceRestored', 'ReleaseShipment', 'clearance-restored'],
    ['ClearanceCorrected', 'ReleaseShipment', 'clearance-corrected'],
  ])('send at %s of the unit %s to each of them', (event, type, reason) => {
    const sent = ['c-1', 'c-2'].map((id) => ({
      stream: { kind: 'consignment', id },
      command: { type, data: { reason } },
    }));
    expect(follows(heldShipments, `security-unit/${U}`, event, { shipments: ['c-1', 'c-2'] })).toEqual(sent);
    expect(follows(heldShipments, `security-unit/${U}`, event, {})).toEqual([]);
  });
  it('hold one that was noted while its unit was not cleared', () => {
    const noted = (cleared: boolean) =>
      follows(heldShipments, `security-unit/${U}`, 'ShipmentNoted', { consignment: D, cleared });
    const command = { type: 'HoldShipment', data: { reason: 'not-cleared' } };
    expect(noted(false)).toEqual([{ stream: { kind: 'consignment', id: D }, command }]);
    expect(noted(true)).toEqual([]);
  });
});
