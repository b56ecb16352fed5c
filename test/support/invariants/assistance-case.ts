import type { AssistanceCaseEvent } from '@entente/contracts';
import type { assistanceCase } from '@entente/domain';
import { type Invariants, sum, unlike, whole } from './invariant.js';

type AssistanceCase = NonNullable<(typeof assistanceCase)['initial']>;
type Line = AssistanceCase['lines'][string];

const inForce = ({ lines }: AssistanceCase): readonly Line[] => Object.values(lines).filter((line) => line.inForce);

/** An assistance case: from the request to its closing. */
export const assistanceCases: Invariants<AssistanceCase, AssistanceCaseEvent> = {
  opens: 'AssistanceRequested',
  holds: (is) => {
    const lines = Object.values(is.lines);
    const deliveries = lines.flatMap((line) => Object.values(line.deliveries));
    return {
      'donor and recipient are two': is.donor !== is.recipient,
      'amounts are whole': [is.value, is.deposited, ...lines.map(({ value }) => value)].every(whole),
      'quantities are whole': lines.every(({ quantity, delivered }) => whole(quantity) && whole(delivered)),
      'no more is delivered than ordered': lines.every(({ delivered, quantity }) => delivered <= quantity),
      'what is delivered is the sum of its deliveries': lines.every(
        (line) => line.delivered === sum(Object.values(line.deliveries).map(({ quantity }) => quantity)),
      ),
      'what consignments bring is whole': lines.every(({ brought }) => Object.values(brought).every(whole)),
      'no share of a delivery is below zero, or all above the delivery': deliveries.every(
        ({ quantity, consignments }) =>
          Object.values(consignments).every(whole) && sum(Object.values(consignments)) <= quantity,
      ),
      'only lines in force are built or delivered': lines.every(
        (line) => line.inForce || (line.works === null && Object.keys(line.deliveries).length === 0),
      ),
      'the value covers the lines in force': sum(inForce(is).map(({ value }) => value)) <= is.value,
      'each arrival is noted once': unlike(is.arrived),
      'an offer names each line once': is.offer === null || unlike(is.offer.lines),
    };
  },
};
