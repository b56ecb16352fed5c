import type { AssistanceCaseEvent, MisuseCaseEvent, VettingCaseEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Breach, type Control, breach, dayOf } from './control.js';

type Ordered = AssistanceCaseEvent | MisuseCaseEvent | VettingCaseEvent;

/**
 * By type of event: those of the same stream that come before it or on the same day, with the same
 * value in a field where one is named.
 */
const AFTER: { readonly [Type in Ordered['type']]?: readonly (readonly [type: Ordered['type'], field?: string])[] } = {
  OfferAccepted: [['OfferMade', 'offer']],
  CaseImplemented: [['OfferAccepted'], ['InitialDepositReceived']],
  InformationAssessed: [['DerogatoryInformationRecorded', 'information']],
  VettingConcluded: [['VettingRequested'], ['InformationAssessed']],
  RemediationOpened: [['VettingConcluded']],
  RemediationCompleted: [['VettingConcluded'], ['RemediationStepTaken']],
  InvestigationOpened: [['MisuseTriaged']],
  RecipientReplyReceived: [['AllegationPutToRecipient']],
  MisuseSubstantiated: [['InvestigationOpened'], ['AllegationPutToRecipient']],
  AssistanceSuspended: [['MeasureDecided']],
  AssistanceResumed: [['AssistanceSuspended'], ['RemediationVerified'], ['AssurancesReceived']],
};

/** Those that come no earlier than the refusal of their vetting. */
const AFTER_REFUSAL: readonly string[] = ['RecipientInformed', 'IneligibilityPublished'];

const dayIn = (event: RecordedEvent): string => {
  const { on } = event.data as { readonly on?: string };
  return on ?? dayOf(event);
};

/** R30: a fact is dated before one on which it rests. */
export const factsOutOfOrder: Control = {
  name: 'facts-out-of-order',
  rule: 'R30',
  about:
    'a step of a vetting, a misuse case or an assistance case that is dated before one on which it rests, as a finding before the allegation was put',
  kinds: ['assistance-case', 'misuse-case', 'vetting-case'],
  byCorrectedFacts: true,
  start() {
    const earlier = new Map<string, RecordedEvent[]>();
    const bases = new Set<string>(Object.values(AFTER).flatMap((rests) => rests.map(([type]) => type)));
    const reported = new Set<string>();
    /** By vetting case, the first refusal: word of it and its publication come no earlier. */
    const refusals = new Map<string, RecordedEvent>();
    const concluded = new Set<string>();
    return (event): readonly Breach[] => {
      const { stream, type, metadata } = event;
      const data = event.data as Readonly<Record<string, unknown>>;
      if (data['basis'] === 'reported') reported.add(stream);
      const known = earlier.get(stream) ?? [];
      if (bases.has(type)) earlier.set(stream, [...known, event]);
      if (metadata.actor.role === 'system' || reported.has(stream)) return [];
      if (type === 'VettingConcluded') concluded.add(stream);
      const refuses = type === 'VettingConcluded' ? data['outcome'] === 'refused' : data['credible'] === true;
      if (refuses && concluded.has(stream) && !refusals.has(stream)) refusals.set(stream, event);
      const rests = AFTER[type as Ordered['type']] ?? [];
      const refusal = AFTER_REFUSAL.includes(type) ? (refusals.get(stream) ?? event) : event;
      if (dayIn(refusal) > dayIn(event))
        return breach(event, 'it comes no earlier than what it rests on', {
          on: dayIn(refusal),
          restsOn: refusal.type,
        });
      const late = known.find(
        (one) =>
          dayIn(one) > dayIn(event) &&
          rests.some(
            ([of, field]) =>
              of === one.type && (field === undefined || (one.data as typeof data)[field] === data[field]),
          ),
      );
      return late === undefined
        ? []
        : breach(event, 'it comes no earlier than what it rests on', { on: dayIn(late), restsOn: late.type });
    };
  },
};
