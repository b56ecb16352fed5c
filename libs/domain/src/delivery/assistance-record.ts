import type { AssistanceCaseEvent, LineAmendment, LineModification } from '@entente/contracts';
import type { Besides } from '../fact-answers.js';
import { evolveBy, pick, put } from '@entente/kernel';
import { factDay } from '../days.js';
import { withMisuseCase } from '../safeguards/misuse-holds.js';
import { withCorrection, withDelivery } from './assistance-delivery.js';
import { type AssistanceCase, type CaseLine, ownValue } from './facts.js';

type Lines = Pick<AssistanceCase, 'lines'>;

/** The lines with one of them changed, if one has this name. */
const withLine = ({ lines }: Lines, name: string, change: (line: CaseLine) => CaseLine): Lines => {
  const line = ownValue(lines, name);
  return { lines: line === undefined ? lines : put(lines, name, change(line)) };
};

/** The lines after these changes, with the added ones in force. */
function changed(
  { lines }: AssistanceCase,
  changes: readonly (LineModification & Partial<LineAmendment>)[],
  adds: readonly string[] = [],
): Lines {
  const after: Record<string, CaseLine> = { ...lines };
  for (const { line, quantityBy = 0, valueBy, due } of changes) {
    const was = after[line] as CaseLine;
    after[line] = { ...was, quantity: was.quantity + quantityBy, value: was.value + valueBy, due: due ?? was.due };
  }
  for (const name of adds) after[name] = { ...(after[name] as CaseLine), inForce: true };
  return { lines: after };
}

const worked =
  (stage: NonNullable<CaseLine['works']>['stage']) =>
  (
    { line, on }: { readonly line: string; readonly on: string },
    state: AssistanceCase,
    { id: event }: { readonly id: string },
  ) =>
    withLine(state, line, (was) => ({
      ...was,
      works: { stage, on, event, days: put(was.works?.days ?? {}, event, on) },
    }));

/** The case after one more event. */
export const evolveCase = evolveBy<AssistanceCase, Besides<AssistanceCaseEvent>>()(
  'AssistanceRequested',
  (data, { metadata }) => ({
    status: 'requested',
    requestedOn: factDay(metadata),
    ...pick(data, 'donor', 'recipient', 'programme', 'framework'),
    reported: data.basis === 'reported',
    offer: null,
    noticeEnds: null,
    value: 0,
    deposited: 0,
    implemented: false,
    reconciledBy: null,
    arrived: [],
    held: null,
    misuseCases: [],
    lines: {},
    amendment: null,
    correctable: new Map(),
    facts: new Map(),
  }),
  {
    RequestReturnedIncomplete: () => ({ status: 'returned' as const }),
    RequestSupplemented: () => ({ status: 'requested' as const }),
    CaseLineAdded: (data, { lines }) => {
      const nothing = { inForce: false, delivered: 0, brought: {}, deliveries: {}, works: null };
      const line = { ...pick(data, 'item', 'unit', 'quantity', 'value', 'due'), ...nothing };
      return { lines: put(lines, data.line, line) };
    },
    CaseLineCorrected: (data, state) =>
      withLine(state, data.line, (was) => ({ ...was, ...pick(data, 'item', 'unit', 'quantity', 'value', 'due') })),
    OfferPrepared: (offer) => ({ status: 'prepared' as const, offer, noticeEnds: null, value: offer.value }),
    LegislatureNotifiedOfOffer: ({ until }) => ({ noticeEnds: until }),
    OfferMade: () => ({ status: 'offered' as const }),
    OfferAccepted: (_, state) => ({ status: 'accepted' as const, ...changed(state, [], state.offer?.lines) }),
    OfferLapsed: () => ({ status: 'lapsed' as const }),
    InitialDepositReceived: ({ amount }, { deposited }) => ({ deposited: deposited + amount }),
    InitialDepositCorrected: ({ difference }, { deposited }) => ({ deposited: deposited + difference }),
    ArrivalNoted: ({ consignment }, { arrived }) => ({ arrived: [...arrived, consignment] }),
    CaseImplemented: (_, state) => ({ implemented: true, ...changed(state, [], state.offer?.lines) }),
    AmendmentOffered: (amendment) => ({ amendment }),
    AmendmentAccepted: ({ changes, adds, value }, state) => ({
      amendment: null,
      value,
      ...changed(state, changes, adds),
    }),
    CaseModified: ({ changes, value }, state) => ({ value, ...changed(state, changes) }),
    WorksStarted: worked('started'),
    WorksCompleted: worked('completed'),
    WorksAccepted: worked('accepted'),
    WorksDayCorrected: ({ line, corrects, on }, state) =>
      withLine(state, line, ({ works, ...was }) => ({
        ...was,
        works: works && {
          ...works,
          on: works.event === corrects ? on : works.on,
          days: put(works.days, corrects, on),
        },
      })),
    AssistanceDelivered: (data, state, { id }) => withLine(state, data.line, (line) => withDelivery(line, id, data)),
    ScheduleNoted: ({ consignment, lines: noted }, state) => {
      const lines = noted.reduce<Lines['lines']>(
        (after, { line, quantity }) =>
          withLine({ lines: after }, line, (was) => ({ ...was, brought: put(was.brought, consignment, quantity) }))
            .lines,
        state.lines,
      );
      return { lines };
    },
    DeliveryCorrected: (data, state) => ({
      ...withLine(state, data.line, (line) => withCorrection(line, data)),
      // A case that was reconciled before the quantity was corrected is reconciled again.
      ...(state.status === 'reconciled' && data.quantityBy !== 0 ? { status: 'accepted', reconciledBy: null } : {}),
    }),
    CaseHeld: ({ reason, misuseCase }, { misuseCases }) => ({
      held: reason,
      misuseCases: withMisuseCase(misuseCases, misuseCase),
    }),
    CaseReleased: () => ({ held: null }),
    CaseReconciled: (_, __, { id: reconciledBy }) => ({ status: 'reconciled' as const, reconciledBy }),
    ReconciliationCorrected: () => ({}),
    CaseClosed: () => ({ status: 'closed' as const }),
    CaseCancelled: () => ({ status: 'cancelled' as const }),
  },
);
