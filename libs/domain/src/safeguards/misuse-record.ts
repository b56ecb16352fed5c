import type {
  FlagMisuse,
  IncidentLimits,
  Measure,
  MisuseCaseEvent,
  AssistanceScope,
  MisuseStep,
  PrecautionarySuspensionOrdered,
  RecoverFunds,
} from '@entente/contracts';
import { evolveBy, pick, put } from '@entente/kernel';
import type { Correctable } from '../corrections.js';

// ---- State ----

/**
 * The stage of the inquiry. What is done about a finding is separate, in `measures` and
 * `assistance`.
 */
export type MisuseStatus =
  'flagged' | 'accepted' | 'declined' | 'investigating' | 'substantiated' | 'dismissed' | 'inconclusive' | 'closed';

type StepDays = Readonly<Record<MisuseStep, string | null>>;

/** The state of a misuse case. Days are YYYY-MM-DD, amounts in minor units of their currency. */
export interface MisuseCase extends Correctable, Pick<FlagMisuse, 'donor' | 'recipient' | 'accused' | 'programme'> {
  readonly status: MisuseStatus;
  /** The pseudonym of the reporter, valid for this case alone. */
  readonly reporter: string;
  /** All zero until the triage. */
  readonly limits: IncidentLimits;
  readonly noticeRequired: boolean;
  /** The event of the triage of this round; null before it. */
  readonly triagedBy: string | null;
  readonly notified: boolean;
  readonly acknowledged: boolean;
  readonly investigator: string | null;
  /**
   * Whether the accused has ever been notified: its rights begin then, and continue when the case
   * is reopened.
   */
  readonly disclosed: boolean;
  /** The last day of the right of reply, after the allegation was put in this round. */
  readonly replyBy: string | null;
  /** The organisations to which it was put in this round, and that have not replied. */
  readonly awaited: readonly string[];
  readonly precaution: PrecautionarySuspensionOrdered | null;
  /** The last one, if it was recorded as lapsed with its last day: it can have been renewed. */
  readonly lapsed: PrecautionarySuspensionOrdered | null;
  readonly measures: readonly Measure[];
  readonly assistance: 'running' | 'suspended' | 'resumed' | 'terminated';
  /** What the current suspension stops. */
  readonly suspended: readonly AssistanceScope[];
  /** In which scopes it has ended for good. */
  readonly terminated: readonly AssistanceScope[];
  readonly planned: boolean;
  readonly ceased: boolean;
  readonly assured: boolean;
  /** Recovered money, by the id of its event, as corrected; `earlier`: before it was reopened. */
  readonly recoveries: Readonly<Record<string, RecoverFunds & { readonly earlier?: true }>>;
  /** The last day of each step that has begun and is not done. */
  readonly due: StepDays;
  /** The last day that was recorded as overdue, by step. */
  readonly overdue: StepDays;
}

/**
 * Whether nothing came back since the case was reopened, if it was: what was corrected to nothing
 * counts as nothing.
 */
export const nothingRecovered = ({ recoveries }: Pick<MisuseCase, 'recoveries'>): boolean =>
  Object.values(recoveries).every(({ amount, earlier }) => amount === 0 || earlier === true);

const NONE: StepDays = {
  acknowledge: null,
  triage: null,
  notify: null,
  open: null,
  reply: null,
  conclude: null,
  measure: null,
  remediate: null,
};

/** The state with which a report and a reopening begin. */
const AFRESH = {
  status: 'flagged',
  limits: { open: 0, reply: 0, conclude: 0, measure: 0 },
  noticeRequired: false,
  triagedBy: null,
  investigator: null,
  replyBy: null,
  awaited: [],
  precaution: null,
  lapsed: null,
  measures: [],
  suspended: [],
  planned: false,
  ceased: false,
  assured: false,
} as const satisfies Partial<MisuseCase>;

/** The days that are due, after these steps have begun or ended. */
const after = ({ due }: MisuseCase, days: Partial<StepDays>): StepDays => ({ ...due, ...days });

/** Who still has to reply once this organisation has. */
export const othersThan = (from: string, { awaited }: Pick<MisuseCase, 'awaited'>): readonly string[] =>
  awaited.filter((organisation) => organisation !== from);

const inForce = (precaution: PrecautionarySuspensionOrdered) => ({ precaution, lapsed: null });

export const evolveMisuse = evolveBy<MisuseCase, MisuseCaseEvent>()(
  'MisuseFlagged',
  (data, { metadata }) => ({
    ...AFRESH,
    ...pick(data, 'donor', 'programme', 'recipient', 'accused'),
    reporter: metadata.actor.organisation,
    notified: false,
    acknowledged: false,
    disclosed: false,
    assistance: 'running',
    terminated: [],
    recoveries: {},
    correctable: new Map(),
    due: { ...NONE, acknowledge: data.acknowledgeBy, triage: data.triageBy },
    overdue: NONE,
  }),
  {
    MisuseReportCorrected: (data) => pick(data, 'donor', 'programme', 'recipient', 'accused'),
    MisuseReportAcknowledged: (_, state) => ({ acknowledged: true, due: after(state, { acknowledge: null }) }),
    MisuseTriaged: ({ limits, noticeRequired, openBy, notifyBy = null }, state, { id }) => ({
      status: 'accepted',
      triagedBy: id,
      limits,
      noticeRequired,
      due: after(state, { triage: null, open: openBy, notify: notifyBy }),
    }),
    TriageCorrected: ({ limits, noticeRequired, openBy, notifyBy = null }, state) => ({
      limits,
      noticeRequired,
      due: after(state, { open: openBy, notify: notifyBy }),
    }),
    MisuseDeclined: (_, state) => ({ status: 'declined', due: after(state, { triage: null }) }),
    InvestigationOpened: ({ concludeBy }, state) => ({
      status: 'investigating',
      due: after(state, { open: null, conclude: concludeBy }),
    }),
    InvestigatorAssigned: ({ investigator }) => ({ investigator }),
    EvidenceAdded: () => ({}),
    AllegationPutToRecipient: ({ to, replyBy }, state) => ({
      disclosed: true,
      replyBy,
      awaited: to,
      due: after(state, { reply: replyBy }),
    }),
    RecipientReplyReceived: ({ from }, state) => {
      const awaited = othersThan(from, state);
      return { awaited, due: awaited.length > 0 ? state.due : after(state, { reply: null }) };
    },
    PrecautionarySuspensionOrdered: inForce,
    PrecautionarySuspensionRenewed: inForce,
    PrecautionarySuspensionLapsed: ({ reason, ...of }) => ({
      precaution: null,
      lapsed: reason === 'not-renewed' ? of : null,
    }),
    InvestigationExtended: ({ until }, state) => ({ due: after(state, { conclude: until }) }),
    MisuseSubstantiated: ({ measureBy }, state) => ({
      status: 'substantiated',
      due: after(state, { conclude: null, measure: measureBy }),
    }),
    MisuseDismissed: (_, state) => ({ status: 'dismissed', due: after(state, { conclude: null, reply: null }) }),
    MisuseFoundInconclusive: (_, state) => ({ status: 'inconclusive', due: after(state, { conclude: null }) }),
    LegislatureNotifiedOfPossibleViolation: (_, state) => ({ notified: true, due: after(state, { notify: null }) }),
    MeasureDecided: ({ measure }, state) => ({
      measures: [...state.measures, measure],
      due: after(state, { measure: null }),
    }),
    AssistanceSuspended: ({ scopes }) => ({ assistance: 'suspended', suspended: scopes, lapsed: null }),
    RemediationPlanAgreed: ({ due }, state) => ({ planned: true, due: after(state, { remediate: due }) }),
    RemediationVerified: (_, state) => ({ ceased: true, due: after(state, { remediate: null }) }),
    AssurancesReceived: () => ({ assured: true }),
    AssistanceResumed: () => ({ assistance: 'resumed', suspended: [] }),
    AssistanceTerminated: ({ scopes }, state) => ({
      assistance: 'terminated',
      terminated: scopes,
      suspended: [],
      lapsed: null,
      due: after(state, { remediate: null }),
    }),
    FundsRecovered: (data, { recoveries }, { id }) => ({ recoveries: put(recoveries, id, data) }),
    RecoveryCorrected: ({ corrects, difference }, { recoveries }) => {
      const was = recoveries[corrects];
      if (was === undefined) return {};
      return { recoveries: put(recoveries, corrects, { ...was, amount: was.amount + difference }) };
    },
    MisuseCaseClosed: () => ({ status: 'closed', due: NONE }),
    MisuseCaseReopened: ({ triageBy }, { assistance, recoveries }) => ({
      ...AFRESH,
      recoveries: Object.fromEntries(Object.entries(recoveries).map(([id, of]) => [id, { ...of, earlier: true }])),
      assistance: assistance === 'terminated' ? 'terminated' : 'running',
      due: { ...NONE, triage: triageBy },
    }),
    MisuseStepBecameOverdue: ({ step, due }, { overdue }) => ({ overdue: { ...overdue, [step]: due } }),
  },
);
