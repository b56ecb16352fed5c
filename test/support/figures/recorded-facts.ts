import type { FactEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type FigureRow, type Figures, distinct, idOf, occurredOn, recordedOn, sum } from './log.js';

type Data = Readonly<Record<string, unknown>>;

/** By type, the field of the fact, or else of the opening event, that names whom it concerns. */
const CONCERNS: Readonly<Record<string, string>> = {
  'funding-account/FundsDisbursed': 'recipient',
  'funding-account/ExpenditureReported': 'recipient',
  'assistance-case/AssistanceDelivered': 'recipient',
  'training-activity/TrainingCompleted': 'recipient',
  'training-activity/TrainingTerminated': 'recipient',
  'end-use-check/EndUseCheckPerformed': 'holder',
  'end-use-check/DiscrepancyFound': 'holder',
  'end-use-check/AccessDenied': 'holder',
  'third-party-transfer/ThirdPartyTransferCarriedOut': 'to',
};

const kindOf = ({ stream }: RecordedEvent): string => stream.slice(0, stream.indexOf('/'));
const senderOf = ({ metadata: { actor } }: RecordedEvent): string => actor.for ?? actor.organisation;

/** The facts that no correction names. */
const LASTING = ['DiscrepancyFound', 'ThirdPartyTransferCarriedOut'];

/** Whether a correction can follow the fact. */
function correctable({ type, data }: RecordedEvent): boolean {
  const { results } = data as { readonly results?: readonly unknown[] };
  return !LASTING.includes(type) && results?.length !== 0;
}

/** The money of a fact, less what its corrections took back. */
function moneyOf(events: readonly RecordedEvent[], { id, data }: RecordedEvent): number {
  const by = events.map((one) => one.data as Data).filter(({ corrects }) => corrects === id);
  return by.reduce(
    (sum, { amount, amountBy }) => sum + Number(amountBy ?? -Number(amount)),
    Number((data as Data)['amount']),
  );
}

/** The period in which the money of a fact is now. */
const periodOf = (events: readonly RecordedEvent[], { id, data }: RecordedEvent): string =>
  (
    [data as Data, ...events.map((one) => one.data as Data)].findLast(
      (one) => one === data || (one['corrects'] === id && Number(one['amountBy']) > 0),
    ) as Data
  )['period'] as string;

/** What a delivery comes to after its corrections. */
const quantityOf = (events: readonly RecordedEvent[], { id, data }: RecordedEvent): number =>
  events
    .map((one) => one.data as Data)
    .filter(({ corrects }) => corrects === id)
    .reduce((sum, { quantityBy = 0 }) => sum + Number(quantityBy), Number((data as Data)['quantity']));

interface Persons {
  readonly women: number;
  readonly men: number;
  readonly notStated: number;
}
interface Counted {
  readonly results?: readonly unknown[];
  readonly lots?: readonly { readonly seen: number; readonly notSeen: number; readonly damaged: number }[];
  readonly goods?: readonly { readonly item: string; readonly quantity: number }[];
}

/** Of how many persons a training was, as stated last. */
function personsOf(events: readonly RecordedEvent[], fact: RecordedEvent): number | null {
  const stated = events
    .filter((one) => one === fact || (one.data as Data)['corrects'] === fact.id)
    .map((one) => ((one.data as Data)['completed'] ?? (one.data as Data)['trained']) as Persons | undefined)
    .findLast((one) => one !== undefined);
  return stated === undefined ? null : stated.women + stated.men + stated.notStated;
}

/** How much a fact is about, besides money. */
function quantityIn(events: readonly RecordedEvent[], fact: RecordedEvent): number | null {
  const { results = [], lots = [], goods = [] } = fact.data as Counted;
  switch (fact.type) {
    case 'AssistanceDelivered':
      return quantityOf(events, fact);
    case 'TrainingCompleted':
    case 'TrainingTerminated':
      return personsOf(events, fact);
    case 'EndUseCheckPerformed':
      return results.length + sum(lots.flatMap(({ seen, notSeen, damaged }) => [seen, notSeen, damaged]));
    case 'DiscrepancyFound':
      return (fact.data as Data)['quantity'] as number;
    case 'ThirdPartyTransferCarriedOut':
      return distinct(goods.map(({ item }) => item)).length === 1 ? sum(goods.map(({ quantity }) => quantity)) : null;
    default:
      return null;
  }
}

/** What a fact is about, as its stream names it at its opening. */
function itemIn(opening: Data): string | null {
  const { goods = [] } = opening as Counted;
  return (opening['course'] ?? opening['item'] ?? (distinct(goods.map(({ item }) => item)).join() || null)) as
    string | null;
}

/** What the answers state since the fact and its last correction. */
function answer(events: readonly RecordedEvent[], id: string): FigureRow {
  const about = events.filter(({ data }) => (data as Data)['fact'] === id || (data as Data)['corrects'] === id);
  const again = about.findLastIndex(({ data, type }) => 'corrects' in (data as Data) || type === 'DisputeWithdrawn');
  const since = about.slice(again + 1) as unknown as readonly RecordedEvent<FactEvent>[];
  const given = since.findLast(({ type }) => type === 'FactConfirmed' || type === 'FactDisputed');
  const reply = since
    .slice(given === undefined ? 0 : since.indexOf(given))
    .findLast((one) => one.type === 'DisputeAnswered');
  return {
    status: given === undefined ? 'unanswered' : given.type === 'FactConfirmed' ? 'confirmed' : 'disputed',
    reason: given?.type === 'FactDisputed' ? given.data.reason : null,
    outcome: reply?.type === 'DisputeAnswered' ? reply.data.outcome : null,
    answered_on: given === undefined ? null : occurredOn(given),
  };
}

export const recordedFactRows = (log: readonly RecordedEvent[]): readonly FigureRow[] =>
  [...Map.groupBy(log, ({ stream }) => stream).values()].flatMap((events) => {
    const { data: opening } = events[0] as RecordedEvent & { readonly data: Data };
    return events.flatMap((event, n) => {
      const field = CONCERNS[`${kindOf(event)}/${event.type}`];
      const isWithdrawn = events.some(
        ({ type, data }) => type === 'AccessDenialWithdrawn' && (data as Data)['corrects'] === event.id,
      );
      if (field === undefined || isWithdrawn) return [];
      // A check moves with all its items, or in part to another check.
      const moved = events
        .slice(0, n)
        .findLast((one) => one.type === 'CheckedItemsTransferred' && (one.data as Data)['next'] === undefined);
      const concerned = ((event.data as Data)[field] ??
        (moved?.data as Data | undefined)?.['to'] ??
        opening[field]) as string;
      // What the system counts at the receipt, the recipient has confirmed; before it, it has not.
      const isCounted = event.metadata.actor.role === 'system';
      const recorder = isCounted ? (opening['donor'] as string) : senderOf(event);
      if (concerned === recorder || (isCounted && ((event.data as Data)['point'] ?? 'receipt') === 'receipt'))
        return [];
      return [
        {
          stream: event.stream,
          fact_event: event.id,
          fact: event.type,
          concerned,
          recorded_by: recorder,
          recorded_on: recordedOn(event),
          donor: (opening['donor'] ?? null) as string | null,
          programme: (opening['programme'] ?? null) as string | null,
          assistance_case: (kindOf(event) === 'assistance-case' ? idOf(event.stream) : (opening['case'] ?? null)) as
            string | null,
          ...answer(events, event.id),
          correctable: correctable(event),
          amount: kindOf(event) === 'funding-account' ? moneyOf(events, event) : null,
          currency: kindOf(event) === 'funding-account' ? (opening['currency'] as string) : null,
          period: kindOf(event) === 'funding-account' ? periodOf(events.slice(n + 1), event) : null,
          line: event.type === 'AssistanceDelivered' ? ((event.data as Data)['line'] as string) : null,
          item: itemIn(opening),
          quantity: quantityIn(events, event),
        },
      ];
    });
  });

const facts: Figures = (log) =>
  recordedFactRows(log).map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => column !== 'stream')));

export const RECORDED_FACTS: Readonly<Record<string, Figures>> = { 'recorded-facts': facts };
