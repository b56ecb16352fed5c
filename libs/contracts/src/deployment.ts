import { type CommandOf, type EventOf, type RelationOf, command, contract, event, fact } from './contract.js';
import { code, day, eventId, flag, integer, oneOf, optional, organisation, streamId, word, words } from './fields.js';

/** How severe an incident is for the personnel concerned. */
const INCIDENT_SEVERITIES = ['minor', 'serious', 'critical', 'fatal'] as const;
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number];

const MAX_PERSONS = 1000;
const MAX_INCIDENTS = 10_000;
const people = (what: string, example: number) => integer(`${what}, in persons`, example, 0, MAX_PERSONS);
const persons = () =>
  words("a reference to each person in the sender's own register, never a name", ['n-17', 'n-18', 'n-21'], MAX_PERSONS);
const reason = (example: string) => code('the code of the reason', example);
const area = () => code('the area of the country', 'north');
const plannedReturn = (example: string) => day('the planned day of return', example);
const incident = () => word("the incident's name in this deployment", 'incident-1');
const severity = () => oneOf(INCIDENT_SEVERITIES, 'how severe it is', 'serious');
const corrects = () => eventId('the event that was wrong');

export class DeployPersonnel {
  @code('the code of their role', 'advisor') readonly role!: string;
  @people('the number of women', 1) readonly women!: number;
  @people('the number of men', 2) readonly men!: number;
  @persons() readonly persons!: readonly string[];
  @organisation("the country, by its organisation's id", 'estmark') readonly country!: string;
  @area() readonly area!: string;
  @organisation('the donor') readonly donor!: string;
  @organisation('the recipient', 'estmark') readonly recipient!: string;
  @optional() @streamId('programme', 'the programme that they work for') readonly programme?: string;
  @optional() @streamId('assistance-case', 'the case that they work for') readonly case?: string;
  @day('the first day', '2026-05-01') readonly from!: string;
  @plannedReturn('2026-10-31') readonly plannedReturn!: string;
}

export class AccountForPersonnel {
  @streamId('country-situation', 'the situation with the alert', 'norland.estmark-north') readonly situation!: string;
  @word("the alert's name in the situation", 'alert-1') readonly alert!: string;
  @day('the day on which they were accounted for', '2026-05-05') readonly on!: string;
  @people('the number known to be safe', 2) readonly safe!: number;
  @words('the references of those not reached', ['n-21'], MAX_PERSONS) readonly missing!: readonly string[];
}

export class ReportPersonnelIncident {
  @incident() readonly incident!: string;
  @day('the day of the incident', '2026-05-06') readonly on!: string;
  @code('the code of what happened', 'road-accident') readonly type!: string;
  @severity() readonly severity!: IncidentSeverity;
  @people('the number hurt', 1) readonly hurt!: number;
  @people('the number evacuated', 1) readonly evacuated!: number;
}

/** The given fields replace those of the report. */
export class CorrectPersonnelIncident {
  @corrects() readonly corrects!: string;
  @incident() readonly incident!: string;
  @reason('second-report') readonly reason!: string;
  @optional() @day('the right day', '2026-05-05') readonly on?: string;
  @optional() @severity() readonly severity?: IncidentSeverity;
  @optional() @people('the right number hurt', 2) readonly hurt?: number;
  @optional() @people('the right number evacuated', 2) readonly evacuated?: number;
}

export class RelocatePersonnel {
  @area() readonly area!: string;
  @day('the day of the move', '2026-05-07') readonly on!: string;
  @reason('instability') readonly reason!: string;
}

export class ExtendDeployment {
  @plannedReturn('2026-12-15') readonly plannedReturn!: string;
  @reason('handover-delayed') readonly reason!: string;
}

export class ReturnPersonnel {
  @day('the day of the return', '2026-10-30') readonly on!: string;
  @reason('mission-completed') readonly reason!: string;
}

export class RecordOverdueReturn {
  @day('the planned day of return, which is over', '2026-10-31') readonly due!: string;
}

/** The given fields replace those of the deployment. Other persons come with their numbers. */
export class CorrectDeployment {
  @corrects() readonly corrects!: string;
  @reason('miscounted') readonly reason!: string;
  @optional() @code('the right code of their role', 'trainer') readonly role?: string;
  @optional() @people('the right number of women', 2) readonly women?: number;
  @optional() @people('the right number of men', 2) readonly men?: number;
  @optional() @persons() readonly persons?: readonly string[];
  @optional() @day('the right first day', '2026-05-02') readonly from?: string;
  @optional() @area() readonly area?: string;
}

export class CorrectReturn {
  @corrects() readonly corrects!: string;
  @day('the right day of the return', '2026-10-29') readonly on!: string;
  @reason('mistyped') readonly reason!: string;
}

/** The given fields replace those of the move. */
export class CorrectRelocation {
  @corrects() readonly corrects!: string;
  @optional() @day('the right day of the move', '2026-05-08') readonly on?: string;
  @optional() @code('the right area of the country', 'south') readonly area?: string;
  @reason('mistyped') readonly reason!: string;
}

const isPresent = () => flag('if the area was another: whether they are there, and have not moved since', false);
const reportedThere = () =>
  words('if the area was another: the incidents reported while they were there', ['incident-1'], MAX_INCIDENTS);

/** Whether they are in the first area, and what was reported there: the decision adds them. */
export class DeploymentCorrected extends CorrectDeployment {
  @optional() @isPresent() readonly present?: boolean;
  @optional() @reportedThere() readonly incidents?: readonly string[];
}

/** Which move it was, and what was reported since, before the next: the decision adds them. */
export class RelocationCorrected extends CorrectRelocation {
  @optional() @isPresent() readonly present?: boolean;
  @optional() @reportedThere() readonly incidents?: readonly string[];
  @integer('the number of the stay that began with the move, from 2', 2, 2, Number.MAX_SAFE_INTEGER)
  readonly stay!: number;
  @integer("the revision of the move's event in the stream", 4, 1, Number.MAX_SAFE_INTEGER)
  readonly revision!: number;
}

/** Personnel whom a donor or an implementer has sent to an area, until their return. */
export const deploymentContract = contract({
  kind: 'deployment',
  about: 'personnel sent to an area: how many, until when, accounted for after an alert, and what happened to them',
  commands: {
    DeployPersonnel: command('deploy', DeployPersonnel, 'deliverer', 'Record that personnel are deployed'),
    AccountForPersonnel: command(
      'account-for',
      AccountForPersonnel,
      'deliverer',
      'Record who is safe and who was not reached after an alert',
    ),
    ReportPersonnelIncident: command(
      'report-incident',
      ReportPersonnelIncident,
      'deliverer',
      'Report an incident to personnel',
    ),
    CorrectPersonnelIncident: command(
      'correct-incident',
      CorrectPersonnelIncident,
      'deliverer',
      'Correct the day, severity or numbers of an incident',
    ),
    RelocatePersonnel: command('relocate', RelocatePersonnel, 'deliverer', 'Record that they moved to another area'),
    ExtendDeployment: command('extend', ExtendDeployment, 'deliverer', 'Plan another day of return'),
    ReturnPersonnel: command('return', ReturnPersonnel, 'deliverer', 'Record that they have returned'),
    RecordOverdueReturn: command(
      'record-overdue',
      RecordOverdueReturn,
      'system',
      'Record that the planned day of return has passed',
    ),
    CorrectDeployment: command(
      'correct',
      CorrectDeployment,
      'deliverer',
      'Correct the numbers, role, first day or first area',
    ),
    CorrectReturn: command('correct-return', CorrectReturn, 'deliverer', 'Correct the day of the return'),
    CorrectRelocation: command(
      'correct-relocation',
      CorrectRelocation,
      'deliverer',
      'Correct the day or the area of a move',
    ),
  },
  events: {
    PersonnelDeployed: event(DeployPersonnel, 'Personnel are deployed', { opens: 'the deployment' }),
    PersonnelAccountedFor: fact(AccountForPersonnel, 'Personnel were accounted for after an alert'),
    PersonnelIncidentReported: fact(ReportPersonnelIncident, 'An incident to personnel was reported'),
    PersonnelIncidentCorrected: fact(CorrectPersonnelIncident, 'The report of an incident was corrected'),
    PersonnelRelocated: fact(RelocatePersonnel, 'Personnel moved to another area'),
    DeploymentExtended: fact(ExtendDeployment, 'The return is planned for another day'),
    PersonnelReturned: event(ReturnPersonnel, 'Personnel have returned', { closes: ['PersonnelDeployed'] }),
    ReturnBecameOverdue: fact(RecordOverdueReturn, 'The planned day of return has passed'),
    DeploymentCorrected: fact(DeploymentCorrected, 'The deployment was corrected'),
    ReturnCorrected: fact(CorrectReturn, 'The day of the return was corrected'),
    RelocationCorrected: fact(RelocationCorrected, 'The day of a move was corrected'),
  },
});

export type DeploymentCommand = CommandOf<typeof deploymentContract>;
export type DeploymentEvent = EventOf<typeof deploymentContract>;
export type DeploymentRelation = RelationOf<typeof deploymentContract>;
