import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, type KindContract, schemaOf } from '@entente/contracts';
import { type Correction, CORRECTIONS } from './corrections.js';

interface Field {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly items?: Field;
}

/** What no correction reaches, and why that is right: events with all their fields, or fields. */
const NOT_CORRECTED: Readonly<Record<string, readonly string[]>> = {
  'a decision on who may act: it ends, and another is taken': [
    'stakeholder RoleGranted',
    'stakeholder RoleRevoked',
    'stakeholder MandateGiven',
    'stakeholder MandateEnded',
  ],
  'what all rules of the stream rest on from its opening: another stream is opened': [
    'programme ProgrammeProposed',
    'funding-account FundingAccountOpened',
    'assistance-case AssistanceRequested',
    'hold HoldPlaced',
    'legal-framework AgreementDrafted',
    'vetting-case VettingRequested',
    'third-party-transfer ThirdPartyTransferRequested',
  ],
  'a term that one side offers and the other accepts: another offer or amendment replaces it': [
    'assistance-case OfferPrepared',
    'assistance-case OfferAccepted',
    'assistance-case AmendmentOffered',
    'assistance-case CaseModified',
  ],
  'the answer to a dispute': [
    'funding-account DisputeAnswered',
    'assistance-case DisputeAnswered',
    'end-use-check DisputeAnswered',
    'third-party-transfer DisputeAnswered',
    'training-activity DisputeAnswered',
  ],
  'a decision: the same command, or the one that ends it, replaces it': [
    'programme GenderMarkerAssigned',
    'hold HoldRenewed',
    'legal-framework UseConditionAttached',
    'legal-framework RestrictionImposed',
    'legal-framework ParameterSet',
    'legal-framework IncidentTypeDefined',
    'item-type EnhancedDesignationGiven',
    'item-type DesignationReviewed',
    'item-type CheckIntervalSet',
    'security-unit ClearanceGiven.exception',
    'security-unit ClearanceRestored.exception',
    'vetted-person ClearanceGiven.exception',
    'vetted-person ClearanceRestored.exception',
    'misuse-case MeasureDecided',
    'misuse-case AssistanceSuspended',
    'misuse-case AssistanceResumed',
    'misuse-case AssistanceTerminated',
    'misuse-case PrecautionarySuspensionOrdered.scopes',
    'misuse-case PrecautionarySuspensionRenewed',
    'misuse-case PrecautionarySuspensionLapsed.scopes',
    'misuse-case InvestigationExtended',
    'vetting-case InformationAssessed',
    'vetting-case VettingConcluded',
    'technology-release TechnologyReleaseApproved',
    'third-party-transfer ThirdPartyTransferConsented',
    'country-situation InstabilityDeclared',
    'country-situation MonitoringModeChanged.mode',
    'legal-framework EndUseAssuranceGiven.assurance',
    'legal-framework EndUseAssuranceWithdrawn.assurance',
    'legal-framework StatutoryReportSubmitted',
    'legal-framework WaiverGranted',
    'legal-framework ExceptionInvoked',
  ],
  'a plan: the command that plans it again replaces it': [
    'consignment DeliveryScheduled',
    'deployment PersonnelDeployed',
    'deployment DeploymentExtended',
    'end-use-check EndUseCheckScheduled',
    'end-use-check EndUseCheckRescheduled',
    'training-activity TrainingPlanned.starts',
    'training-activity TrainingPlanned.ends',
    'training-activity TrainingRescheduled',
  ],
  'the word of an organisation on itself: it gives another': ['misuse-case RecipientReplyReceived'],
  'what two sides agreed: they end it, or agree again': [
    'misuse-case RemediationPlanAgreed',
    'vetting-case RemediationOpened',
  ],
  'a last day that is corrected at another event: the entry into force, the clearance': [
    'legal-framework AgreementAmended.until',
    'vetting-case RemediationCompleted.until',
  ],
  'what it rests on: the quantity and the day are corrected': ['assistance-case AssistanceDelivered.consignments'],
  'a correction: a further one replaces it': ['end-use-check CheckedItemsCorrected'],
  'recorded by the system from a fact that is corrected': [
    'item ItemCheckNoted',
    'item ItemSeenAgain',
    'misuse-case PrecautionarySuspensionLapsed.until',
  ],
};

/** What can be mistyped, and what no correction reaches yet. */
const NOT_YET: readonly string[] = [
  'assistance-case LegislatureNotifiedOfOffer',
  'misuse-case PrecautionarySuspensionOrdered.until',
  'misuse-case RemediationVerified',
  'legal-framework AgreementSigned',
  'legal-framework AgreementAmended.on',
  'legal-framework AgreementTerminated',
  'legal-framework EndUseAssuranceGiven.on',
  'legal-framework EndUseAssuranceWithdrawn.on',
  'legal-framework ListedUnitsBarred',
  'legal-framework ListedUnitsBarWithdrawn',
  'country-situation CountryRiskAssessed',
  'country-situation MonitoringModeChanged.on',
  'country-situation PersonnelAlertIssued',
  'country-situation ContinuityPlanActivated',
  'deployment PersonnelAccountedFor',
  'end-use-check DiscrepancyFound',
  'end-use-check DiscrepancyCleared',
  'end-use-check AccessDenied',
  'end-use-check ComplianceVisitHeld',
  'item ItemMoved',
  'item ItemRecovered',
  'item ServiceabilityReported',
  'item ItemTransferred',
  'item ItemDisposed',
  'item ItemReturned',
  'item LegislatureNotifiedOfTransfer',
  'security-unit ExceptionReported',
  'security-unit RegistrationEnded',
  'storage-site StorageDecertified',
  'vetted-person ExceptionReported',
  'vetted-person RegistrationEnded',
  'vetting-case SourceChecked.found',
  'vetting-case RemediationCompleted.on',
  'vetting-case RemediationDiscontinued',
  'technology-release TechnicalDataTransferred',
  'third-party-transfer ThirdPartyTransferCarriedOut',
  'training-activity TraineeNominated',
  'training-activity CompetenceAssessed',
  'training-activity GraduateFollowedUp',
];

/** Numbers, days, codes of a fixed list, and what has such parts: no ids, names or texts. */
const isMeasured = ({ type, format, enum: codes, pattern = '', properties = {}, items }: Field): boolean =>
  ['integer', 'boolean'].includes(type ?? '') ||
  format === 'date' ||
  codes !== undefined ||
  pattern.startsWith('^(?!0+') ||
  Object.values(properties).some(isMeasured) ||
  (items !== undefined && isMeasured(items));

const fieldsOf = (of: new () => object) => schemaOf(of).properties as Readonly<Record<string, Field>>;

/** The fields of an event that a correction changes. */
function reached(corrections: readonly Correction[], type: string, all: readonly string[]): readonly string[] {
  const naming = corrections.filter(({ names }) => names.includes(type));
  return naming.flatMap(({ derives, states, replaces = [], days, takes }) => {
    if (derives === true) return all;
    const replaced = (states?.[type] ?? replaces).map((field) => (field === 'on' ? (days?.[type] ?? field) : field));
    return takes === undefined ? replaced : [...replaced, takes.each ?? takes.of, ...(takes.beside ?? [])];
  });
}

/** The fields with such values that a person types, and that no correction reaches. */
function unreached({ kind, commands, events }: KindContract): readonly string[] {
  const corrections = Object.values(
    (CORRECTIONS as Readonly<Record<string, Readonly<Record<string, Correction>>>>)[kind] ?? {},
  );
  return Object.entries(events).flatMap(([type, { data }]) => {
    const fields = fieldsOf(data);
    if (corrections.some(({ then }) => then === type) && Object.hasOwn(fields, 'corrects')) return [];
    const bodies = Object.values(commands).filter(({ body }) => data === body || data.prototype instanceof body);
    const typed = (bodies.length === 0 ? Object.values(commands) : bodies)
      .filter(({ by }) => by.some((relation) => relation !== 'system'))
      .flatMap(({ body }) => Object.keys(fieldsOf(body)));
    const corrected = reached(corrections, type, Object.keys(fields));
    return Object.entries(fields).flatMap(([field, schema]) =>
      typed.includes(field) && isMeasured(schema) && !corrected.includes(field) ? [`${kind} ${type}.${field}`] : [],
    );
  });
}

describe('the fields that a person types', () => {
  const listed = [...Object.values(NOT_CORRECTED).flat(), ...NOT_YET];
  const missing = CATALOGUE.flatMap(unreached);
  const isListed = (field: string) => listed.some((one) => one === field || field.startsWith(`${one}.`));

  it('are each corrected, or listed with the reason (R26)', () => {
    expect(missing.filter((field) => !isListed(field))).toEqual([]);
  });
  it('are listed only while no correction reaches them', () => {
    const idle = listed.filter((one) => !missing.some((field) => one === field || field.startsWith(`${one}.`)));
    expect(idle).toEqual([]);
  });
});
