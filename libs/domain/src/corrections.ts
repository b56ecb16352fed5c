import type { CommandsOf, EventsOf, KindName } from '@entente/contracts';
import {
  type Command,
  type Decider,
  type Event,
  type Json,
  type Refusal,
  type StreamEvent,
  refuse,
} from '@entente/kernel';
import { factDay } from './days.js';

// ---- The table ----

/** How a correction relates to the events that it can name. */
export interface Correction<EventType extends string = string> {
  /** The event with which it is recorded. */
  readonly then: EventType;
  /** The types of the events that it can name, all of its own stream. */
  readonly names: readonly EventType[];
  /** The field that both have, with the same value: a period, a line, a milestone. */
  readonly within?: string;
  /** What it takes back of the number `of` the event: the number `by` of the correction. */
  readonly takes?: {
    readonly of: string;
    readonly by: string;
    /** `-1` if `by` is what it takes back, `1` if it is a difference, below zero to take back. */
    readonly sign: -1 | 1;
    /** The events whose number falls as that of the correction rises. */
    readonly opposite?: readonly string[];
    /** The list of the event whose items have the number, each `within` its own part. */
    readonly each?: string;
    /** Lists and texts of the correction that change something, too: the number may be zero. */
    readonly beside?: readonly string[];
  };
  /** The fields of the event that it replaces: at least one, with another value. */
  readonly replaces?: readonly string[];
  /** By type of event, the field of which `on` is the right day, if it is not `on` itself. */
  readonly days?: Readonly<Partial<Record<EventType, string>>>;
  /** Of the fields replaced, those that events of a type state, if they do not state all. */
  readonly states?: Readonly<Partial<Record<EventType, readonly string[]>>>;
  /** The fields of the event that the correction repeats, if the event has them. */
  readonly carries?: readonly string[];
  /** The events that it takes back whole if it replaces no field. */
  readonly withdraws?: readonly EventType[];
  /** Whether the rules of the kind derive the numbers, and check them. */
  readonly derives?: boolean;
}

/** The types of the commands that name an event which they correct. */
type Correcting<C extends Command> = C extends unknown
  ? 'corrects' extends keyof C['data']
    ? C['type']
    : never
  : never;

type CorrectionsOf<Kind extends KindName> = {
  readonly [Type in Correcting<CommandsOf<Kind>>]: Correction<EventsOf<Kind>['type']>;
};

/** Money is corrected by a movement back, in the period of the movement that it names. */
const movesBack = <const Type extends EventsOf<'funding-account'>['type']>(
  then: Type,
  ...names: readonly Type[]
): Correction<Type> => ({ then, names, within: 'period', takes: { of: 'amount', by: 'amount', sign: -1 } });

/** The movements of money that raise a stage, and those that lower one. */
const FORWARD = [
  'FundsPledged',
  'FundsCommitted',
  'FundsObligated',
  'FundsDisbursed',
  'ExpenditureReported',
  'ContributionPooled',
] as const satisfies readonly EventsOf<'funding-account'>['type'][];
const BACK = [
  'PledgeReduced',
  'FundsDecommitted',
  'FundsDeobligated',
  'FundsReimbursed',
  'ExpenditureCorrected',
] as const satisfies readonly EventsOf<'funding-account'>['type'][];

const LOSS_REPORTS = [
  'ItemReportedLost',
  'ItemReportedDestroyed',
  'ItemReportedExpended',
] as const satisfies readonly EventsOf<'item'>['type'][];

/** The last day of a clearance is corrected at the event that states it. */
const CLEARANCE_CORRECTIONS = {
  CorrectClearance: {
    then: 'ClearanceCorrected',
    names: ['ClearanceGiven', 'ClearanceRestored'],
    replaces: ['until'],
    carries: ['vettingCase'],
  },
} as const satisfies CorrectionsOf<'vetted-person'>;

/**
 * R26, R31: what each correction can name, and what it takes back of it. A command with a field
 * `corrects` that is missing here does not compile, nor does its kind.
 */
export const CORRECTIONS: {
  readonly [Kind in KindName as [Correcting<CommandsOf<Kind>>] extends [never] ? never : Kind]: CorrectionsOf<Kind>;
} = {
  stakeholder: {
    CorrectRegistration: {
      then: 'RegistrationCorrected',
      names: ['StakeholderRegistered'],
      replaces: ['name', 'type', 'country'],
    },
  },
  programme: {
    CorrectProgramme: {
      then: 'ProgrammeCorrected',
      names: [
        'ProgrammeProposed',
        'ProgrammeAdapted',
        'LegislatureNotified',
        'ProgrammeActivated',
        'ProgrammeCompleted',
      ],
      replaces: [
        'title',
        'recipient',
        'sector',
        'starts',
        'ends',
        'modality',
        'technology',
        'framework',
        'on',
        'noticeDays',
      ],
      states: {
        ProgrammeProposed: ['title', 'recipient', 'sector', 'starts', 'ends', 'framework'],
        ProgrammeAdapted: ['sector', 'ends', 'modality', 'technology'],
        LegislatureNotified: ['on', 'noticeDays'],
        ProgrammeActivated: ['on'],
        ProgrammeCompleted: ['on'],
      },
    },
    CorrectMilestone: {
      then: 'MilestoneCorrected',
      names: ['MilestonePlanned', 'MilestoneReplanned', 'MilestoneMet', 'MilestoneMissed'],
      within: 'milestone',
      replaces: ['on'],
      days: { MilestonePlanned: 'due', MilestoneReplanned: 'due' },
      withdraws: ['MilestoneMet', 'MilestoneMissed'],
    },
  },
  'funding-account': {
    CorrectAccount: {
      then: 'AccountCorrected',
      names: ['FundingAccountOpened'],
      replaces: ['fund', 'onBudget', 'budgetLine', 'availableUntil'],
    },
    CorrectExchangeRate: {
      then: 'ExchangeRateCorrected',
      names: ['ExchangeRateFixed'],
      replaces: ['quote', 'rate', 'on'],
    },
    ReducePledge: {
      ...movesBack('PledgeReduced', 'FundsPledged', 'ContributionPooled'),
      carries: ['contributor'],
    },
    DecommitFunds: movesBack('FundsDecommitted', 'FundsCommitted'),
    DeobligateFunds: movesBack('FundsDeobligated', 'FundsObligated'),
    ReimburseFunds: { ...movesBack('FundsReimbursed', 'FundsDisbursed'), carries: ['tranche'] },
    CorrectExpenditure: movesBack('ExpenditureCorrected', 'ExpenditureReported'),
    CorrectTranche: {
      then: 'TrancheCorrected',
      names: ['DisbursementPlanned'],
      within: 'tranche',
      replaces: ['amount', 'due'],
      carries: ['period'],
    },
    CorrectMovement: {
      then: 'MovementCorrected',
      names: [...FORWARD, ...BACK, 'FundsReallocatedOut', 'FundsReallocatedIn'],
      within: 'period',
      takes: { of: 'amount', by: 'amountBy', sign: 1, opposite: [...BACK, 'FundsReallocatedOut'] },
      carries: ['tranche', 'contributor', 'stage', 'to', 'from', 'out'],
      derives: true,
    },
  },
  'assistance-case': {
    CorrectCaseLine: {
      then: 'CaseLineCorrected',
      names: ['CaseLineAdded'],
      within: 'line',
      replaces: ['item', 'quantity', 'unit', 'value', 'due'],
    },
    CorrectReconciliation: {
      then: 'ReconciliationCorrected',
      names: ['CaseReconciled'],
      replaces: ['finalValue'],
    },
    CorrectInitialDeposit: {
      then: 'InitialDepositCorrected',
      names: ['InitialDepositReceived'],
      takes: { of: 'amount', by: 'difference', sign: 1 },
    },
    CorrectWorksDay: {
      then: 'WorksDayCorrected',
      names: ['WorksStarted', 'WorksCompleted', 'WorksAccepted'],
      within: 'line',
      replaces: ['on'],
    },
    CorrectDelivery: {
      then: 'DeliveryCorrected',
      names: ['AssistanceDelivered'],
      within: 'line',
      takes: { of: 'quantity', by: 'quantityBy', sign: 1, beside: ['on'] },
    },
  },
  consignment: {
    CorrectReceipt: {
      then: 'ReceiptCorrected',
      names: ['ReceiptConfirmed'],
      within: 'line',
      takes: {
        of: 'quantity',
        by: 'quantityBy',
        sign: 1,
        each: 'lines',
        beside: ['serialsAdded', 'serialsRemoved', 'store'],
      },
    },
    CorrectSerials: { then: 'SerialsCorrected', names: ['SerialsRegistered'], within: 'line', derives: true },
    CorrectDiscrepancy: {
      then: 'DiscrepancyCorrected',
      names: ['DiscrepancyReported'],
      within: 'discrepancy',
      replaces: ['line', 'type', 'quantity'],
    },
    CorrectGoodsLoss: {
      then: 'GoodsLossCorrected',
      names: ['GoodsLossReported'],
      within: 'loss',
      replaces: ['quantity', 'as', 'on', 'cause'],
    },
    WithdrawGoodsLoss: {
      then: 'GoodsLossWithdrawn',
      names: ['GoodsLossReported'],
      within: 'loss',
      replaces: [],
      withdraws: ['GoodsLossReported'],
    },
    CorrectShipment: { then: 'ShipmentCorrected', names: ['ConsignmentShipped'], replaces: ['unit'] },
    CorrectDate: {
      then: 'DateCorrected',
      names: [
        'DeliveryScheduled',
        'DeliveryRescheduled',
        'ConsignmentShipped',
        'ConsignmentArrivedAtHub',
        'TitleTransferred',
        'ReceiptConfirmed',
      ],
      replaces: ['on'],
      days: { DeliveryScheduled: 'due', DeliveryRescheduled: 'due' },
    },
  },
  'misuse-case': {
    CorrectMisuseReport: {
      then: 'MisuseReportCorrected',
      names: ['MisuseFlagged'],
      replaces: ['allegation', 'happened', 'scopes', 'programme', 'case', 'donor', 'recipient', 'accused'],
    },
    CorrectTriage: { then: 'TriageCorrected', names: ['MisuseTriaged'], replaces: ['incidentType'] },
    CorrectRecovery: {
      then: 'RecoveryCorrected',
      names: ['FundsRecovered'],
      takes: { of: 'amount', by: 'difference', sign: 1 },
    },
  },
  hold: {
    WithdrawHoldRelease: {
      then: 'HoldReleaseWithdrawn',
      names: ['HoldReleased'],
      within: 'hold',
      replaces: [],
      withdraws: ['HoldReleased'],
    },
    CorrectHold: {
      then: 'HoldCorrected',
      names: ['HoldPlaced'],
      within: 'hold',
      replaces: ['basis', 'until', 'donor'],
    },
  },
  'legal-framework': {
    CorrectAgreement: {
      then: 'AgreementCorrected',
      names: ['AgreementEnteredIntoForce'],
      replaces: ['on', 'until'],
    },
    CorrectFrameworkDay: {
      then: 'FrameworkDayCorrected',
      names: ['StatutoryReportSubmitted', 'WaiverGranted', 'ExceptionInvoked', 'WaiverEnded'],
      replaces: ['on'],
      days: { WaiverGranted: 'until', ExceptionInvoked: 'until' },
      carries: ['report', 'of', 'name'],
    },
  },
  'country-situation': {
    CorrectSituationDay: {
      then: 'SituationDayCorrected',
      names: [
        'InstabilityDeclared',
        'StabilityRestored',
        'PersonnelAlertIssued',
        'PersonnelAlertEnded',
        'ContinuityPlanActivated',
        'ContinuityTaskCompleted',
        'ContinuityPlanEnded',
      ],
      replaces: ['on'],
      carries: ['instability', 'alert'],
    },
  },
  deployment: {
    CorrectPersonnelIncident: {
      then: 'PersonnelIncidentCorrected',
      names: ['PersonnelIncidentReported'],
      within: 'incident',
      replaces: ['on', 'severity', 'hurt', 'evacuated'],
    },
    CorrectDeployment: {
      then: 'DeploymentCorrected',
      names: ['PersonnelDeployed'],
      replaces: ['role', 'women', 'men', 'persons', 'from', 'area'],
    },
    CorrectReturn: { then: 'ReturnCorrected', names: ['PersonnelReturned'], replaces: ['on'] },
    CorrectRelocation: { then: 'RelocationCorrected', names: ['PersonnelRelocated'], replaces: ['on', 'area'] },
  },
  'end-use-check': {
    CorrectCheckResult: { then: 'CheckResultCorrected', names: ['EndUseCheckPerformed'], derives: true },
    WithdrawAccessDenial: {
      then: 'AccessDenialWithdrawn',
      names: ['AccessDenied'],
      replaces: [],
      withdraws: ['AccessDenied'],
    },
    CorrectCheckDay: { then: 'CheckDayCorrected', names: ['EndUseCheckPerformed'], replaces: ['on'] },
  },
  'item-type': {
    CorrectItemType: {
      then: 'ItemTypeCorrected',
      names: ['ItemTypeRegistered'],
      replaces: ['name', 'unit', 'category'],
    },
  },
  'storage-site': {
    CorrectStorageSite: {
      then: 'StorageSiteCorrected',
      names: ['StorageSiteRegistered'],
      replaces: ['place', 'category', 'area'],
    },
    CorrectCertificate: { then: 'CertificateCorrected', names: ['StorageCertified'], replaces: ['on', 'until'] },
  },
  item: {
    CorrectItemReceipt: { then: 'ItemReceiptCorrected', names: ['ItemReceived'], replaces: ['on', 'site'] },
    CorrectLossReport: { then: 'LossReportCorrected', names: LOSS_REPORTS, replaces: ['on', 'cause'] },
    WithdrawLossReport: {
      then: 'LossReportWithdrawn',
      names: LOSS_REPORTS,
      replaces: [],
      withdraws: LOSS_REPORTS,
    },
    CorrectUnauthorisedTransfer: {
      then: 'UnauthorisedTransferCorrected',
      names: ['UnauthorisedTransferDetected'],
      replaces: ['on', 'place', 'with'],
    },
    WithdrawUnauthorisedTransfer: {
      then: 'UnauthorisedTransferWithdrawn',
      names: ['UnauthorisedTransferDetected'],
      replaces: [],
      withdraws: ['UnauthorisedTransferDetected'],
    },
  },
  'security-unit': {
    CorrectUnit: { then: 'UnitCorrected', names: ['UnitRegistered'], replaces: ['type', 'aliases', 'parent'] },
    ...CLEARANCE_CORRECTIONS,
  },
  'vetted-person': CLEARANCE_CORRECTIONS,
  'training-activity': {
    CorrectSession: {
      then: 'SessionCorrected',
      names: ['TrainingSessionHeld'],
      within: 'session',
      replaces: ['present', 'on'],
    },
    CorrectTraining: {
      then: 'TrainingCorrected',
      names: ['TrainingPlanned', 'TrainingStarted', 'TrainingCompleted', 'TrainingTerminated'],
      replaces: ['planned', 'completed', 'trained', 'cost', 'on'],
      states: {
        TrainingPlanned: ['planned', 'cost'],
        TrainingStarted: ['on'],
        TrainingCompleted: ['completed', 'cost', 'on'],
        TrainingTerminated: ['trained', 'cost', 'on'],
      },
    },
  },
  'vetting-case': {
    CorrectRemediationStep: {
      then: 'RemediationStepCorrected',
      names: ['RemediationStepTaken'],
      within: 'step',
      replaces: ['on'],
    },
    CorrectVettingDay: {
      then: 'VettingDayCorrected',
      names: ['SourceChecked', 'RecipientInformed', 'IneligibilityPublished'],
      replaces: ['on'],
    },
  },
  'third-party-transfer': {
    CorrectTransferRequest: {
      then: 'TransferRequestCorrected',
      names: ['ThirdPartyTransferRequested'],
      replaces: ['to', 'endUse'],
    },
  },
};

// ---- State ----

type Fields = Readonly<Record<string, Json | undefined>>;

/** An event as the corrections after it have left it. */
export interface CorrectableEvent {
  readonly type: string;
  /** What is left of its number, by the part that it is within (`''` if it has no parts). */
  readonly left: Map<string, number>;
  /** The part that the whole event is within; null if it has none, or one for each item. */
  readonly within: string | null;
  /** The fields that can be replaced or are carried, with their newest values. */
  readonly values: Record<string, Json | undefined>;
  /** Whether a correction has taken the whole of it back. */
  withdrawn: boolean;
  /** Whether it corrects another event itself. */
  readonly corrects: boolean;
  /** The day on which it happened, by its sender's word. */
  readonly on: string;
}

/** The events of a stream that a correction can name, by id. Changed in place: see the kernel. */
export type CorrectableEvents = ReadonlyMap<string, CorrectableEvent>;

/** A state that knows what is left of each of its events. */
export interface Correctable {
  readonly correctable: CorrectableEvents;
}

interface ByEvent {
  /** The corrections that can name an event, by its type. */
  readonly naming: ReadonlyMap<string, readonly Correction[]>;
  /** The correction that an event records, by its type. */
  readonly recorded: ReadonlyMap<string, Correction>;
}

function byEvent(corrections: readonly Correction[]): ByEvent {
  const naming = new Map<string, readonly Correction[]>();
  for (const correction of corrections)
    for (const name of correction.names) naming.set(name, [...(naming.get(name) ?? []), correction]);
  return { naming, recorded: new Map(corrections.map((correction) => [correction.then, correction])) };
}

/** The table by kind and event type. */
const BY_EVENT: Readonly<Record<string, ByEvent>> = Object.fromEntries(
  Object.entries(CORRECTIONS).map(([kind, corrections]) => [kind, byEvent(Object.values<Correction>(corrections))]),
);

const partOf = ({ within }: Correction, data: Fields): string => (within === undefined ? '' : (data[within] as string));

/** The event as it was recorded, for all corrections that can name it. */
function asRecorded(type: string, data: Fields, on: string, corrections: readonly Correction[]): CorrectableEvent {
  const left = new Map<string, number>();
  const values: CorrectableEvent['values'] = {};
  let within: string | null = null;
  for (const correction of corrections) {
    const { takes, replaces = [], carries = [], days = {} } = correction;
    for (const field of [...replaces, ...carries]) values[field] = data[(field === 'on' ? days[type] : null) ?? field];
    if (correction.within !== undefined && takes?.each === undefined) within = partOf(correction, data);
    if (takes === undefined) continue;
    const items = takes.each === undefined ? [data] : (data[takes.each] as readonly Fields[]);
    for (const item of items) left.set(partOf(correction, item), Number(item[takes.of]));
  }
  return { type, left, within, values, withdrawn: false, corrects: data['corrects'] !== undefined, on };
}

/** The change of a number by a correction. */
const changeBy = ({ by, sign }: NonNullable<Correction['takes']>, data: Fields): number => sign * Number(data[by]);

const replacedBy = ({ replaces = [] }: Correction, data: Fields): readonly string[] =>
  replaces.filter((field) => data[field] !== undefined);

/** What is left of the event after this correction. */
function apply(correction: Correction, data: Fields, event: CorrectableEvent): void {
  const { takes, withdraws = [] } = correction;
  const part = partOf(correction, data);
  const turn = takes?.opposite?.includes(event.type) === true ? -1 : 1;
  if (takes !== undefined) event.left.set(part, (event.left.get(part) ?? 0) + turn * changeBy(takes, data));
  const fields = replacedBy(correction, data);
  for (const field of fields) event.values[field] = data[field];
  if (withdraws.includes(event.type) && fields.length === 0) event.withdrawn = true;
}

/** Adds to the events, in place, what this one means for later corrections. */
function remember(kind: KindName, events: CorrectableEvents, { id, type, data, metadata }: StreamEvent): void {
  const { naming, recorded } = BY_EVENT[kind] as ByEvent;
  const corrections = naming.get(type);
  if (corrections !== undefined)
    (events as Map<string, CorrectableEvent>).set(id, asRecorded(type, data as Fields, factDay(metadata), corrections));
  const correction = recorded.get(type);
  const named = events.get((data as { readonly corrects?: string }).corrects ?? '');
  if (correction !== undefined && named !== undefined) apply(correction, data as Fields, named);
}

/** The fields that a correction of this event repeats. */
export const carriedBy = (
  { carries = [] }: Pick<Correction, 'carries'>,
  event: CorrectableEvent | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    carries.flatMap((field) => (typeof event?.values[field] === 'string' ? [[field, event.values[field]]] : [])),
  );

// ---- Rules ----

/** R26: a correction changes something. */
export const nothingCorrected = (facts: Readonly<Record<string, Json>> = {}): Refusal =>
  refuse('nothing-corrected', 'the correction differs from what is recorded', 'R26', facts);

const nothingLeft = (facts: Readonly<Record<string, Json>>): Refusal =>
  refuse('nothing-left-to-correct', 'earlier corrections have left something of the event', 'R31', facts);

/** R31: no more is taken back than earlier corrections have left, in the same part. */
function cannotTake(
  correction: Correction,
  takes: NonNullable<Correction['takes']>,
  data: Fields,
  event: CorrectableEvent,
): Refusal | null {
  const by = changeBy(takes, data);
  const beside = (takes.beside ?? []).some((list) => ((data[list] ?? []) as string | readonly Json[]).length > 0);
  if (by === 0) return beside ? null : nothingCorrected();
  const left = event.left.get(partOf(correction, data)) ?? 0;
  const { corrects } = data as { readonly corrects: string };
  if (by < 0 && left === 0) return nothingLeft({ corrects });
  if (left + by >= 0) return null;
  return refuse('exceeds-what-is-left', 'at most what is left of the event is taken back', 'R31', { corrects, left });
}

/** R26: a field is corrected at the event that stated it last. */
export const statedElsewhere = (field: string): Refusal =>
  refuse('stated-by-another-event', 'the event corrected is the last that stated the field', 'R26', { field });

/** R26: a field that is replaced is stated by the event, and has another value. */
function cannotReplace(correction: Correction, data: Fields, { type, values }: CorrectableEvent): Refusal | null {
  const fields = replacedBy(correction, data);
  const stated = correction.states?.[type];
  const other = fields.find((field) => stated?.includes(field) === false);
  if (other !== undefined) return statedElsewhere(other);
  if (fields.length === 0) return correction.withdraws?.includes(type) === true ? null : nothingCorrected();
  const differs = (field: string) => JSON.stringify(data[field]) !== JSON.stringify(values[field]);
  return fields.some(differs) ? null : nothingCorrected();
}

/** Whether the event is within another part, and was not moved to this one since. */
const isElsewhere = ({ within, left }: CorrectableEvent, part: string): boolean =>
  within !== null && within !== part && !left.has(part);

/** R26, R31: why a command may not correct the event that it names; null if it may. */
function cannotCorrect(kind: KindName, { type, data }: Command, { correctable }: Correctable): Refusal | null {
  const correction = (CORRECTIONS as Readonly<Record<string, Readonly<Record<string, Correction>>>>)[kind]?.[type];
  const { corrects } = data as { readonly corrects?: string };
  if (correction === undefined || corrects === undefined) return null;
  const { names, within, takes, replaces, derives = false } = correction;
  const event = correctable.get(corrects);
  if (event === undefined || !names.includes(event.type))
    return refuse('corrects-unknown-event', `the event corrected is of this stream, and ${names.join(' or ')}`, 'R26', {
      corrects,
    });
  if (derives) return null;
  if (within !== undefined && isElsewhere(event, partOf(correction, data as Fields)))
    return refuse('corrects-elsewhere', `the correction has the ${within} of the event corrected`, 'R31', {
      [within]: event.within,
    });
  if (event.withdrawn) return nothingLeft({ corrects });
  return (
    (takes === undefined ? null : cannotTake(correction, takes, data as Fields, event)) ??
    (replaces === undefined ? null : cannotReplace(correction, data as Fields, event))
  );
}

/** A decider whose corrections are checked by the table, before its own rules. */
export const correcting = <
  Kind extends KindName,
  C extends Command,
  E extends Event,
  State extends Correctable,
  By extends string,
>(
  decider: Decider<Kind, C, E, State | null, By>,
): Decider<Kind, C, E, State | null, By> => ({
  ...decider,
  evolve: (before, event) => {
    const state = decider.evolve(before, event);
    if (state !== null) remember(decider.kind, state.correctable, event);
    return state;
  },
  decide: (command, state, context) =>
    (state === null ? null : cannotCorrect(decider.kind, command, state)) ?? decider.decide(command, state, context),
});
