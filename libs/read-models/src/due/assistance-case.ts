import type { AssistanceCaseEvent } from '@entente/contracts';
import { done, withdrawn, partiesOf, dutiesOf } from './changes.js';

/** What is due of a assistance case, until when, and by whom. */
export const assistanceCaseDuties = dutiesOf<AssistanceCaseEvent>()(
  { acceptance: ['recipient', 'the acceptance of an offer'] },
  {
    type: 'AssistanceRequested',
    of: (data, { id }) => ({ ...partiesOf(data), assistance_case: id }),
  },
  {
    // A case has one offer at a time: the row is that of the newest.
    OfferMade: ({ offer, validUntil }) => [{ duty: 'acceptance', named: offer, due: validUntil }],
    OfferAccepted: () => [done('acceptance')],
    OfferLapsed: () => [withdrawn('acceptance')],
  },
  {},
  ['CaseCancelled', 'CaseClosed'],
);
