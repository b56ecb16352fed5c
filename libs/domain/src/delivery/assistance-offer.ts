import type {
  AcceptOffer,
  Amendment,
  CorrectCaseLine,
  LineAmendment,
  LineModification,
  ModifyCase,
  NotifyLegislatureOfOffer,
  OfferNamed,
  PrepareOffer,
} from '@entente/contracts';
import { type DecisionContext, type Refusal, refuse } from '@entente/kernel';
import { factDay, inTheFuture } from '../days.js';
import { frameworkOf, setAside } from '../framework/framework-facts.js';
import { parameterOf } from '../framework/parameters.js';
import { comingOf } from './assistance-delivery.js';
import { type AssistanceCase, type CaseLine, ownValue, statusOf } from './facts.js';

/** A change of one side or of both. */
type Change = LineModification & Partial<LineAmendment>;

/** The day on which it happened, as the sender states it. */

/** The case's value after these changes. */
export const valueAfter = (state: AssistanceCase, changes: readonly Change[], adds: readonly string[]): number =>
  changes.reduce((sum, change) => sum + change.valueBy, state.value) +
  adds.reduce((sum, name) => sum + (ownValue(state.lines, name)?.value ?? 0), 0);

const lineUnknown = (line: string): Refusal => refuse('line-unknown', 'the line is part of the case', null, { line });

/** A case's row holds each of its lines: more would make every version of it larger. */
export const MAX_LINES = 200;

/** A drafted line is not part of the case until an offer or an amendment names it. */
export function cannotAdd({ line }: { readonly line: string }, { lines }: AssistanceCase): Refusal | null {
  if (ownValue(lines, line) !== undefined)
    return refuse('line-already-added', 'no line of the case has this name', null, { line });
  return Object.keys(lines).length < MAX_LINES
    ? null
    : refuse('too-many-lines', `a case has at most ${MAX_LINES} lines; open another case`);
}

/** R26: what was received or is scheduled is of the item, and in the unit, that the line had. */
function alreadyBrought({ line: name, item, unit }: CorrectCaseLine, line: CaseLine): Refusal | null {
  const stays = (item ?? line.item) === line.item && (unit ?? line.unit) === line.unit;
  const brought = Object.entries(line.brought).filter(([, quantity]) => quantity > 0);
  if (stays || brought.length === 0) return null;
  return refuse(
    'line-delivered',
    'no consignment brings something of the line; one that is not under way is cancelled first',
    'R26',
    {
      line: name,
      scheduled: comingOf(line),
      consignments: brought.slice(0, 10).map(([consignment]) => consignment),
    },
  );
}

/**
 * R26: what is offered or in force is changed by another offer or an amendment; item and unit are
 * corrected until something is delivered or built, or a consignment brings something.
 */
export function cannotCorrectLine(data: CorrectCaseLine, state: AssistanceCase): Refusal | null {
  const line = ownValue(state.lines, data.line);
  if (line === undefined) return lineUnknown(data.line);
  if (line.delivered > 0 || line.works !== null || Object.keys(line.deliveries).length > 0)
    return refuse('line-delivered', 'nothing of the line was delivered or built yet', 'R26', { line: data.line });
  const brought = alreadyBrought(data, line);
  if (brought !== null) return brought;
  const offered =
    (state.status === 'prepared' || state.status === 'offered') && state.offer?.lines.includes(data.line) === true;
  const terms = [data.quantity, data.value, data.due].some((field) => field !== undefined);
  return terms && (offered || line.inForce)
    ? refuse('line-offered', 'quantity, value and day change by another offer or an amendment', 'R26', {
        line: data.line,
      })
    : null;
}

/** An offer answers a request, or replaces an offer that was not made or has lapsed. */
export function cannotPrepare(offer: PrepareOffer, state: AssistanceCase, c: DecisionContext): Refusal | null {
  if (state.status !== 'requested' && state.status !== 'prepared' && state.status !== 'lapsed')
    return refuse('not-requested', 'a complete request waits for an offer', null, { status: statusOf(state) });
  if (state.offer?.offer === offer.offer)
    return refuse('offer-already-prepared', 'another offer had this name, or none', null, { offer: offer.offer });
  const unknown = offer.lines.find((name) => ownValue(state.lines, name) === undefined);
  if (unknown !== undefined) return lineUnknown(unknown);
  const left = Object.keys(state.lines).find(
    (name) => state.lines[name]?.inForce === true && !offer.lines.includes(name),
  );
  if (left !== undefined)
    return refuse('line-in-force', 'the offer keeps the lines that are in force', 'R16', { line: left });
  const was = state.implemented ? state.offer : null;
  if (was !== null && (was.currency !== offer.currency || was.deliveryPoint !== offer.deliveryPoint))
    return refuse('terms-in-force', 'under execution the currency and the delivery point stay', 'R16', {
      currency: was.currency,
      deliveryPoint: was.deliveryPoint,
    });
  const sum = offer.lines.reduce((total, name) => total + (state.lines[name]?.value ?? 0), 0);
  if (sum > offer.value) return refuse('lines-exceed-value', "the offer's value covers its lines", null, { sum });
  if (offer.initialDeposit > offer.value)
    return refuse('deposit-exceeds-value', "the initial deposit stays within the offer's value", 'R16', {
      value: offer.value,
    });
  return expired(offer, c);
}

/**
 * R16, 22 USC 2776(b): an offer above the value that the programme's framework sets waits for the
 * legislature's notice, unless a waiver or an exception sets the rule aside. Of the framework's
 * days and the sender's, the longer ones count.
 */
export function withNotice(offer: PrepareOffer, { programme }: AssistanceCase, c: DecisionContext): PrepareOffer {
  const framework = frameworkOf(programme, c.known);
  if (framework === undefined || offer.value < parameterOf(framework, 'offerNoticeValue')) return offer;
  const scopes = programme === undefined ? [] : [{ kind: 'programme', id: programme } as const];
  if (setAside(framework, 'R16', factDay(c), scopes) !== null) return offer;
  const asked = parameterOf(framework, 'offerNoticeDays') > 15 ? 30 : 15;
  return { ...offer, noticeDays: offer.noticeDays === 30 ? 30 : asked };
}

const expired = (offer: PrepareOffer, c: DecisionContext): Refusal | null =>
  factDay(c) > offer.validUntil
    ? refuse('validity-passed', 'the offer is still valid on that day', 'R16', { until: offer.validUntil })
    : null;

/** Refuses unless the current offer has this name and status. */
function otherOffer(state: AssistanceCase, offer: string, status: 'prepared' | 'offered' | 'lapsed'): Refusal | null {
  if (state.status !== status) {
    const facts = { status: statusOf(state) };
    return status === 'prepared'
      ? refuse('not-prepared', 'an offer is prepared, and not made yet', 'R16', facts)
      : refuse('not-offered', 'the offer was made, and neither accepted nor lapsed', 'R16', facts);
  }
  return state.offer?.offer === offer
    ? null
    : refuse('other-offer', 'the command names the offer at hand', null, { offer: state.offer?.offer ?? null });
}

/** R16: the legislature is notified once of an offer that requires it. */
export function cannotNotify(
  { offer, on }: NotifyLegislatureOfOffer,
  state: AssistanceCase,
  c: DecisionContext,
): Refusal | null {
  const other = otherOffer(state, offer, 'prepared');
  if (other !== null) return other;
  if (state.offer?.noticeDays === undefined)
    return refuse('notice-not-required', 'the offer was prepared with a notice period', 'R16');
  if (state.noticeEnds !== null) return refuse('already-notified', 'the legislature has not been notified yet', 'R16');
  return inTheFuture(on, c);
}

/** R16: an offer that requires notice waits until the notice period has ended. */
export function cannotMake({ offer }: OfferNamed, state: AssistanceCase, c: DecisionContext): Refusal | null {
  const other = otherOffer(state, offer, 'prepared');
  if (other !== null || state.offer === null) return other;
  if (state.offer.noticeDays !== undefined) {
    if (state.noticeEnds === null)
      return refuse('legislature-not-notified', 'the legislature was notified of the offer', 'R16', {
        noticeDays: state.offer.noticeDays,
      });
    if (factDay(c) < state.noticeEnds)
      return refuse('notice-running', "the legislature's notice period has run out", 'R16', {
        until: state.noticeEnds,
      });
  }
  return expired(state.offer, c);
}

/**
 * R16: an offer is accepted as it was made, on a day on which it is valid, also if that is recorded
 * after the offer lapsed.
 */
export function cannotAccept(
  { offer, value, currency }: AcceptOffer,
  state: AssistanceCase,
  c: DecisionContext,
): Refusal | null {
  const other = otherOffer(state, offer, state.status === 'lapsed' ? 'lapsed' : 'offered');
  if (other !== null || state.offer === null) return other;
  if (factDay(c) > state.offer.validUntil)
    return refuse('offer-lapsed', 'the offer is accepted while it is valid', 'R16', { until: state.offer.validUntil });
  if (value === state.offer.value && currency === state.offer.currency) return null;
  return refuse('other-value', 'the value accepted is the value offered', 'R16', {
    value: state.offer.value,
    currency: state.offer.currency,
  });
}

/** An offer lapses on the day after its last day. */
export function cannotLapse({ offer }: OfferNamed, state: AssistanceCase, c: DecisionContext): Refusal | null {
  const other = otherOffer(state, offer, 'offered');
  if (other !== null || state.offer === null) return other;
  return factDay(c) > state.offer.validUntil
    ? null
    : refuse('offer-still-valid', "the offer's last day has passed", 'R16', { until: state.offer.validUntil });
}

/**
 * A change must fit a line in force, keep what is delivered, and stay within what a row can hold.
 */
function cannotChange(state: AssistanceCase, changes: readonly Change[], adds: readonly string[]): Refusal | null {
  const names = [...changes.map((change) => change.line), ...adds];
  if (names.length === 0) return refuse('changes-nothing', 'a line is changed or added');
  if (new Set(names).size < names.length)
    return refuse('line-twice', 'each line is named once', null, { lines: names });
  for (const { line: name, quantityBy = 0, valueBy } of changes) {
    const line = ownValue(state.lines, name);
    if (line?.inForce !== true) return lineUnknown(name);
    if (!Number.isSafeInteger(line.quantity + quantityBy))
      return refuse('quantity-beyond-range', 'the quantity stays within what a row can hold', null, { line: name });
    if (line.quantity + quantityBy < line.delivered)
      return refuse('below-delivered', 'the line keeps at least what is delivered', null, {
        line: name,
        delivered: line.delivered,
      });
    const coming = comingOf(line);
    if (quantityBy < 0 && line.quantity + quantityBy < coming)
      return refuse(
        'below-scheduled',
        'the line keeps at least what is delivered and scheduled; a consignment that is not under way is cancelled first',
        'R16',
        { line: name, scheduled: coming },
      );
    const value = line.value + valueBy;
    if (value < 0 || !Number.isSafeInteger(value))
      return refuse('amount-beyond-range', 'the value is not below zero and within what a row can hold', null, {
        line: name,
      });
  }
  const notDrafted = adds.find((name) => ownValue(state.lines, name)?.inForce !== false);
  if (notDrafted !== undefined)
    return refuse('line-not-drafted', 'the line was added and is not in force yet', null, { line: notDrafted });
  return Number.isSafeInteger(valueAfter(state, changes, adds))
    ? null
    : refuse('amount-beyond-range', "the case's value stays within what a row can hold");
}

const notAccepted = (state: AssistanceCase): Refusal | null =>
  state.status === 'accepted'
    ? null
    : refuse('not-accepted', 'the offer was accepted', 'R16', { status: statusOf(state) });

/** Only one amendment waits at a time; the next one offered replaces it. */
export const cannotOfferAmendment = (data: Amendment, state: AssistanceCase): Refusal | null =>
  notAccepted(state) ??
  (state.amendment?.amendment === data.amendment
    ? refuse('amendment-already-offered', 'no amendment waits under this name', null, { amendment: data.amendment })
    : cannotChange(state, data.changes, data.adds));

/**
 * Both sides: the recipient accepts what the donor offered; what was delivered in between stays.
 */
export const cannotAcceptAmendment = (amendment: string, state: AssistanceCase): Refusal | null =>
  notAccepted(state) ??
  (state.amendment?.amendment === amendment
    ? cannotChange(state, state.amendment.changes, state.amendment.adds)
    : refuse('amendment-not-offered', 'an amendment of this name waits for the recipient', null, { amendment }));

/** One side: the donor alone, if the quantities stay as they are. */
export const cannotModify = ({ changes }: ModifyCase, state: AssistanceCase): Refusal | null =>
  notAccepted(state) ?? cannotChange(state, changes, []);
