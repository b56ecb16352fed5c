import type { MisuseCase, MisuseCaseEvent } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';
import { type Elsewhere, type Invariants, type Sentences, dayOf, unlike, whole } from './invariant.js';

const DECIDED = ['substantiated', 'inconclusive'] as const;
const LIVE = ['accepted', 'investigating', ...DECIDED] as const;

/** R18: how far the inquiry is where each event is said; at any time where it is not named here. */
const WHILE: Readonly<Partial<Record<MisuseCaseEvent['type'], readonly MisuseCase['status'][]>>> = {
  MisuseTriaged: ['flagged'],
  MisuseDeclined: ['flagged'],
  InvestigationOpened: ['accepted'],
  InvestigatorAssigned: ['accepted', 'investigating'],
  AllegationPutToRecipient: ['investigating'],
  RecipientReplyReceived: [...LIVE, 'dismissed'],
  PrecautionarySuspensionOrdered: LIVE,
  PrecautionarySuspensionRenewed: LIVE,
  InvestigationExtended: ['investigating'],
  MisuseSubstantiated: ['investigating'],
  MisuseDismissed: ['investigating'],
  MisuseFoundInconclusive: ['investigating'],
  LegislatureNotifiedOfPossibleViolation: [...LIVE, 'dismissed'],
  MeasureDecided: DECIDED,
  AssistanceSuspended: DECIDED,
  RemediationPlanAgreed: DECIDED,
  RemediationVerified: DECIDED,
  AssurancesReceived: DECIDED,
  AssistanceResumed: DECIDED,
  FundsRecovered: [...DECIDED, 'closed'],
  AssistanceTerminated: DECIDED,
  MisuseCaseClosed: ['declined', 'dismissed', ...DECIDED],
  MisuseCaseReopened: ['declined', 'dismissed', 'closed'],
};

/** R18: whoever reported neither finds nor verifies. Both are sealed, as the report is, so that one pseudonym stands against the other. */
function found(event: RecordedEvent<MisuseCaseEvent>, was: MisuseCase): Sentences {
  if (
    event.type !== 'MisuseSubstantiated' &&
    event.type !== 'MisuseDismissed' &&
    event.type !== 'MisuseFoundInconclusive'
  )
    return {};
  return {
    'who investigates has not reported it': event.metadata.actor.organisation !== was.reporter,
    'who investigates was assigned, and is not accused':
      event.data.investigator === was.investigator && was.investigator !== was.accused,
  };
}

/** R18: what a case asks before it closes. */
function finished({ status, measures, assistance, ceased, noticeRequired, notified }: MisuseCase): Sentences {
  return {
    'a measure was decided on what was substantiated': status !== 'substantiated' || measures.length > 0,
    'assistance is not left suspended': assistance !== 'suspended',
    'a suspension was carried out': !measures.includes('suspend') || assistance !== 'running',
    'a termination was carried out': !measures.includes('terminate') || assistance === 'terminated',
    'conditions were met': !measures.includes('condition') || assistance === 'terminated' || ceased,
    'the legislature was told where it must be': !noticeRequired || notified,
  };
}

function demands(event: RecordedEvent<MisuseCaseEvent>, was: MisuseCase, elsewhere: Elsewhere): Sentences {
  const { measures, assistance } = was;
  const own = 'corrects' in event.data ? elsewhere.past(event.data.corrects) : undefined;
  switch (event.type) {
    case 'MisuseReportAcknowledged':
      return { 'a report is acknowledged once': !was.acknowledged };
    case 'MisuseReportCorrected':
      return { 'what is corrected is the report': own?.type === 'MisuseFlagged' && own.stream === event.stream };
    case 'InvestigatorAssigned':
      return { 'the accused does not investigate': event.data.investigator !== was.accused };
    case 'EvidenceAdded':
    case 'MisuseCaseReopened':
      return { 'it refers to evidence': event.metadata.evidence.length > 0 };
    case 'AllegationPutToRecipient':
      return { 'the allegation is put once': was.replyBy === null };
    case 'RecipientReplyReceived':
      return {
        'a reply follows what was put': was.replyBy !== null,
        'recipient and accused reply, each once':
          [was.recipient, was.accused].includes(event.data.from) && !was.replies.includes(event.data.from),
      };
    case 'PrecautionarySuspensionOrdered':
      return { 'no other precaution stands': was.precaution === null, 'it has a scope': event.data.scopes.length > 0 };
    case 'PrecautionarySuspensionRenewed':
      return {
        'a precaution is renewed for longer': was.precaution !== null && event.data.until > was.precaution.until,
      };
    case 'PrecautionarySuspensionLapsed':
      return { 'what lapses was in force': was.precaution !== null && was.precaution.until === event.data.until };
    case 'MisuseSubstantiated':
      return {
        'the reply was heard, or its days are over':
          was.replyBy !== null && (was.replies.length > 0 || dayOf(event) > was.replyBy),
      };
    case 'LegislatureNotifiedOfPossibleViolation':
      return { 'the legislature is told once': !was.notified };
    case 'MeasureDecided':
      return {
        'a measure is decided once': !measures.includes(event.data.measure),
        'only no action goes without a hearing': event.data.measure === 'no-action' || was.replyBy !== null,
      };
    case 'AssistanceSuspended':
      return { 'a suspension was decided, of what runs': measures.includes('suspend') && assistance === 'running' };
    case 'RemediationVerified':
      return {
        'what is verified was planned, and not verified yet': was.planned && !was.ceased,
        'who verifies has not reported it': event.metadata.actor.organisation !== was.reporter,
        'who verifies is not accused': event.data.verifier !== was.accused,
      };
    case 'AssistanceResumed':
      return {
        'what is resumed was suspended': assistance === 'suspended',
        'the violation has ceased': was.ceased,
        'assurances were given': was.assured,
      };
    case 'FundsRecovered':
      return { 'a recovery was decided': measures.includes('recover') };
    case 'RecoveryCorrected':
      return { 'what is corrected came back in this case': was.recoveries[event.data.corrects] !== undefined };
    case 'AssistanceTerminated':
      return { 'a termination was decided, once': measures.includes('terminate') && assistance !== 'terminated' };
    case 'MisuseCaseClosed':
      return finished(was);
    case 'MisuseStepBecameOverdue': {
      const { step, due } = event.data;
      return { 'a step that is due becomes overdue, once': was.due[step] === due && was.overdue[step] !== due };
    }
    default:
      return {};
  }
}

/** A misuse case: who reported stays hidden, who is accused is heard, and nothing closes unfinished. */
export const misuseCases: Invariants<MisuseCase, MisuseCaseEvent> = {
  opens: 'MisuseFlagged',
  says: (event, was, elsewhere) => {
    if (was === null) return { 'its sender is hidden': event.metadata.actor.organisation.startsWith('sealed.') };
    return {
      'the inquiry is where this can be said': WHILE[event.type]?.includes(was.status) ?? true,
      'what was terminated stays so': was.assistance !== 'terminated' || event.type !== 'AssistanceSuspended',
      ...found(event, was),
      ...demands(event, was, elsewhere),
    };
  },
  holds: (is) => {
    const recoveries = Object.values(is.recoveries);
    const totals = Map.groupBy(recoveries, ({ currency }) => currency).values();
    return {
      'what is suspended is named': (is.assistance === 'suspended') === is.suspended.length > 0,
      'no precaution outlives its case':
        is.precaution === null || (LIVE as readonly MisuseCase['status'][]).includes(is.status),
      'no action stands alone': !is.measures.includes('no-action') || is.measures.length === 1,
      'each measure is there once': unlike(is.measures),
      'each reply is there once': unlike(is.replies),
      'what came back is whole': recoveries.every(({ amount }) => whole(amount)),
      'totals are whole': [...totals].every((all) => whole(all.reduce((total, { amount }) => total + amount, 0))),
      'nothing is due of a closed case': is.status !== 'closed' || Object.values(is.due).every((day) => day === null),
      'what has ceased was planned': !is.ceased || is.planned,
    };
  },
};
