import type {
  AssistanceCaseEvent,
  AssistanceDelivered,
  CaseImplemented,
  ConsignmentShare,
  CorrectDelivery,
  CountDelivery,
  DeliverAssistance,
  NoteSchedule,
} from '@entente/contracts';
import type { Besides } from '../fact-answers.js';
import {
  type DecisionContext,
  type Json,
  type Refusal,
  type StreamRef,
  parseStream,
  put,
  refuse,
  streamName,
} from '@entente/kernel';
import { nothingCorrected } from '../corrections.js';
import { inTheFuture } from '../days.js';
import {
  type AssistanceCase,
  type CaseLine,
  type Consignment,
  type Delivery,
  consignmentFacts,
  ownValue,
  quantityAt,
} from './facts.js';

// ---- State ----

/** The line after a delivery. */
export const withDelivery = (line: CaseLine, id: string, data: AssistanceDelivered): CaseLine => {
  const { quantity, on, consignments, facts, counted: isCounted = false } = data;
  const shares = Object.fromEntries(consignments.map((share) => [share.consignment, share.quantity]));
  const deliveries = put(line.deliveries, id, { quantity, on, consignments: shares, facts, counted: isCounted });
  return { ...line, delivered: line.delivered + quantity, deliveries };
};

/** The line after a delivery was corrected. */
export function withCorrection(line: CaseLine, { corrects, quantityBy, on, consignment }: CorrectDelivery): CaseLine {
  const before = line.deliveries[corrects];
  if (before === undefined) return line;
  const share =
    consignment === undefined ? {} : { [consignment]: (before.consignments[consignment] ?? 0) + quantityBy };
  const after = {
    ...before,
    quantity: before.quantity + quantityBy,
    on: on ?? before.on,
    consignments: { ...before.consignments, ...share },
  };
  return { ...line, delivered: line.delivered + quantityBy, deliveries: put(line.deliveries, corrects, after) };
}

// ---- Decisions ----

/**
 * What earlier deliveries of the line have counted of a consignment: no quantity is counted twice.
 */
const counted = (line: CaseLine, consignment: string): number =>
  Object.values(line.deliveries).reduce(
    (sum, delivery) => sum + (ownValue(delivery.consignments, consignment) ?? 0),
    0,
  );

const beforeTheFact = (facts: Readonly<Record<string, Json>>): Refusal =>
  refuse('before-the-fact', 'the delivery is not earlier than the facts it rests on', 'R30', facts);

/**
 * A delivery counts of a consignment what it brought to the case's point and no earlier delivery
 * counted.
 */
function unfounded(
  state: AssistanceCase,
  name: string,
  share: ConsignmentShare,
  on: string | null,
  { stream, known }: DecisionContext,
): Refusal | null {
  const point = state.offer?.deliveryPoint ?? 'receipt';
  const facts = { consignment: share.consignment, point };
  const consignment = known.of(consignmentFacts, share.consignment);
  if (consignment === null)
    return refuse('consignment-not-found', 'the consignment named has been scheduled', null, facts);
  if (consignment.case !== stream.id)
    return refuse('other-case', 'the consignment belongs to this case', null, { ...facts, case: consignment.case });
  const reached = consignment.reached[point];
  if (reached === undefined)
    return refuse('point-not-reached', `the consignment has reached the case's delivery point, ${point}`, null, facts);
  if (on !== null && on < reached) return beforeTheFact({ ...facts, reached });
  const left = quantityAt(consignment, point, name) - counted(state.lines[name] as CaseLine, share.consignment);
  if (share.quantity <= left) return null;
  return refuse(
    'consignment-short',
    'the consignment brought that much of the line, not counted yet; a delivery that was counted is corrected',
    null,
    { ...facts, left },
  );
}

/** Whether the named facts cover the whole quantity. */
function groundless(data: DeliverAssistance, { stream: at, known }: DecisionContext): Refusal | null {
  const { quantity, consignments, facts } = data;
  if (consignments.length + facts.length === 0)
    return refuse('rests-on-nothing', 'the delivery names a consignment or another fact that it rests on');
  if (new Set(consignments.map((share) => share.consignment)).size < consignments.length)
    return refuse('consignment-twice', 'each consignment is named once');
  const carried = consignments.reduce((sum, share) => sum + share.quantity, 0);
  if (carried > quantity || (facts.length === 0 && carried < quantity))
    return refuse('shares-do-not-add-up', 'the shares of the consignments make up the quantity', null, {
      quantity,
      carried,
    });
  const hidden = facts.find((fact) => fact.stream.startsWith('consignment/'));
  if (hidden !== undefined)
    return refuse('consignment-as-fact', 'a consignment is named as one, so that it is consulted', null, { ...hidden });
  const own = streamName(at);
  const unknown = facts.find(
    ({ stream, event }) =>
      parseStream(stream) === null || known.typeOfEvent(event, stream === own ? undefined : stream) === undefined,
  );
  return unknown === undefined
    ? null
    : refuse('fact-unknown', 'the event named is in the stream named', null, { ...unknown });
}

const WORKS: readonly string[] = [
  'WorksStarted',
  'WorksCompleted',
  'WorksAccepted',
] satisfies readonly AssistanceCaseEvent['type'][];

/** R30: works that a delivery rests on are those of its line, as the recipient accepted them. */
function worksOfAnother({ facts }: DeliverAssistance, { works }: CaseLine, context: DecisionContext): Refusal | null {
  const { stream: at, known } = context;
  const other = facts.find(
    ({ stream, event }) =>
      stream === streamName(at) && WORKS.includes(known.typeOfEvent(event) ?? '') && event !== works?.event,
  );
  return other === undefined
    ? null
    : refuse('works-of-another-line', 'the works named are the acceptance of those of the line', 'R30', { ...other });
}

/** R30: a delivery is not earlier than the facts that it rests on, consignments apart. */
function beforeFacts(on: string, facts: DeliverAssistance['facts'], context: DecisionContext): Refusal | null {
  const { stream: at, known } = context;
  const own = streamName(at);
  for (const { stream, event } of facts) {
    const day = known.dayOfEvent(event, stream === own ? undefined : stream);
    if (day !== undefined && on < day) return beforeTheFact({ stream, event, on: day });
  }
  return null;
}

/** The other streams that a delivery rests on: consignments, and those of other facts. */
export const restsOn = ({ consignments, facts }: DeliverAssistance): readonly StreamRef[] => [
  ...consignments.map((share) => ({ kind: consignmentFacts.kind, id: share.consignment })),
  ...facts.flatMap(({ stream }) => parseStream(stream) ?? []),
];

const exceedsOrdered = (line: CaseLine, quantity: number): Refusal | null =>
  quantity <= line.quantity - line.delivered
    ? null
    : refuse('exceeds-ordered', 'no more is delivered than the line orders, amendments included', null, {
        ordered: line.quantity,
        delivered: line.delivered,
      });

/** R16: no delivery under a case that has not been implemented. */
const notImplemented = ({ implemented, offer, status }: AssistanceCase): Refusal | null =>
  implemented && offer !== null ? null : refuse('not-implemented', 'the case has been implemented', 'R16', { status });

/** The most consignments that are noted before a case is implemented. */
const MAX_ARRIVED = 200;

/** R16: the consignments that arrived before the case was implemented count from then on. */
export const arrivedBefore = ({ arrived, offer }: AssistanceCase): Pick<CaseImplemented, 'arrived'> => {
  const point = offer?.deliveryPoint ?? 'receipt';
  return arrived.length === 0 ? {} : { arrived: arrived.map((consignment) => ({ consignment, point })) };
};

/** A suspended programme does not stop a delivery: what has arrived is a fact. */
export function cannotDeliver(data: DeliverAssistance, state: AssistanceCase, c: DecisionContext): Refusal | null {
  const early = notImplemented(state);
  if (early !== null) return early;
  const line = ownValue(state.lines, data.line);
  if (line?.inForce !== true) return refuse('line-unknown', 'the line is part of the case', null, { line: data.line });
  const tooEarly = inTheFuture(data.on, c);
  if (tooEarly !== null) return tooEarly;
  if (line.works !== null && line.works.stage !== 'accepted')
    return refuse('works-not-accepted', 'the recipient has accepted the works of the line', null, {
      stage: line.works.stage,
    });
  const bad =
    exceedsOrdered(line, data.quantity) ??
    groundless(data, c) ??
    worksOfAnother(data, line, c) ??
    beforeFacts(data.on, data.facts, c);
  if (bad !== null) return bad;
  for (const share of data.consignments) {
    const short = unfounded(state, data.line, share, data.on, c);
    if (short !== null) return short;
  }
  return null;
}

/**
 * What a consignment that is at the case's delivery point since a day has brought of a line, as a
 * delivery, or as the correction of the one that counted it. A line that its sender reported from
 * this consignment is left to the sender, and one with works to their acceptance. No line gets more
 * than it orders.
 */
function countOf(
  line: CaseLine | undefined,
  name: string,
  { consignment: id, point }: CountDelivery,
  { brought, on, isOver }: { readonly brought: number; readonly on: string; readonly isOver: boolean },
): readonly Counted[] {
  if (line?.inForce !== true || (line.works !== null && line.works.stage !== 'accepted')) return [];
  const room = line.quantity - line.delivered;
  const [before, ...others] = Object.entries(line.deliveries).filter(([, of]) => Object.hasOwn(of.consignments, id));
  if (before === undefined) {
    const quantity = Math.min(brought, room);
    const data = { line: name, quantity, on, consignments: [{ consignment: id, quantity }], facts: [], point };
    return quantity > 0 && !isOver ? [{ type: 'AssistanceDelivered', data: { ...data, counted: true } }] : [];
  }
  const [corrects, { counted: isCounted, consignments, on: was }] = before;
  const quantityBy = Math.min(brought - (consignments[id] ?? 0), room);
  if (!isCounted || others.length > 0 || (quantityBy === 0 && on === was)) return [];
  const reason = quantityBy === 0 ? 'date-corrected' : 'receipt-corrected';
  const data = { corrects, line: name, quantityBy, consignment: id, ...(on === was ? {} : { on }), reason };
  return [{ type: 'DeliveryCorrected', data }];
}

type Counted = Extract<Besides<AssistanceCaseEvent>, { type: 'AssistanceDelivered' | 'DeliveryCorrected' }>;

/** The consignments of which a line that is full has not counted all that they bring, as noted. */
const waitingFor = (line: CaseLine | undefined): readonly string[] =>
  line === undefined || line.delivered < line.quantity
    ? []
    : Object.keys(line.brought).filter((id) => (line.brought[id] ?? 0) > counted(line, id));

/** The streams of what may be counted of these lines once they have room. */
export const waitingStreams = (
  { lines }: AssistanceCase,
  names: readonly string[],
  except?: string,
): readonly StreamRef[] => {
  const waiting = new Set(names.flatMap((name) => waitingFor(ownValue(lines, name))));
  return [...waiting].filter((id) => id !== except).map((id) => ({ kind: consignmentFacts.kind, id }));
};

/**
 * R16: what a full line had no room for is counted as soon as it has: of each consignment that is
 * at the delivery point, in the order in which they were noted, as far as the room goes. A line
 * that was not full lacks what its sender took back: that is not counted again.
 */
export function countedInRoom(
  name: string,
  quantityBy: number,
  state: AssistanceCase,
  { stream, known }: DecisionContext,
  except?: string,
): readonly Counted[] {
  const line = ownValue(state.lines, name);
  if (line === undefined || quantityBy <= 0 || !state.implemented || state.status === 'cancelled') return [];
  const point = state.offer?.deliveryPoint ?? 'receipt';
  const isOver = state.status === 'closed';
  const all: Counted[] = [];
  // What is counted in turn takes its part of the room; deliveries of other consignments stay.
  let delivered = line.delivered - quantityBy;
  for (const consignment of waitingFor(line)) {
    const facts = known.of(consignmentFacts, consignment);
    const on = facts?.reached[point];
    if (consignment === except || facts?.case !== stream.id || on === undefined) continue;
    const at = { brought: quantityAt(facts, point, name), on, isOver };
    for (const count of countOf({ ...line, delivered }, name, { consignment, point }, at)) {
      all.push(count);
      delivered += count.type === 'AssistanceDelivered' ? count.data.quantity : count.data.quantityBy;
    }
  }
  return all;
}

/**
 * What a consignment at the case's delivery point has brought of each line, as deliveries: none at
 * another point. What was counted before is corrected after the facts were, in quantity and day,
 * also after the case's end (R26); what another consignment had no room for is counted then. Before
 * the case is implemented it is noted, and counted then.
 */
export function deliveriesOf(
  { consignment: id, point }: CountDelivery,
  state: AssistanceCase,
  context: DecisionContext,
): readonly Besides<AssistanceCaseEvent>[] | Refusal {
  const { stream, known } = context;
  if (state.offer === null) return notImplemented(state) ?? [];
  if (state.offer.deliveryPoint !== point) return [];
  const consignment = known.of(consignmentFacts, id);
  const facts = { consignment: id, point };
  if (consignment?.case !== stream.id)
    return refuse('other-case', 'the consignment belongs to this case', null, {
      ...facts,
      case: consignment?.case ?? null,
    });
  const on = consignment.reached[point];
  if (on === undefined)
    return refuse('point-not-reached', `the consignment has reached the case's delivery point, ${point}`, null, facts);
  if (!state.implemented)
    return state.arrived.includes(id) || state.arrived.length === MAX_ARRIVED
      ? []
      : [{ type: 'ArrivalNoted', data: { consignment: id, point } }];
  const isOver = state.status === 'closed' || state.status === 'reconciled';
  return Object.keys(consignment.lines).flatMap((name): readonly Counted[] => {
    const brought = quantityAt(consignment, point, name);
    const own = countOf(ownValue(state.lines, name), name, facts, { brought, on, isOver });
    const [first] = own;
    const freed = first?.type === 'DeliveryCorrected' ? -first.data.quantityBy : 0;
    return [...own, ...countedInRoom(name, freed, state, context, id)];
  });
}

/**
 * What a consignment brings of each of its lines: before its receipt what is scheduled, nothing if
 * it was cancelled. It is noted until the case is closed or cancelled; what another system decided
 * is repeated as it is.
 */
export function scheduleOf(
  { consignment: id }: NoteSchedule,
  state: AssistanceCase,
  { stream, known }: DecisionContext,
): readonly Besides<AssistanceCaseEvent>[] | Refusal {
  const consignment = known.of(consignmentFacts, id);
  if (consignment?.case !== stream.id)
    return refuse('other-case', 'the consignment belongs to this case', null, {
      consignment: id,
      case: consignment?.case ?? null,
    });
  if (state.reported || state.status === 'closed' || state.status === 'cancelled') return [];
  const lines = Object.keys(consignment.lines).map((line) => ({ line, quantity: broughtBy(consignment, line) }));
  const isNew = lines.some(
    ({ line, quantity }) => ownValue(ownValue(state.lines, line)?.brought ?? {}, id) !== quantity,
  );
  return isNew ? [{ type: 'ScheduleNoted', data: { consignment: id, lines } }] : [];
}

/** What a consignment is to bring of a line, or has brought. */
const broughtBy = (consignment: Consignment, line: string): number => {
  if (consignment.cancelled) return 0;
  return quantityAt(consignment, consignment.reached.receipt === undefined ? 'origin' : 'receipt', line);
};

/** What is delivered of a line, or what its consignments and other deliveries bring, if more. */
export function comingOf({ delivered, brought, deliveries }: CaseLine): number {
  const shares = new Map<string, number>();
  let apart = 0;
  for (const { quantity, consignments } of Object.values(deliveries)) {
    apart += quantity;
    for (const [id, share] of Object.entries(consignments)) {
      apart -= share;
      shares.set(id, (shares.get(id) ?? 0) + share);
    }
  }
  // A consignment of which nothing is noted brings what was delivered of it.
  for (const [id, quantity] of Object.entries(brought)) shares.set(id, quantity);
  const coming = [...shares.values()].reduce((sum, quantity) => sum + quantity, apart);
  return Math.max(delivered, coming);
}

/**
 * The streams that the correction of a delivery consults: for a day, all that it rests on; for a
 * lower quantity, the consignments that may be counted then.
 */
export const correctedBy = (
  { line, corrects, quantityBy, consignment, on }: CorrectDelivery,
  state: AssistanceCase | null,
): readonly StreamRef[] => {
  const { consignments = {}, facts = [] } = ownValue(state?.lines ?? {}, line)?.deliveries[corrects] ?? {};
  const rests = on === undefined ? [] : Object.keys(consignments);
  const named = new Set([...(consignment === undefined ? [] : [consignment]), ...rests]);
  return [
    ...[...named].map((id) => ({ kind: consignmentFacts.kind, id })),
    ...(on === undefined ? [] : facts.flatMap(({ stream }) => parseStream(stream) ?? [])),
    ...(state === null || quantityBy >= 0 ? [] : waitingStreams(state, [line]).filter(({ id }) => !named.has(id))),
  ];
};

/** R30: the right day has come, and is not earlier than the facts that the delivery rests on. */
function cannotMoveTo(on: string, before: Delivery, state: AssistanceCase, context: DecisionContext): Refusal | null {
  const early = inTheFuture(on, context);
  if (early !== null) return early;
  const point = state.offer?.deliveryPoint ?? 'receipt';
  for (const consignment of Object.keys(before.consignments)) {
    const reached = context.known.of(consignmentFacts, consignment)?.reached[point];
    if (reached !== undefined && on < reached) return beforeTheFact({ consignment, point, reached });
  }
  return beforeFacts(on, before.facts, context);
}

/** R26: what was counted from a receipt follows the receipt: nothing is taken off twice. */
function belowReceipt(
  name: string,
  quantityBy: number,
  id: string,
  { lines, offer }: AssistanceCase,
  { known }: DecisionContext,
): Refusal | null {
  const consignment = known.of(consignmentFacts, id);
  if (consignment === null || (offer?.deliveryPoint ?? 'receipt') !== 'receipt') return null;
  const received = quantityAt(consignment, 'receipt', name);
  const had = counted(lines[name] as CaseLine, id);
  if (had + quantityBy >= received) return null;
  return refuse(
    'counted-from-receipt',
    'the receipt of the consignment shows less: once it is corrected, the delivery counted from it follows',
    'R26',
    { consignment: id, received, counted: had },
  );
}

/**
 * R26: a delivery is corrected by the difference, and its day by the right one; its event stays.
 */
export function cannotCorrectDelivery(
  data: CorrectDelivery,
  state: AssistanceCase,
  c: DecisionContext,
): Refusal | null {
  const { corrects, quantityBy, on, consignment } = data;
  const line = ownValue(state.lines, data.line);
  const before = line?.deliveries[corrects];
  if (line === undefined || before === undefined) throw new Error(`no delivery ${corrects} of the line ${data.line}`);
  const barred = exceedsOrdered(line, quantityBy) ?? (on === undefined ? null : cannotMoveTo(on, before, state, c));
  if (barred !== null) return barred;
  if (quantityBy === 0 && on === before.on) return nothingCorrected({ on });
  const shares = Object.keys(before.consignments);
  if (consignment === undefined ? shares.length > 0 && quantityBy !== 0 : !shares.includes(consignment))
    return refuse('share-not-named', 'the correction names a consignment that the delivery rests on', 'R26', {
      shares,
    });
  if (consignment === undefined) return null;
  const share = before.consignments[consignment] ?? 0;
  if (share + quantityBy < 0)
    return refuse('exceeds-what-is-left', 'no more is taken back than it brought', 'R31', { left: share });
  if (quantityBy < 0 && before.counted) return belowReceipt(data.line, quantityBy, consignment, state, c);
  return quantityBy > 0 ? unfounded(state, data.line, { consignment, quantity: quantityBy }, null, c) : null;
}
