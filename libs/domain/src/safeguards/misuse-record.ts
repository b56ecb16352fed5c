import { type Event, type StreamEvent, never } from '@entente/kernel';
import type { Escalation, IncidentLimits, MisuseStep } from './incident-types.js';

/** What assistance is given to or for, and so what a suspension can stop: each scope can carry a hold. */
export const MISUSE_SCOPES = ['unit', 'item-type', 'case', 'programme', 'country'] as const;
export interface MisuseScope {
  readonly kind: (typeof MISUSE_SCOPES)[number];
  /** The id of the stream; of a country, its organisation's. */
  readonly id: string;
}

/** What can be decided once there is a finding. */
export const MEASURES = ['suspend', 'condition', 'recover', 'refer', 'terminate', 'no-action'] as const;
export type Measure = (typeof MEASURES)[number];

// ---- Events ----

/** What the reporter says. Days are YYYY-MM-DD. */
export interface MisuseReport {
  /** A code: an incident type as far as the reporter can tell, or another word. */
  readonly allegation: string;
  readonly programme?: string;
  readonly case?: string;
  readonly consignment?: string;
  readonly donor?: string;
  readonly recipient: string;
  /** The organisation that is said to have done it: the recipient, one of its services, an implementer, a donor. */
  readonly accused: string;
  /** The first and the last day on which it is said to have happened. */
  readonly happened: { readonly from: string; readonly to: string };
  readonly scopes: readonly MisuseScope[];
}

/** A report, with the last days on which it is to be acknowledged and triaged. Its sender is recorded by a pseudonym. */
export type MisuseFlagged = Event<
  'MisuseFlagged',
  MisuseReport & { readonly acknowledgeBy: string; readonly triageBy: string }
>;
/** A report was wrong in part: each field here replaces the report's. */
export type MisuseReportCorrected = Event<
  'MisuseReportCorrected',
  Partial<Pick<MisuseReport, 'allegation' | 'happened' | 'scopes'>> & {
    readonly corrects: string;
    readonly reason: string;
  }
>;
/** Accepted for investigation. The incident type's terms are copied as they stood on that day. */
export type MisuseTriaged = Event<
  'MisuseTriaged',
  {
    readonly incidentType: string;
    readonly noticeRequired: boolean;
    readonly escalation: Escalation;
    readonly limits: IncidentLimits;
    readonly openBy: string;
    /** Where the type asks for notice and none has been given yet. */
    readonly notifyBy?: string;
  }
>;
/** What stops at once, and the last day on which it does unless it is renewed. */
export interface Precaution {
  readonly scopes: readonly MisuseScope[];
  readonly until: string;
}
/** A finding, with the code of its ground and the organisation that made it. */
export interface Finding {
  readonly ground: string;
  readonly investigator: string;
}
/** What is decided: `no-action` is justified, `condition` has conditions, `refer` has an addressee; all are codes or ids. */
export interface MeasureTerms {
  readonly measure: Measure;
  readonly justification?: string;
  readonly conditions?: readonly string[];
  readonly referredTo?: string;
}
/** Money that came back, in minor units of its currency. */
export interface Recovery {
  readonly amount: number;
  readonly currency: string;
  readonly account?: string;
}

export type MisuseCaseEvent =
  | MisuseFlagged
  | MisuseReportCorrected
  | Event<'MisuseReportAcknowledged', { readonly channel: string }>
  | MisuseTriaged
  | Event<'MisuseDeclined', { readonly reason: string }>
  | Event<'InvestigationOpened', { readonly reason: string; readonly concludeBy: string }>
  | Event<'InvestigatorAssigned', { readonly investigator: string }>
  | Event<'EvidenceAdded', { readonly kind: string }>
  | Event<
      'AllegationPutToRecipient',
      { readonly channel: string; readonly to: readonly string[]; readonly replyBy: string }
    >
  | Event<
      'RecipientReplyReceived',
      { readonly from: string; readonly position: 'accepts' | 'accepts-in-part' | 'contests' }
    >
  | Event<'PrecautionarySuspensionOrdered', Precaution>
  | Event<'PrecautionarySuspensionRenewed', Precaution>
  | Event<'PrecautionarySuspensionLapsed', Precaution & { readonly reason: string }>
  | Event<'InvestigationExtended', { readonly until: string; readonly reason: string }>
  /** With the last day for the first measure. */
  | Event<'MisuseSubstantiated', Finding & { readonly measureBy: string }>
  | Event<'MisuseDismissed', Finding>
  | Event<'MisuseFoundInconclusive', Finding>
  | Event<'LegislatureNotifiedOfPossibleViolation', { readonly to: string; readonly reference: string }>
  | Event<'MeasureDecided', MeasureTerms>
  | Event<'AssistanceSuspended', { readonly scopes: readonly MisuseScope[] }>
  | Event<'RemediationPlanAgreed', { readonly steps: readonly string[]; readonly due: string }>
  /** The violation has ceased, since that day, by the word of a verifier who neither reported it nor is accused of it. */
  | Event<'RemediationVerified', { readonly ceasedOn: string; readonly verifier: string }>
  | Event<'AssurancesReceived', { readonly from: string; readonly undertakings: readonly string[] }>
  | Event<'AssistanceResumed', { readonly scopes: readonly MisuseScope[]; readonly reason: string }>
  | Event<'FundsRecovered', Recovery>
  /** `difference` is in minor units of the corrected recovery's currency: below zero where too much was recorded. */
  | Event<
      'RecoveryCorrected',
      { readonly corrects: string; readonly difference: number; readonly currency: string; readonly reason: string }
    >
  | Event<'AssistanceTerminated', { readonly scopes: readonly MisuseScope[]; readonly reason: string }>
  | Event<'MisuseCaseClosed', { readonly reason: string }>
  /** On new evidence, back to triage by that day. */
  | Event<'MisuseCaseReopened', { readonly reason: string; readonly triageBy: string }>
  /** `due` is the last day on which it could have been done in time. */
  | Event<'MisuseStepBecameOverdue', { readonly step: MisuseStep; readonly due: string }>;

// ---- State ----

/** How far the inquiry is. What is done about a finding stands beside it, in `measures` and `assistance`. */
export type MisuseStatus =
  'flagged' | 'accepted' | 'declined' | 'investigating' | 'substantiated' | 'dismissed' | 'inconclusive' | 'closed';

type Days = Readonly<Record<MisuseStep, string | null>>;

export interface MisuseCase extends Pick<MisuseReport, 'donor' | 'recipient' | 'accused'> {
  readonly status: MisuseStatus;
  /** The pseudonym, good for this case alone, under which the report was recorded. */
  readonly reporter: string;
  /** All zero until the triage says more. */
  readonly limits: IncidentLimits;
  readonly noticeRequired: boolean;
  readonly notified: boolean;
  readonly acknowledged: boolean;
  readonly investigator: string | null;
  /** Whether the accused has ever been told: its rights begin then, and do not end when the case is reopened. */
  readonly disclosed: boolean;
  /** The last day of the right of reply, once the allegation has been put in this round. */
  readonly replyBy: string | null;
  /** The organisations that replied in this round. */
  readonly replies: readonly string[];
  readonly precaution: Precaution | null;
  readonly measures: readonly Measure[];
  readonly assistance: 'running' | 'suspended' | 'resumed' | 'terminated';
  /** What the suspension in force stops. */
  readonly suspended: readonly MisuseScope[];
  readonly planned: boolean;
  readonly ceased: boolean;
  readonly assured: boolean;
  /** What came back, by the event that said so, as corrected. */
  readonly recoveries: Readonly<Record<string, Recovery>>;
  /** The last day of each step that has begun and is not done. */
  readonly due: Days;
  /** The last day that was recorded as overdue, by step. */
  readonly overdue: Days;
}

const NONE: Days = {
  acknowledge: null,
  triage: null,
  notify: null,
  open: null,
  reply: null,
  conclude: null,
  measure: null,
  remediate: null,
};

/** What a report, and again a reopening, begins with. */
const AFRESH = {
  status: 'flagged',
  limits: { open: 0, reply: 0, conclude: 0, measure: 0 },
  noticeRequired: false,
  investigator: null,
  replyBy: null,
  replies: [],
  precaution: null,
  measures: [],
  suspended: [],
  planned: false,
  ceased: false,
  assured: false,
} as const satisfies Partial<MisuseCase>;

const opened = ({ data, metadata }: StreamEvent<MisuseFlagged>): MisuseCase => ({
  ...AFRESH,
  ...(data.donor === undefined ? {} : { donor: data.donor }),
  recipient: data.recipient,
  accused: data.accused,
  reporter: metadata.actor.organisation,
  notified: false,
  acknowledged: false,
  disclosed: false,
  assistance: 'running',
  recoveries: {},
  due: { ...NONE, acknowledge: data.acknowledgeBy, triage: data.triageBy },
  overdue: NONE,
});

/** Folds what was said into what the next decision needs. */
export function evolve(state: MisuseCase | null, event: StreamEvent<MisuseCaseEvent>): MisuseCase | null {
  if (event.type === 'MisuseFlagged') return opened(event);
  if (state === null) return null;
  const due = (days: Partial<Days>): Days => ({ ...state.due, ...days });
  switch (event.type) {
    case 'MisuseReportAcknowledged':
      return { ...state, acknowledged: true, due: due({ acknowledge: null }) };
    case 'MisuseTriaged': {
      const { limits, noticeRequired, openBy, notifyBy } = event.data;
      const next = due({ triage: null, open: openBy, notify: notifyBy ?? null });
      return { ...state, status: 'accepted', limits, noticeRequired, due: next };
    }
    case 'MisuseDeclined':
      return { ...state, status: 'declined', due: due({ triage: null }) };
    case 'InvestigationOpened':
      return { ...state, status: 'investigating', due: due({ open: null, conclude: event.data.concludeBy }) };
    case 'InvestigatorAssigned':
      return { ...state, investigator: event.data.investigator };
    case 'AllegationPutToRecipient':
      return { ...state, disclosed: true, replyBy: event.data.replyBy, due: due({ reply: event.data.replyBy }) };
    case 'RecipientReplyReceived':
      return { ...state, replies: [...state.replies, event.data.from], due: due({ reply: null }) };
    case 'PrecautionarySuspensionOrdered':
    case 'PrecautionarySuspensionRenewed':
      return { ...state, precaution: event.data };
    case 'PrecautionarySuspensionLapsed':
      return { ...state, precaution: null };
    case 'InvestigationExtended':
      return { ...state, due: due({ conclude: event.data.until }) };
    case 'MisuseSubstantiated':
      return { ...state, status: 'substantiated', due: due({ conclude: null, measure: event.data.measureBy }) };
    case 'MisuseDismissed':
      return { ...state, status: 'dismissed', due: due({ conclude: null, reply: null }) };
    case 'MisuseFoundInconclusive':
      return { ...state, status: 'inconclusive', due: due({ conclude: null }) };
    case 'LegislatureNotifiedOfPossibleViolation':
      return { ...state, notified: true, due: due({ notify: null }) };
    case 'MeasureDecided':
      return { ...state, measures: [...state.measures, event.data.measure], due: due({ measure: null }) };
    case 'AssistanceSuspended':
      return { ...state, assistance: 'suspended', suspended: event.data.scopes };
    case 'RemediationPlanAgreed':
      return { ...state, planned: true, due: due({ remediate: event.data.due }) };
    case 'RemediationVerified':
      return { ...state, ceased: true, due: due({ remediate: null }) };
    case 'AssurancesReceived':
      return { ...state, assured: true };
    case 'AssistanceResumed':
      return { ...state, assistance: 'resumed', suspended: [] };
    case 'AssistanceTerminated':
      return { ...state, assistance: 'terminated', suspended: [], due: due({ remediate: null }) };
    case 'FundsRecovered':
      return { ...state, recoveries: { ...state.recoveries, [event.id]: event.data } };
    case 'RecoveryCorrected': {
      const { corrects, difference } = event.data;
      const was = state.recoveries[corrects];
      if (was === undefined) return state;
      return { ...state, recoveries: { ...state.recoveries, [corrects]: { ...was, amount: was.amount + difference } } };
    }
    case 'MisuseCaseClosed':
      return { ...state, status: 'closed', due: NONE };
    case 'MisuseCaseReopened': {
      const assistance = state.assistance === 'terminated' ? 'terminated' : 'running';
      return { ...state, ...AFRESH, assistance, due: { ...NONE, triage: event.data.triageBy } };
    }
    case 'MisuseStepBecameOverdue':
      return { ...state, overdue: { ...state.overdue, [event.data.step]: event.data.due } };
    case 'MisuseReportCorrected':
    case 'EvidenceAdded':
      return state;
    default:
      return never(event);
  }
}
