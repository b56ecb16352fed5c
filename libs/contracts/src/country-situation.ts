import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';
import {
  code,
  day,
  eventId,
  flag,
  nested,
  nestedList,
  oneOf,
  optional,
  organisation,
  streamId,
  word,
  words,
} from './fields.js';

/** How checks are made in a country: on the spot, or remotely while it is unstable. */
const MONITORING_MODES = ['normal', 'remote'] as const;
export type MonitoringMode = (typeof MONITORING_MODES)[number];

/** What becomes overdue in a situation. */
const SITUATION_DUTIES = ['accounting', 'continuity-task'] as const;
export type SituationDuty = (typeof SITUATION_DUTIES)[number];

/** The facts of a situation whose day can be corrected. */
const SITUATION_FACTS = ['instability', 'restoration', 'alert', 'alert-end', 'plan', 'task', 'plan-end'] as const;
export type SituationFact = (typeof SITUATION_FACTS)[number];

const on = (what: string, example = '2026-05-04') => day(`the day ${what}`, example);
const reason = (example: string) => code('the code of the reason', example);
const level = () => code("the level of risk, in the donor's own scale", 'elevated');
const instability = () => word("the instability's name in this situation", 'unrest-2026');
const alert = () => word("the alert's name in this situation", 'alert-1');
const plan = () => word("the continuity plan's name", 'plan-b');
const task = () => word("the task's name in its plan", 'relocate-records');

export class OpenCountrySituation {
  @organisation("the country, by its organisation's id", 'estmark') readonly country!: string;
  @optional() @code('the area of the country; the whole country if it is left out', 'north') readonly area?: string;
  @organisation('the donor whose assistance and personnel it concerns') readonly donor!: string;
  @optional() @streamId('programme', 'the programme, if it concerns only one') readonly programme?: string;
  @level() readonly level!: string;
}

export class AssessCountryRisk {
  @level() readonly level!: string;
  @on('of the assessment') readonly on!: string;
}

/** Something that the continuity plan asks for. */
export class ContinuityTask {
  @task() readonly task!: string;
  @day('the last day for the task', '2026-06-15') readonly due!: string;
}

export class ActivateContinuityPlan {
  @plan() readonly plan!: string;
  @on('from which it applies') readonly on!: string;
  @nestedList(() => ContinuityTask, 'the tasks of the plan', 50) readonly tasks!: readonly ContinuityTask[];
}

/** The steward carries out what a declaration asks for: remote monitoring, a hold, a plan. */
export class DeclareInstability {
  @instability() readonly instability!: string;
  @on('from which the area is unstable') readonly on!: string;
  @reason('armed-clashes') readonly reason!: string;
  @flag('whether checks are made remotely meanwhile (R20)') readonly remoteMonitoring!: boolean;
  @flag("whether the donor's assistance to the country is put on hold (R19)", false) readonly hold!: boolean;
  @optional()
  @nested(() => ActivateContinuityPlan, 'the continuity plan that is activated')
  readonly continuity?: ActivateContinuityPlan;
}

/** The country and the donor are those of the situation: the decision adds them. */
export class InstabilityDeclared extends DeclareInstability {
  @organisation('the country', 'estmark') readonly country!: string;
  @organisation('the donor') readonly donor!: string;
}

export class RestoreStability {
  @on('from which the area is stable again', '2026-05-30') readonly on!: string;
  @reason('ceasefire-holds') readonly reason!: string;
}

/** The instability that ended, and whether it had a hold: the decision adds them. */
export class StabilityRestored extends RestoreStability {
  @instability() readonly instability!: string;
  @organisation('the country', 'estmark') readonly country!: string;
  @flag("whether the donor's assistance was put on hold for it") readonly hold!: boolean;
}

export class ChangeMonitoringMode {
  @oneOf(MONITORING_MODES, 'how checks are made from now on', 'remote') readonly mode!: MonitoringMode;
  @on('of the change') readonly on!: string;
  @reason('instability') readonly reason!: string;
}

export class IssuePersonnelAlert {
  @alert() readonly alert!: string;
  @on('of the alert') readonly on!: string;
  @code('what personnel are asked to do', 'shelter-in-place') readonly instruction!: string;
  @reason('rocket-fire') readonly reason!: string;
  @day('the last day on which personnel in the area are accounted for', '2026-05-05') readonly accountBy!: string;
}

export class EndPersonnelAlert {
  @alert() readonly alert!: string;
  @on('from which it does not apply any more', '2026-05-09') readonly on!: string;
  @reason('threat-over') readonly reason!: string;
}

export class CompleteContinuityTask {
  @task() readonly task!: string;
  @on('on which it was completed', '2026-05-06') readonly on!: string;
}

export class EndContinuityPlan {
  @on('from which it does not apply any more', '2026-06-01') readonly on!: string;
  @reason('normal-operation') readonly reason!: string;
}

/** The plan that ended, and its tasks that are not completed: the decision adds them. */
export class ContinuityPlanEnded extends EndContinuityPlan {
  @plan() readonly plan!: string;
  @words('its tasks that were not completed', ['brief-personnel'], 50) readonly open!: readonly string[];
}

export class RecordOverdueSituationDuty {
  @oneOf(SITUATION_DUTIES, 'what was due') readonly duty!: SituationDuty;
  @word("the alert's or the task's name", 'alert-1') readonly item!: string;
  @day('the last day for what was due, which is over', '2026-05-05') readonly due!: string;
}

export class CorrectSituationDay {
  @eventId('the event that was wrong') readonly corrects!: string;
  @day('the right day', '2026-05-03') readonly on!: string;
  @reason('mistyped') readonly reason!: string;
}

/**
 * The fact of the corrected event, and what it is of: the decision adds them, and of an instability
 * its country and whether that was put on hold.
 */
export class SituationDayCorrected extends CorrectSituationDay {
  @oneOf(SITUATION_FACTS, 'the fact of which the day is corrected', 'alert') readonly fact!: SituationFact;
  @word("the instability's, the alert's, the plan's or the task's name", 'alert-1') readonly item!: string;
  @optional()
  @words('of the end of a plan: its tasks that were not completed', ['brief-personnel'], 50)
  readonly open?: readonly string[];
  @optional() @organisation('the country', 'estmark') readonly country?: string;
  @optional() @flag('whether the instability put assistance on hold', true) readonly hold?: boolean;
}

export class CloseCountrySituation {
  @reason('assistance-ended') readonly reason!: string;
}

/** The situation of a country, or of an area in it, as one donor sees it. */
export const countrySituationContract = contract({
  kind: 'country-situation',
  about: 'the situation in a country or an area: its risk, instability, alerts to personnel, and continuity plan',
  commands: {
    OpenCountrySituation: command('open', OpenCountrySituation, 'donor', 'Begin to follow the situation in an area'),
    AssessCountryRisk: command('assess-risk', AssessCountryRisk, 'donor', 'Record another level of risk'),
    DeclareInstability: command('declare-instability', DeclareInstability, 'donor', 'Declare the area unstable'),
    RestoreStability: command('restore-stability', RestoreStability, 'donor', 'Declare the area stable again'),
    ChangeMonitoringMode: command(
      'change-monitoring',
      ChangeMonitoringMode,
      ['donor', 'system'],
      'Change how checks are made in the area',
    ),
    IssuePersonnelAlert: command('issue-alert', IssuePersonnelAlert, 'donor', 'Alert the personnel in the area'),
    EndPersonnelAlert: command('end-alert', EndPersonnelAlert, 'donor', 'End an alert'),
    ActivateContinuityPlan: command(
      'activate-continuity-plan',
      ActivateContinuityPlan,
      ['donor', 'system'],
      'Activate a continuity plan with its tasks',
    ),
    CompleteContinuityTask: command(
      'complete-continuity-task',
      CompleteContinuityTask,
      'donor',
      'Record that a task of the continuity plan is completed',
    ),
    EndContinuityPlan: command('end-continuity-plan', EndContinuityPlan, 'donor', 'End the continuity plan'),
    RecordOverdueSituationDuty: command(
      'record-overdue',
      RecordOverdueSituationDuty,
      'system',
      'Record that the last day of an accounting or a continuity task has passed',
    ),
    CorrectSituationDay: command('correct-day', CorrectSituationDay, 'donor', 'Correct the day of a recorded fact'),
    CloseCountrySituation: command('close', CloseCountrySituation, 'donor', 'Stop following the situation'),
  },
  events: {
    CountrySituationOpened: event(OpenCountrySituation, 'The donor follows the situation in the area', {
      opens: 'the situation',
    }),
    CountryRiskAssessed: fact(AssessCountryRisk, 'The area has another level of risk'),
    InstabilityDeclared: event(InstabilityDeclared, 'The area is unstable', { opens: 'the instability' }),
    StabilityRestored: event(StabilityRestored, 'The area is stable again', { closes: ['InstabilityDeclared'] }),
    MonitoringModeChanged: fact(ChangeMonitoringMode, 'Checks are made in another way'),
    PersonnelAlertIssued: event(IssuePersonnelAlert, 'The personnel in the area were alerted', { opens: 'the alert' }),
    PersonnelAlertEnded: event(EndPersonnelAlert, 'The alert ended', { closes: ['PersonnelAlertIssued'] }),
    ContinuityPlanActivated: event(ActivateContinuityPlan, 'The continuity plan applies', {
      opens: 'the continuity plan and its tasks',
    }),
    ContinuityTaskCompleted: fact(CompleteContinuityTask, 'A task of the continuity plan is completed'),
    ContinuityPlanEnded: event(ContinuityPlanEnded, 'The continuity plan ended', {
      closes: ['ContinuityPlanActivated'],
    }),
    SituationDutyBecameOverdue: fact(RecordOverdueSituationDuty, 'The last day of a duty has passed'),
    SituationDayCorrected: fact(SituationDayCorrected, 'The day of a recorded fact was corrected'),
    CountrySituationClosed: event(CloseCountrySituation, 'The donor does not follow the situation any more', {
      closes: ['CountrySituationOpened'],
    }),
  },
});

export type CountrySituationCommand = CommandOf<typeof countrySituationContract>;
export type CountrySituationEvent = EventOf<typeof countrySituationContract>;
export type CountrySituationRelation = RelationOf<typeof countrySituationContract>;
