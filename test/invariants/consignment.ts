import type { ConsignmentEvent } from '@entente/contracts';
import { assistanceCase, type consignment, programme } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';
import { type Elsewhere, type Invariants, type Sentences, unlike, whole } from './invariant.js';

type Consignment = NonNullable<(typeof consignment)['initial']>;

const FACTS = {
  ConsignmentShipped: 'origin',
  ConsignmentArrivedAtHub: 'hub',
  TitleTransferred: 'title',
  ReceiptConfirmed: 'receipt',
} as const;
const factOf = (type: string) => (type in FACTS ? FACTS[type as keyof typeof FACTS] : undefined);

type Scheduled = Extract<RecordedEvent<ConsignmentEvent>, { type: 'DeliveryScheduled' }>;

/** R16: within what is outstanding on a case that is accepted or under execution. */
function scheduled({ data }: Scheduled, elsewhere: Elsewhere): Sentences {
  const of = elsewhere.of(assistanceCase, data.case);
  return {
    'its case is accepted or under execution, and goes on':
      of !== null && (of.status === 'accepted' || of.implemented) && !['closed', 'cancelled'].includes(of.status),
    'its parties are those of the case': of?.donor === data.donor && of.recipient === data.recipient,
    'each line is named once': unlike(data.lines.map(({ line }) => line)),
    'no more is scheduled than is outstanding': data.lines.every(({ line: name, quantity }) => {
      const line = of?.lines[name];
      return line?.inForce === true && quantity <= line.quantity - line.delivered;
    }),
  };
}

/** R16, R19: shipping is execution. */
function shipped(was: Consignment, elsewhere: Elsewhere): Sentences {
  const of = elsewhere.of(assistanceCase, was.case);
  const within = was.programme === undefined ? null : elsewhere.of(programme, was.programme);
  return {
    'nothing is shipped while it is held': was.held === null,
    'nothing is shipped while its programme is suspended': within?.status !== 'suspended',
    'its case is under execution': of?.implemented === true && !['closed', 'cancelled'].includes(of.status),
  };
}

/** A consignment: its facts come in any order, each once. */
export const consignments: Invariants<Consignment, ConsignmentEvent> = {
  opens: 'DeliveryScheduled',
  says: (event, was, elsewhere) => {
    if (event.type === 'DeliveryScheduled') return scheduled(event, elsewhere);
    if (was === null) return {};
    const fact = factOf(event.type);
    const common = {
      'nothing is said of a cancelled consignment': !was.cancelled,
      'each fact is recorded once': fact === undefined || was.reached[fact] === undefined,
    };
    const corrected = 'corrects' in event.data ? elsewhere.past(event.data.corrects) : undefined;
    const own = corrected?.stream === event.stream ? corrected.type : '';
    switch (event.type) {
      case 'DeliveryRescheduled':
        return { ...common, 'what was received is not planned anew': was.reached.receipt === undefined };
      case 'ConsignmentShipped':
        return { ...common, ...shipped(was, elsewhere) };
      case 'ReceiptCorrected':
        return { ...common, 'what is corrected is its receipt': own === 'ReceiptConfirmed' };
      case 'DateCorrected':
        return {
          ...common,
          'the day of a recorded fact becomes another one':
            factOf(own) === event.data.fact && was.reached[event.data.fact] !== event.data.on,
        };
      case 'DiscrepancyReported':
        return {
          ...common,
          'a discrepancy is reported once': was.discrepancies[event.data.discrepancy] === undefined,
          'of a line that it carries': was.lines[event.data.line] !== undefined,
        };
      case 'DiscrepancyResolved':
        return { ...common, 'what is resolved was open': was.discrepancies[event.data.discrepancy] === 'open' };
      case 'ShipmentHeld':
        return { ...common, 'what is held is there and free': was.held === null && was.reached.origin === undefined };
      case 'ShipmentReleased':
        return { ...common, 'what is released was held': was.held !== null };
      case 'ConsignmentCancelled':
        return { ...common, 'it has reached no point': Object.keys(was.reached).length === 0 };
      default:
        return common;
    }
  },
  holds: ({ lines, received, reached }) => {
    const counts = Object.values(received);
    return {
      'what is received is whole': counts.every(({ quantity }) => whole(quantity)),
      'no more serials than were received': counts.every(({ quantity, serials }) => serials.length <= quantity),
      'each serial is there once': unlike(counts.flatMap(({ serials }) => serials)),
      'only what it carries is received': Object.keys(received).every((line) => lines[line] !== undefined),
      'what is received has its day': counts.length === 0 || reached.receipt !== undefined,
    };
  },
};
