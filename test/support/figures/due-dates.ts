import {
  type AssistanceCaseEvent,
  type ConsignmentEvent,
  type CountrySituationEvent,
  type DeploymentEvent,
  type EndUseCheckEvent,
  type FundingAccountEvent,
  type HoldEvent,
  MISUSE_STEPS,
  type MisuseCaseEvent,
  type MisuseStep,
  type ProgrammeEvent,
  type StakeholderEvent,
} from '@entente/contracts';
import { type RecordedEvent, actsFor } from '@entente/kernel';
import { type Figures, type Of, distinct, idOf, last, occurredOn, only, recordedOn, since, streamsOf } from './log.js';
import { type End, type Turn, duty, onceKnown } from './duty.js';
import { rightDay } from './situations.js';
import { EQUIPMENT_DUTIES } from './equipment-duties.js';
import { dayOfFact } from './consignments.js';
import { frameworkDuties } from './framework.js';
import { STEPS, concerned, endsStep } from './misuse.js';
import { MONEY, withdrawalOf } from './money.js';
import { statedLast } from './planning.js';
import { trainingDays } from './training.js';
import { VETTING_DAYS } from './vetting-days.js';

// ---- Duties of each kind of stream ----

type MilestoneStep = Of<ProgrammeEvent, (typeof MILESTONE)[number]>;
const MILESTONE = [
  'MilestonePlanned',
  'MilestoneReplanned',
  'MilestoneMet',
  'MilestoneMissed',
  'MilestoneCorrected',
  'MilestoneBecameOverdue',
] as const;

/** An outcome, or its right day, which replaces the one before. */
function outcome(steps: readonly MilestoneStep[], step: MilestoneStep, on: string): readonly Turn[] {
  const of = step.type === 'MilestoneCorrected' ? steps.find(({ id }) => id === step.data.corrects)?.type : step.type;
  const end: End = { is: of === 'MilestoneMet' ? 'done' : 'withdrawn', on };
  return [{ is: 'opened' }, end];
}

const milestoneTurns = (steps: readonly MilestoneStep[]): readonly Turn[] =>
  steps.flatMap((step): readonly Turn[] => {
    if (step.type === 'MilestoneBecameOverdue') return [{ is: 'overdue' }];
    if (step.type === 'MilestoneCorrected' && step.data.fact !== undefined) {
      const of = steps.find(({ id }) => id === step.data.corrects) as MilestoneStep;
      return step.data.due === undefined ? [] : [{ is: 'due', due: step.data.due, on: occurredOn(of), stays: true }];
    }
    if (step.type === 'MilestonePlanned' || step.type === 'MilestoneReplanned')
      return [{ is: 'due', due: step.data.due, on: occurredOn(step) }];
    return step.data.on === undefined ? [{ is: 'opened' }] : outcome(steps, step, step.data.on);
  });

/** The end of a stream: what is open then is not waited for any more. */
const endsWith = (end: RecordedEvent): Turn => ({ is: 'withdrawn', on: occurredOn(end) });

const milestones: Figures = (log, { day }) =>
  streamsOf<ProgrammeEvent>(log, 'programme').flatMap((events) =>
    only(events, 'MilestonePlanned').flatMap((planned) => {
      const { milestone: item } = planned.data;
      const steps = only(events, ...MILESTONE).filter(({ data }) => data.milestone === item);
      const { donor } = (last(events, 'ProgrammeProposed') as Of<ProgrammeEvent, 'ProgrammeProposed'>).data;
      const recipient = statedLast(events.slice(0, events.indexOf(planned)), 'recipient');
      const { stream } = planned;
      const about = { stream, duty: 'milestone', waitsFor: 'donor', item, donor, recipient, programme: idOf(stream) };
      const ends = only(events, 'ProgrammeCompleted', 'ProgrammeTerminated').map(endsWith);
      return duty(about, [...milestoneTurns(steps), ...ends], day);
    }),
  );

/** Each loss of goods that was reported waits for a monitor. */
const goodsLosses: Figures = (log, { day }) =>
  streamsOf<ConsignmentEvent>(log, 'consignment').flatMap((events) => {
    const { stream, data } = last(events, 'DeliveryScheduled') as Of<ConsignmentEvent, 'DeliveryScheduled'>;
    const { donor, recipient, programme = null, case: assistanceCase } = data;
    const about = { stream, duty: 'loss-verification', waitsFor: 'monitor', donor, recipient, programme };
    return only(events, 'GoodsLossReported').flatMap(({ data: { loss } }) => {
      const turns = events.flatMap((event): readonly Turn[] => {
        if (!('loss' in event.data) || event.data.loss !== loss) return [];
        if (event.type === 'GoodsLossReported') return [{ is: 'due', due: event.data.verifyBy, on: recordedOn(event) }];
        if (event.type === 'GoodsLossVerified' || event.type === 'GoodsLossRejected')
          return [{ is: 'done', on: occurredOn(event) }];
        if (event.type === 'GoodsLossWithdrawn') return [{ is: 'withdrawn', on: occurredOn(event) }];
        return event.type === 'GoodsLossBecameOverdue' ? [{ is: 'overdue' }] : [];
      });
      return duty({ ...about, item: loss, assistance_case: assistanceCase ?? null }, onceKnown(turns), day);
    });
  });

const deliveries: Figures = (log, { day }) =>
  streamsOf<ConsignmentEvent>(log, 'consignment').flatMap((events) => {
    const turns = events.flatMap((event): readonly Turn[] => {
      switch (event.type) {
        case 'DeliveryScheduled':
        case 'DeliveryRescheduled':
          return [{ is: 'due', due: event.data.due, on: occurredOn(event) }];
        case 'DateCorrected': {
          const { due, corrects } = event.data;
          const of = events.find(({ id }) => id === corrects) as typeof event;
          return due === undefined ? [] : [{ is: 'due', due, on: occurredOn(of), stays: true }];
        }
        case 'ReceiptConfirmed':
          return [{ is: 'done', on: dayOfFact(events, 'receipt') as string }];
        case 'ConsignmentCancelled':
          return [{ is: 'withdrawn', on: occurredOn(event) }];
        case 'DeliveryBecameOverdue':
          return [{ is: 'overdue' }];
        default:
          return [];
      }
    });
    const { stream, data } = last(events, 'DeliveryScheduled') as Of<ConsignmentEvent, 'DeliveryScheduled'>;
    const { donor, recipient, programme = null, case: assistanceCase } = data;
    const about = {
      stream,
      duty: 'delivery',
      waitsFor: 'donor',
      item: '',
      donor,
      recipient,
      programme,
      assistance_case: assistanceCase,
    };
    return duty(about, turns, day);
  });

const tranches: Figures = (log, asked) =>
  (MONEY['disbursements'] as Figures)(log, { ...asked, occurredBy: null }).flatMap((row) => {
    const { account, tranche, donor, recipient, currency } = row as Readonly<Record<string, string>>;
    const item = tranche as string;
    const stream = `funding-account/${account as string}`;
    const on = row['disbursed_on'] as string | null;
    const events =
      streamsOf<FundingAccountEvent>(log, 'funding-account').find(([first]) => first?.stream === stream) ?? [];
    const withdrawal = withdrawalOf(events, item);
    const steps = only(events, 'DisbursementPlanned', 'TrancheCorrected', 'TrancheBecameOverdue').filter(
      ({ data }) => data.tranche === item,
    );
    const turns: readonly Turn[] = [
      ...steps.flatMap((step): readonly Turn[] => {
        if (step.type === 'TrancheBecameOverdue') return [{ is: 'overdue' }];
        const given: Turn = { is: 'due', due: step.data.due, on: occurredOn(step) };
        return step.data.amount === 0 ? [given, { is: 'withdrawn', on: occurredOn(step) }] : [given];
      }),
      ...(withdrawal === undefined ? [] : [{ is: 'withdrawn', on: occurredOn(withdrawal) } as const]),
      ...(on === null ? [] : [{ is: 'done', on } as const]),
      ...only(events, 'FundingAccountClosed').map(endsWith),
    ];
    const about = {
      stream,
      duty: 'tranche',
      waitsFor: 'donor',
      item,
      donor: donor as string,
      recipient: recipient as string,
      programme: row['programme'] as string | null,
      assistance_case: row['assistance_case'] as string | null,
      planned: row['planned'] as number,
      disbursed: row['disbursed'] as number,
      currency: currency as string,
      last_disbursed_on: row['last_disbursed_on'] as string | null,
    };
    return duty(about, turns, asked.day);
  });

/** A case waits for the acceptance of its newest offer. */
const acceptances: Figures = (log, { day }) =>
  streamsOf<AssistanceCaseEvent>(log, 'assistance-case').flatMap((events) => {
    const made = last(events, 'OfferMade');
    if (made === undefined) return [];
    const ends = only(since(events, made), 'OfferAccepted', 'OfferLapsed', 'CaseCancelled').map((end): Turn => ({
      is: end.type === 'OfferAccepted' ? 'done' : 'withdrawn',
      on: occurredOn(end),
    }));
    const { stream, data } = last(events, 'AssistanceRequested') as Of<AssistanceCaseEvent, 'AssistanceRequested'>;
    const { donor, recipient, programme = null } = data;
    const parties = { donor, recipient, programme, assistance_case: idOf(stream) };
    const about = { stream, duty: 'acceptance', waitsFor: 'recipient', item: made.data.offer, ...parties };
    return duty(about, [{ is: 'due', due: made.data.validUntil, on: occurredOn(made) }, ...ends], day);
  });

const mandates: Figures = (log, { day }) =>
  streamsOf<StakeholderEvent>(log, 'stakeholder').flatMap((events) => {
    const steps = only(events, 'MandateGiven', 'MandateEnded');
    const nameOf = ({ data }: (typeof steps)[number]): string => `${data.to}/${data.role}`;
    return distinct(steps.map(nameOf)).flatMap((item) => {
      const ofName = steps.filter((step) => nameOf(step) === item);
      const turns = ofName.map((step): Turn =>
        step.type === 'MandateGiven'
          ? { is: 'due', due: step.data.until, on: occurredOn(step) }
          : { is: 'done', on: occurredOn(step) },
      );
      const { stream } = ofName[0] as (typeof steps)[number];
      return duty({ stream, duty: 'mandate-end', waitsFor: 'owner', item, organisation: idOf(stream) }, turns, day);
    });
  });

/** The donor of a hold as placed last, and corrected since. */
const donorOf = (ofName: readonly RecordedEvent<HoldEvent>[], placed: Of<HoldEvent, 'HoldPlaced'>): string | null =>
  only(since(ofName, placed), 'HoldCorrected')
    .flatMap(({ data }) => data.donor ?? [])
    .at(-1) ??
  placed.data.donor ??
  null;

/** The events of a hold without those since a policy placed it, until another placed it. */
function placedByOthers(ofName: readonly RecordedEvent<HoldEvent>[]): readonly RecordedEvent<HoldEvent>[] {
  let byPolicy = false;
  return ofName.filter(({ type, metadata }) => {
    if (type === 'HoldPlaced') byPolicy = metadata.actor.role === 'system';
    return !byPolicy;
  });
}

const holdEnds: Figures = (log, { day }) =>
  streamsOf<HoldEvent>(log, 'hold').flatMap((events) =>
    distinct(events.map(({ data }) => data.hold)).flatMap((item) => {
      const ofName = placedByOthers(events.filter(({ data }) => data.hold === item));
      const placed = last(ofName, 'HoldPlaced');
      if (placed === undefined) return [];
      const turns = ofName.flatMap((step): readonly Turn[] => {
        if (step.type === 'HoldLapsed') return [{ is: 'passed', on: occurredOn(step) }];
        if (step.type === 'HoldReleased') return [{ is: 'done', on: occurredOn(step) }];
        if (step.type === 'HoldReleaseWithdrawn') return [{ is: 'opened' }];
        return step.data.until === undefined ? [] : [{ is: 'due', due: step.data.until, on: occurredOn(step) }];
      });
      const { stream, data } = placed;
      const { kind, id } = data.scope;
      const scope = { programme: kind === 'programme' ? id : null, assistance_case: kind === 'case' ? id : null };
      return duty(
        {
          stream,
          duty: 'hold-end',
          waitsFor: 'owner',
          item,
          donor: donorOf(ofName, placed),
          organisation: actsFor(placed.metadata.actor),
          ...scope,
        },
        turns,
        day,
      );
    }),
  );

const precautions: Figures = (log, { day }) =>
  streamsOf<MisuseCaseEvent>(log, 'misuse-case').flatMap((events) => {
    const types = ['PrecautionarySuspensionOrdered', 'PrecautionarySuspensionRenewed'] as const;
    const turns = only(events, ...types, 'PrecautionarySuspensionLapsed').map((step): Turn =>
      step.type === 'PrecautionarySuspensionLapsed'
        ? { is: 'passed', on: occurredOn(step) }
        : { is: 'due', due: step.data.until, on: occurredOn(step) },
    );
    const { stream } = events[0] as (typeof events)[number];
    return duty({ stream, duty: 'precaution-end', waitsFor: 'donor', item: '', ...concerned(events) }, turns, day);
  });

/** Who does each step. */
const DOERS: Readonly<Record<MisuseStep, string>> = {
  acknowledge: 'intake',
  triage: 'intake',
  notify: 'donor',
  open: 'intake',
  reply: 'respondent',
  conclude: 'investigator',
  measure: 'donor',
  remediate: 'recipient',
};

/** Steps that are not done by these of the events that end them. */
const WITHDRAWS: Readonly<Partial<Record<MisuseStep, string>>> = {
  reply: 'MisuseDismissed',
  remediate: 'AssistanceTerminated',
};

/** Steps whose days run from the recording. */
const ONCE_KNOWN: readonly MisuseStep[] = ['acknowledge', 'triage', 'reply'];

function stepTurns(events: readonly RecordedEvent<MisuseCaseEvent>[], step: MisuseStep): readonly Turn[] {
  const { by } = STEPS[step];
  return events.flatMap((event): readonly Turn[] => {
    const field = by[event.type];
    const due =
      field === undefined ? undefined : (event.data as unknown as Readonly<Record<string, string | undefined>>)[field];
    const dayOf = ONCE_KNOWN.includes(step) ? recordedOn : occurredOn;
    const triage = event.type === 'TriageCorrected' ? events.find(({ id }) => id === event.data.corrects) : undefined;
    if (due !== undefined) return [{ is: 'due', due, on: dayOf(triage ?? event) }];
    if (triage !== undefined && step === 'notify') return [{ is: 'withdrawn', on: occurredOn(event) }];
    if (event.type === 'MisuseStepBecameOverdue') return event.data.step === step ? [{ is: 'overdue' }] : [];
    const on = occurredOn(event);
    if (event.type === 'MisuseCaseClosed' || event.type === 'MisuseCaseReopened' || event.type === WITHDRAWS[step])
      return [{ is: 'withdrawn', on }];
    return endsStep(events, step, event) ? [{ is: 'done', on }] : [];
  });
}

const steps: Figures = (log, { day }) =>
  streamsOf<MisuseCaseEvent>(log, 'misuse-case').flatMap((events) =>
    MISUSE_STEPS.flatMap((step) => {
      const { stream } = events[0] as (typeof events)[number];
      const assigned = step === 'conclude' ? last(events, 'InvestigatorAssigned') : undefined;
      const investigator = { organisation: assigned?.data.investigator ?? null };
      return duty(
        { stream, duty: step, waitsFor: DOERS[step], item: '', ...concerned(events), ...investigator },
        ONCE_KNOWN.includes(step) ? onceKnown(stepTurns(events, step)) : stepTurns(events, step),
        day,
      );
    }),
  );

/** Personnel are waited for until their alert ends, tasks until they are done or the plan ends. */
const situationDuties: Figures = (log, { day }) =>
  streamsOf<CountrySituationEvent>(log, 'country-situation').flatMap((events) => {
    const { stream, data } = last(events, 'CountrySituationOpened') as Of<
      CountrySituationEvent,
      'CountrySituationOpened'
    >;
    const parties = { stream, donor: data.donor, recipient: data.country, programme: data.programme ?? null };
    const passed =
      (of: string, name: string) =>
      (event: RecordedEvent<CountrySituationEvent>): readonly Turn[] =>
        event.type === 'SituationDutyBecameOverdue' && event.data.duty === of && event.data.item === name
          ? [{ is: 'overdue' }]
          : [];
    const alerts = only(events, 'PersonnelAlertIssued').flatMap((issued) => {
      const { alert: item, accountBy } = issued.data;
      const turns = events.flatMap((event): readonly Turn[] => {
        if (event === issued) return [{ is: 'due', due: accountBy, on: occurredOn(event) }];
        if (event.type === 'PersonnelAlertEnded' && event.data.alert === item)
          return [{ is: 'done', on: rightDay(events, event) }];
        return passed('accounting', item)(event);
      });
      return duty({ ...parties, duty: 'accounting', waitsFor: 'donor', item }, turns, day);
    });
    const tasks = only(events, 'ContinuityPlanActivated').flatMap((plan) => plan.data.tasks.map(({ task }) => task));
    const ofPlans = distinct(tasks).flatMap((item) => {
      const turns = events.flatMap((event): readonly Turn[] => {
        if (event.type === 'ContinuityPlanActivated')
          return event.data.tasks
            .filter(({ task }) => task === item)
            .map(({ due }) => ({
              is: 'due',
              due,
              on: occurredOn(event),
            }));
        if (event.type === 'ContinuityTaskCompleted' && event.data.task === item)
          return [{ is: 'done', on: rightDay(events, event) }];
        if (event.type === 'ContinuityPlanEnded' && event.data.open.includes(item))
          return [{ is: 'withdrawn', on: rightDay(events, event) }];
        return passed('continuity-task', item)(event);
      });
      return duty({ ...parties, duty: 'continuity-task', waitsFor: 'donor', item }, turns, day);
    });
    return [...alerts, ...ofPlans];
  });

const returns: Figures = (log, { day }) =>
  streamsOf<DeploymentEvent>(log, 'deployment').flatMap((events) => {
    const { stream, data } = last(events, 'PersonnelDeployed') as Of<DeploymentEvent, 'PersonnelDeployed'>;
    const { donor, recipient, programme = null, case: assistanceCase = null } = data;
    const turns = events.flatMap((event): readonly Turn[] => {
      if (event.type === 'PersonnelDeployed' || event.type === 'DeploymentExtended')
        return [{ is: 'due', due: event.data.plannedReturn, on: occurredOn(event) }];
      if (event.type === 'PersonnelReturned') return [{ is: 'done', on: rightDay(events, event) }];
      return event.type === 'ReturnBecameOverdue' ? [{ is: 'overdue' }] : [];
    });
    const about = {
      stream,
      duty: 'return',
      waitsFor: 'donor',
      item: '',
      donor,
      recipient,
      programme,
      assistance_case: assistanceCase,
    };
    return duty(about, turns, day);
  });

const checkDues: Figures = (log, { day }) =>
  streamsOf<EndUseCheckEvent>(log, 'end-use-check').flatMap((events) => {
    const { stream, data } = last(events, 'EndUseCheckScheduled') as Of<EndUseCheckEvent, 'EndUseCheckScheduled'>;
    const { donor, holder, programme = null, case: assistanceCase = null, manner } = data;
    const handed = only(events, 'CheckedItemsTransferred').findLast((one) => one.data.next === undefined);
    const recipient = handed?.data.to ?? holder;
    const turns = events.flatMap((event): readonly Turn[] => {
      switch (event.type) {
        case 'EndUseCheckScheduled':
          return [{ is: 'due', due: event.data.due, on: occurredOn(event) }];
        case 'EndUseCheckRescheduled':
          return [{ is: 'due', due: event.data.due, on: occurredOn(event), stays: true }];
        case 'EndUseCheckPerformed':
          return ['on-site', manner].includes(event.data.manner) ? [{ is: 'done', on: rightDay(events, event) }] : [];
        case 'AccessDenied':
          return [{ is: 'withdrawn', on: event.data.on }];
        case 'AccessDenialWithdrawn':
          return [{ is: 'opened' }];
        case 'EndUseCheckWaived':
          return [{ is: 'withdrawn', on: occurredOn(event) }];
        case 'EndUseCheckCancelled':
          return [{ is: 'withdrawn', on: last(events, 'EndUseCheckCancelled')?.data.on ?? occurredOn(event) }];
        case 'EndUseCheckBecameOverdue':
          return [{ is: 'overdue' }];
        default:
          return [];
      }
    });
    const about = { stream, duty: 'check', waitsFor: 'donor', item: '', donor, recipient };
    return duty({ ...about, programme, assistance_case: assistanceCase }, turns, day);
  });

const EACH: readonly Figures[] = [
  checkDues,
  situationDuties,
  returns,
  milestones,
  deliveries,
  goodsLosses,
  tranches,
  acceptances,
  mandates,
  holdEnds,
  precautions,
  frameworkDuties,
  steps,
  ...EQUIPMENT_DUTIES,
  ...VETTING_DAYS,
  trainingDays,
];

export const DUE_DATES: Readonly<Record<string, Figures>> = {
  'due-dates': (log, asked) => EACH.flatMap((rows) => rows(log, asked)),
};
