import type { ConsignmentEvent } from '@entente/contracts';
import type { consignment } from '@entente/domain';
import { type Invariants, unlike, whole } from './invariant.js';

type Consignment = NonNullable<(typeof consignment)['initial']>;

/** A consignment: its facts come in any order, each once. */
export const consignments: Invariants<Consignment, ConsignmentEvent> = {
  opens: 'DeliveryScheduled',
  holds: ({ lines, received, reached, lots }) => {
    const counts = Object.values(received);
    return {
      'what is received is whole': counts.every(({ quantity }) => whole(quantity)),
      'no more serials than were received': counts.every(({ quantity, serials }) => serials.length <= quantity),
      'each serial is there once': unlike(counts.flatMap(({ serials }) => serials)),
      'only what it carries is received': Object.keys(received).every((line) => lines[line] !== undefined),
      'goods at a holder were received': Object.keys(lots).length === 0 || reached.receipt !== undefined,
      'what is received has its day': counts.length === 0 || reached.receipt !== undefined,
    };
  },
};
