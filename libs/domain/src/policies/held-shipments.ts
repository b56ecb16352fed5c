import type { ConsignmentCommand, ConsignmentEvent, SecurityUnitEvent } from '@entente/contracts';
import { type Consequence, eventPolicy, idOf } from '@entente/kernel';
import { consignmentFacts } from '../delivery/facts.js';
import { securityUnitFacts } from '../vetting/clearance-facts.js';

/** R7: a unit knows the consignments that are planned for it. */
export const notedShipments = eventPolicy<ConsignmentEvent>(
  {
    name: 'noted-shipments',
    kind: 'consignment',
    day: 'sending',
    about: 'a consignment that is planned for a unit is noted at the unit',
  },
  {
    DeliveryScheduled: ({ unit, basis }, event) =>
      unit === undefined || basis === 'reported'
        ? []
        : [
            {
              stream: { kind: securityUnitFacts.kind, id: unit },
              command: { type: 'NoteShipment', data: { consignment: idOf(event) } },
            },
          ],
  },
);

interface WithShipments {
  readonly shipments?: readonly string[];
}
const onEach =
  (type: 'HoldShipment' | 'ReleaseShipment', reason: string) =>
  ({ shipments = [] }: WithShipments): readonly Consequence[] =>
    shipments.map((id) => {
      const command: ConsignmentCommand = { type, data: { reason } };
      return { stream: { kind: consignmentFacts.kind, id }, command };
    });

/** R7: what is planned for a unit is held while that is not cleared; the consignment decides it. */
export const heldShipments = eventPolicy<SecurityUnitEvent>(
  {
    name: 'held-shipments',
    kind: 'security-unit',
    day: 'sending',
    about: 'shipments that are planned for a unit are held when its clearance ends, and released when it is cleared',
  },
  {
    ClearanceSuspended: onEach('HoldShipment', 'clearance-suspended'),
    ClearanceRefused: onEach('HoldShipment', 'clearance-refused'),
    ClearanceExpired: onEach('HoldShipment', 'clearance-expired'),
    RegistrationEnded: onEach('HoldShipment', 'registration-ended'),
    ShipmentNoted: ({ consignment, cleared }) =>
      cleared ? [] : onEach('HoldShipment', 'not-cleared')({ shipments: [consignment] }),
    ClearanceGiven: onEach('ReleaseShipment', 'clearance-given'),
    ClearanceRestored: onEach('ReleaseShipment', 'clearance-restored'),
    ClearanceCorrected: onEach('ReleaseShipment', 'clearance-corrected'),
  },
);
