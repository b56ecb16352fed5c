import type {
  RequestThirdPartyTransfer,
  ThirdPartyTransferCommand,
  ThirdPartyTransferEvent,
  TransferredGoods,
} from '@entente/contracts';
import {
  type ConsultedStreams,
  type DataOf,
  type DecisionContext,
  type Refusal,
  type StreamRef,
  actsFor,
  authoriseBy,
  bySystem,
  decideBy,
  evolveBy,
  pick,
  refuse,
} from '@entente/kernel';
import type { DeciderOf } from '../decider-of.js';
import { factDay, inTheFuture, notOverYet, overBefore } from '../days.js';
import { correcting } from '../corrections.js';
import { inOrder } from '../fact-order.js';
import { type Besides, answerable } from '../fact-answers.js';
import { consignmentFacts, lotOf } from '../delivery/facts.js';
import { type NamedParty, notRegistered, partyStreams } from '../parties/registration.js';
import {
  type Item,
  type ThirdPartyTransfer,
  beforeReceipt,
  beforeTransfer,
  itemFacts,
  itemId,
  itemStream,
  itemTypeFacts,
  itemTypeId,
  storageSiteFacts,
  transferFacts,
  outsideConsent,
} from './item-facts.js';
import { unfitForRetransfer } from './certified-store.js';
import { programmeStreams, typeStream } from './check-terms.js';
import { only } from './senders.js';

const status = (is: ThirdPartyTransfer['status']) => () => ({ status: is });

const evolve = evolveBy<ThirdPartyTransfer, Besides<ThirdPartyTransferEvent>>()(
  'ThirdPartyTransferRequested',
  (data) => ({
    ...pick(data, 'kind', 'donor', 'holder', 'goods', 'to', 'endUse', 'programme', 'case'),
    status: 'requested',
    consent: null,
    correctable: new Map(),
    facts: new Map(),
  }),
  {
    TransferRequestCorrected: (data) => pick(data, 'to', 'endUse'),
    ThirdPartyTransferConsented: ({ until }, _, { metadata }) => ({
      status: 'consented',
      consent: { on: factDay(metadata), until },
    }),
    ThirdPartyTransferRefused: status('refused'),
    TransferConsentWithdrawn: status('consent-withdrawn'),
    TransferConsentLapsed: status('lapsed'),
    ThirdPartyTransferCarriedOut: status('carried-out'),
    ThirdPartyTransferWithdrawn: status('withdrawn'),
  },
);

// ---- Rules ----

/** A retransfer names its new holder, a change of end use the new one, and a disposal neither. */
function misfit({ kind, to, endUse }: Pick<RequestThirdPartyTransfer, 'kind' | 'to' | 'endUse'>): Refusal | null {
  if ((kind === 'retransfer') !== (to !== undefined))
    return refuse('new-holder-not-named', 'a retransfer names its new holder, and nothing else does', 'R13', { kind });
  if ((kind === 'change-of-end-use') !== (endUse !== undefined))
    return refuse('end-use-not-named', 'a change of end use names the new one, and nothing else does', 'R13', { kind });
  return null;
}

/** R13: the holder holds each item, and reported no loss of it. */
function itemNotHeld(
  { holder, status }: Pick<Item, 'holder' | 'status'>,
  by: string,
  facts: { readonly item: string; readonly serial: string },
): Refusal | null {
  return holder === by && status === 'held'
    ? null
    : refuse('item-not-held', 'the holder of the goods holds the item, and no loss of it is reported', 'R13', {
        ...facts,
        status,
      });
}

/** Goods of one type, as far as it matters whether they are monitored. */
type Serials = Pick<TransferredGoods, 'item' | 'serials'>;

/** R13: whether goods are monitored by their serials; else the serials are only names. */
const isBySerial = (donor: string, { item, serials = [] }: Serials, { known }: Pick<DecisionContext, 'known'>) =>
  known.of(itemTypeFacts, itemTypeId(donor, item))?.designated != null ||
  serials.some((serial) => known.of(itemFacts, itemId(donor, item, serial)) !== null);

/** R13: of what is monitored by serials each item is named, and the holder holds it. */
function notHeld(
  { donor, goods }: Pick<RequestThirdPartyTransfer, 'donor' | 'goods'>,
  holder: string,
  context: DecisionContext,
): Refusal | null {
  for (const { item, quantity, serials = [] } of goods) {
    if (!isBySerial(donor, { item, serials }, context)) continue;
    if (serials.length !== quantity)
      return refuse('serials-not-listed', 'items of a designated type are named by their serials', 'R13', {
        item,
        quantity,
      });
    for (const serial of serials) {
      const of = context.known.of(itemFacts, itemId(donor, item, serial));
      if (of === null) return refuse('item-not-found', 'the item is registered by its serial', 'R13', { item, serial });
      // An item that this transfer has moved already is no longer with the holder.
      const barred = of.transfer === context.stream.id ? null : itemNotHeld(of, holder, { item, serial });
      if (barred !== null) return barred;
    }
  }
  return null;
}

/**
 * R13: at its carrying out the holder still holds the items of a transfer. Goods that a consignment
 * brought without serials stay so if their type was designated since.
 */
const heldNoMore = ({ donor, goods, holder }: ThirdPartyTransfer, context: DecisionContext): Refusal | null =>
  notHeld({ donor, goods: goods.filter(({ serials = [] }) => serials.length > 0) }, holder, context);

/** R30: each item had come to the holder by the day. */
function itemNotReceivedYet(
  { donor, goods }: Pick<ThirdPartyTransfer, 'donor' | 'goods'>,
  on: string,
  { known, stream }: DecisionContext,
): Refusal | null {
  for (const { item, serials = [] } of goods) {
    for (const serial of serials) {
      const of = known.of(itemFacts, itemId(donor, item, serial));
      if (of === null || of.transfer === stream.id) continue;
      const about = { item, serial };
      const barred = beforeReceipt(on, of.receivedOn, about) ?? beforeTransfer(on, of.transferredOn, about);
      if (barred !== null) return barred;
    }
  }
  return null;
}

/** R30: goods that a consignment brought had come to the holder by the day. */
function goodsNotReceivedYet(
  { goods, holder }: Pick<ThirdPartyTransfer, 'goods' | 'holder'>,
  on: string,
  { known }: DecisionContext,
): Refusal | null {
  for (const { item, consignment } of goods) {
    if (consignment === undefined) continue;
    const of = known.of(consignmentFacts, consignment);
    if (of === null) continue;
    const about = { item, consignment };
    const { transferredOn = null } = lotOf(of, item, holder) ?? {};
    const barred = beforeReceipt(on, of.reached.receipt ?? null, about) ?? beforeTransfer(on, transferredOn, about);
    if (barred !== null) return barred;
  }
  return null;
}

/** The items that are named by their serials. */
const itemsOf = ({ donor, goods }: Pick<RequestThirdPartyTransfer, 'donor' | 'goods'>): readonly StreamRef[] =>
  goods.flatMap(({ item, serials = [] }) => serials.map((serial) => itemStream(donor, item, serial)));

/** The consignments that brought goods without serials. */
const consignmentsOf = (goods: readonly TransferredGoods[]): readonly StreamRef[] =>
  goods.flatMap(({ consignment: id }) => (id === undefined ? [] : [{ kind: consignmentFacts.kind, id }]));

/**
 * R13: goods that are not monitored by serials are counted where they were received: their holder
 * has that quantity there. What another system recorded is not counted.
 */
function notEnough(
  { donor, goods }: Pick<RequestThirdPartyTransfer, 'donor' | 'goods'>,
  holder: string,
  { known }: DecisionContext,
): Refusal | null {
  for (const { item, serials = [], consignment } of goods) {
    if (consignment === undefined && isBySerial(donor, { item, serials }, { known })) continue;
    if (consignment === undefined)
      return refuse('consignment-not-named', 'goods without serials name the consignment that brought them', 'R13', {
        item,
      });
    const of = known.of(consignmentFacts, consignment);
    if (of?.donor !== donor)
      return refuse('consignment-not-found', 'the donor named has sent the consignment', 'R13', { consignment });
    const same = goods.filter((one) => one.item === item && one.consignment === consignment);
    const quantity = same.reduce((sum, one) => sum + one.quantity, 0);
    const held = lotOf(of, item, holder)?.quantity ?? 0;
    if (!of.reported && quantity > held)
      return refuse(
        'more-than-held',
        'the sender holds at least that quantity of what the consignment brought',
        'R13',
        {
          item,
          consignment,
          held,
        },
      );
  }
  return null;
}

const transferParties = ({ donor, to }: RequestThirdPartyTransfer, holder: string): readonly NamedParty[] => [
  [donor, 'donor'],
  [holder, null],
  ...(to === undefined ? [] : ([[to, null]] as const)),
];

function request(data: RequestThirdPartyTransfer, context: DecisionContext) {
  const holder = actsFor(context.actor);
  if (data.donor === holder) return refuse('donor-is-recipient', 'donor and holder are two organisations');
  if (data.to === holder) return refuse('transfer-to-itself', 'the new holder is another organisation', 'R13');
  const barred =
    misfit(data) ??
    notRegistered(transferParties(data, holder), context) ??
    notHeld(data, holder, context) ??
    notEnough(data, holder, context);
  return barred ?? [{ type: 'ThirdPartyTransferRequested', data: { ...data, holder } } as const];
}

const notIn =
  (...statuses: readonly ThirdPartyTransfer['status'][]) =>
  (_: unknown, { status: is }: ThirdPartyTransfer): Refusal | null =>
    statuses.includes(is)
      ? null
      : refuse('wrong-transfer-status', `the transfer is ${statuses.join(' or ')}`, null, { status: is });

/** The types of the goods that are named by their serials, and move to another holder. */
const itemsBySerial = ({ kind, goods }: Pick<ThirdPartyTransfer, 'kind' | 'goods'>): readonly string[] =>
  kind === 'retransfer' ? goods.flatMap(({ item, serials = [] }) => (serials.length === 0 ? [] : [item])) : [];

/** R13: only after consent, within its days; donor, old and new holder are informed. */
function carryOut(
  data: DataOf<ThirdPartyTransferCommand, 'CarryOutThirdPartyTransfer'>,
  state: ThirdPartyTransfer,
  context: DecisionContext,
) {
  const { kind, donor, holder, goods, consent } = state;
  // That its last day passed may be recorded before what happened by then.
  if ((state.status !== 'consented' && state.status !== 'lapsed') || consent === null)
    return refuse('transfer-without-consent', 'the donor consented, and its consent is in force', 'R13', {
      status: state.status,
    });
  const { on, site } = data;
  const to = state.to ?? holder;
  const barred =
    outsideConsent(consent, on) ??
    inTheFuture(on, context) ??
    heldNoMore(state, context) ??
    notEnough(state, holder, context) ??
    itemNotReceivedYet(state, on, context) ??
    goodsNotReceivedYet(state, on, context) ??
    unfitForRetransfer(site, to, on, { ...state, recipient: to, items: itemsBySerial(state) }, context);
  const informed = [...new Set([donor, holder, to])];
  const event = { ...data, kind, donor, holder, to, goods, informed, ...pick(state, 'endUse') };
  return barred ?? [{ type: 'ThirdPartyTransferCarriedOut', data: event } as const];
}

const decide = decideBy<ThirdPartyTransfer, Besides<ThirdPartyTransferCommand>, Besides<ThirdPartyTransferEvent>>()(
  'RequestThirdPartyTransfer',
  request,
  () => null,
  {
    CorrectTransferRequest: {
      unless: (data, state, context) => {
        const { kind, holder } = state;
        const { to = state.to, endUse = state.endUse } = data;
        if (to === holder) return refuse('transfer-to-itself', 'the new holder is another organisation', 'R13');
        const parties = data.to === undefined ? [] : ([[data.to, null]] as const);
        return (
          notIn('requested')(data, state) ??
          misfit({ kind, ...(to && { to }), ...(endUse && { endUse }) }) ??
          notRegistered(parties, context)
        );
      },
      then: 'TransferRequestCorrected',
    },
    ConsentToThirdPartyTransfer: {
      unless: (data, state, context) => notIn('requested')(data, state) ?? overBefore(data.until, context, 'R13'),
      then: 'ThirdPartyTransferConsented',
    },
    RefuseThirdPartyTransfer: { unless: notIn('requested'), then: 'ThirdPartyTransferRefused' },
    WithdrawConsent: { unless: notIn('consented'), then: 'TransferConsentWithdrawn' },
    RecordLapsedConsent: {
      unless: ({ until }, state, context) => {
        const last = state.consent?.until ?? null;
        return (
          notIn('consented')({ until }, state) ??
          (until !== last
            ? refuse('other-last-day', 'the day is the last day of the consent', null, { until: last })
            : notOverYet(until, context, 'R13', 'until'))
        );
      },
      then: 'TransferConsentLapsed',
    },
    CarryOutThirdPartyTransfer: carryOut,
    WithdrawThirdPartyTransfer: { unless: notIn('requested', 'consented'), then: 'ThirdPartyTransferWithdrawn' },
  },
);

/** What is named, the store of the new holder, and the framework that can set R9 aside. */
function consults(
  command: Besides<ThirdPartyTransferCommand>,
  state: ThirdPartyTransfer | null,
  known: ConsultedStreams,
  sender: DecisionContext['actor'],
): readonly StreamRef[] {
  if (command.type === 'RequestThirdPartyTransfer') {
    const { donor, goods } = command.data;
    return [
      ...partyStreams(transferParties(command.data, actsFor(sender))),
      ...consignmentsOf(goods),
      ...goods.map(({ item }) => typeStream({ donor, item })),
      ...itemsOf(command.data),
    ];
  }
  if (command.type === 'CorrectTransferRequest')
    return command.data.to === undefined ? [] : partyStreams([[command.data.to, null]]);
  if (command.type !== 'CarryOutThirdPartyTransfer') return [];
  const { site } = command.data;
  return [
    ...(state === null ? [] : [...consignmentsOf(state.goods), ...itemsOf(state)]),
    ...(state === null ? [] : state.goods.map(({ item }) => typeStream({ donor: state.donor, item }))),
    ...programmeStreams(state?.programme, known),
    ...(site === undefined ? [] : [{ kind: storageSiteFacts.kind, id: site }]),
  ];
}

/** The rules of a retransfer, change of end use or disposal: R9, R13, R26, R29, R30. */
export const thirdPartyTransfer: DeciderOf<'third-party-transfer', ThirdPartyTransfer> = inOrder(
  {
    ConsentToThirdPartyTransfer: ['ThirdPartyTransferRequested'],
    RefuseThirdPartyTransfer: ['ThirdPartyTransferRequested'],
  },
  answerable(
    correcting({
      ...transferFacts,
      ids: 'prefixed',
      opens: 'RequestThirdPartyTransfer',
      evolve,
      consults: (command, state, known, sender) => consults(command, state, known, sender),
      authorise: authoriseBy<
        Besides<ThirdPartyTransferCommand>,
        ThirdPartyTransfer | null,
        'holder' | 'donor' | 'system'
      >({
        holder: only(
          'not-the-holder',
          'the organisation that holds the goods does this',
          (state) => state?.holder ?? null,
        ),
        donor: only('not-the-donor', 'the donor, or another on its behalf, does this', (state) => state?.donor ?? null),
        system: bySystem,
      }),
      decide,
    }),
  ),
);
