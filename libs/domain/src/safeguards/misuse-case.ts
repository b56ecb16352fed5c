import {
  type DecisionContext,
  type DataOf,
  type Decider,
  type Known,
  type Refusal,
  actsFor,
  addDays,
  alreadyThere,
  never,
  notThere,
  refuse,
} from '@entente/kernel';
import { INCIDENT_TYPES, INTAKE_LIMITS } from './incident-types.js';
import {
  type MeasureTerms,
  type MisuseCase,
  type MisuseCaseEvent,
  type MisuseReport,
  evolve,
} from './misuse-record.js';
import { type MisuseCaseCommand, SEALED, barred, isAccused, isReporter } from './misuse-standing.js';

// ---- Decisions ----

const today = (c: DecisionContext): string => c.occurredAt.slice(0, 10);

/** A reporter east of Greenwich may be a day ahead. */
function impossibleDays({ from, to }: MisuseReport['happened'], c: DecisionContext): Refusal | null {
  if (from > to) return refuse('days-out-of-order', 'the first day is not after the last one', null, { from, to });
  if (to > addDays(c.now, 1)) return refuse('day-in-future', 'it has happened already', null, { to });
  return null;
}

/** R18: never refused because of a programme's state; so nothing else is looked at. The limits run from the day it came in, by the clock. */
function flag(data: MisuseReport, c: DecisionContext): readonly MisuseCaseEvent[] | Refusal {
  const acknowledgeBy = addDays(c.now, INTAKE_LIMITS.acknowledge);
  const triageBy = addDays(c.now, INTAKE_LIMITS.triage);
  return impossibleDays(data.happened, c) ?? [{ type: 'MisuseFlagged', data: { ...data, acknowledgeBy, triageBy } }];
}

function triage(incidentType: string, state: MisuseCase, c: DecisionContext): readonly MisuseCaseEvent[] | Refusal {
  const type = Object.hasOwn(INCIDENT_TYPES, incidentType) ? INCIDENT_TYPES[incidentType] : undefined;
  if (type === undefined)
    return refuse('incident-type-unknown', 'the incident type is defined', 'R18', {
      types: Object.keys(INCIDENT_TYPES),
    });
  const { noticeRequired, escalation, limits } = type;
  const openBy = addDays(today(c), limits.open);
  // R18: notice is due now, when a violation may have occurred, and once.
  const notice = limits.notify === undefined || state.notified ? {} : { notifyBy: addDays(today(c), limits.notify) };
  return [{ type: 'MisuseTriaged', data: { incidentType, noticeRequired, escalation, limits, openBy, ...notice } }];
}

/** A precautionary suspension ends with what ends its reason. */
const lapse = ({ precaution }: MisuseCase, reason: string): readonly MisuseCaseEvent[] =>
  precaution === null ? [] : [{ type: 'PrecautionarySuspensionLapsed', data: { ...precaution, reason } }];

function find(
  command: Extract<MisuseCaseCommand, { type: 'SubstantiateMisuse' | 'DismissMisuse' | 'FindMisuseInconclusive' }>,
  state: MisuseCase,
  c: DecisionContext,
): readonly MisuseCaseEvent[] | Refusal {
  if (isReporter(state, c))
    return refuse('reporter-investigates', 'the investigator is not the organisation that reported', 'R18');
  const data = { ...command.data, investigator: actsFor(c.actor) };
  if (command.type === 'FindMisuseInconclusive') return [{ type: 'MisuseFoundInconclusive', data }];
  if (command.type === 'DismissMisuse') return [{ type: 'MisuseDismissed', data }, ...lapse(state, 'misuse-dismissed')];
  if (state.replyBy === null) return notPut;
  // R18: the right of reply is heard, or its days are over, before anything is held to be so.
  if (state.replies.length === 0 && today(c) <= state.replyBy)
    return refuse('reply-awaited', 'the reply has come, or its last day is over', 'R18', { replyBy: state.replyBy });
  return [{ type: 'MisuseSubstantiated', data: { ...data, measureBy: addDays(today(c), state.limits.measure) } }];
}

const notPut = refuse('allegation-not-put', 'the allegation has been put to the recipient', 'R18');
const scopesUnnamed = refuse('scopes-unnamed', 'at least one scope is named', 'R18');
const notDecided = (...measures: readonly string[]): Refusal =>
  refuse('measure-not-decided', `the measure ${measures.join(' or ')} has been decided`, 'R18');

/** What a measure cannot go without. */
const NEEDS = { 'no-action': 'justification', condition: 'conditions', refer: 'referredTo' } as const;

function decideMeasure(data: MeasureTerms, state: MisuseCase): readonly MisuseCaseEvent[] | Refusal {
  const { measure } = data;
  const needs = measure in NEEDS ? NEEDS[measure as keyof typeof NEEDS] : undefined;
  if (needs !== undefined && (data[needs] === undefined || data[needs].length === 0))
    return refuse('measure-incomplete', `the measure ${measure} says its ${needs}`, 'R18', { needs });
  if (measure !== 'no-action' && state.replyBy === null) return notPut;
  if (state.measures.includes(measure))
    return refuse('measure-already-decided', 'this measure has not been decided yet', null, {
      measures: state.measures,
    });
  if (state.measures.length > 0 && (measure === 'no-action' || state.measures.includes('no-action')))
    return refuse('no-action-stands-alone', 'no action is taken beside no other measure', 'R18', {
      measures: state.measures,
    });
  return [{ type: 'MeasureDecided', data }];
}

/** What R18 still asks of a case before it closes. */
function unfinished(state: MisuseCase): Refusal | null {
  const { measures, assistance } = state;
  if (state.status === 'substantiated' && measures.length === 0)
    return refuse('measure-missing', 'a measure has been decided, be it no action with its justification', 'R18');
  if (assistance === 'suspended') return refuse('assistance-suspended', 'assistance was resumed or terminated', 'R18');
  const left = measures.find(
    (measure) =>
      (measure === 'suspend' && assistance === 'running') ||
      (measure === 'terminate' && assistance !== 'terminated') ||
      (measure === 'condition' && assistance !== 'terminated' && !state.ceased),
  );
  if (left !== undefined)
    return refuse('measure-not-carried-out', `the measure ${left} has been carried out`, 'R18', { measure: left });
  if (state.noticeRequired && !state.notified)
    return refuse('notice-missing', 'the legislature has been notified of the possible violation', 'R18');
  return null;
}

/** What has come back in a currency, in its minor units. */
const recovered = (state: MisuseCase, currency: string): number =>
  Object.values(state.recoveries).reduce((sum, r) => (r.currency === currency ? sum + r.amount : sum), 0);
const beyondRange = refuse('amount-beyond-range', 'the total recovered stays within what a row can hold');

function correctRecovery(
  data: DataOf<MisuseCaseCommand, 'CorrectRecovery'>,
  state: MisuseCase,
  known: Known,
): readonly MisuseCaseEvent[] | Refusal {
  const { corrects, difference } = data;
  const was = known.past(corrects) === 'FundsRecovered' ? state.recoveries[corrects] : undefined;
  if (was === undefined)
    return refuse('corrects-unknown-event', 'the event corrected recovered funds in this case', 'R26', { corrects });
  if (difference === 0) return refuse('nothing-corrected', 'the difference is not zero', 'R26');
  if (was.amount + difference < 0)
    return refuse('exceeds-what-was-recovered', 'at most what was recovered is taken back', 'R26', {
      amount: was.amount,
    });
  if (!Number.isSafeInteger(recovered(state, was.currency) + difference)) return beyondRange;
  return [{ type: 'RecoveryCorrected', data: { ...data, currency: was.currency } }];
}

function correctReport(
  data: DataOf<MisuseCaseCommand, 'CorrectMisuseReport'>,
  c: DecisionContext,
  known: Known,
): readonly MisuseCaseEvent[] | Refusal {
  if (known.past(data.corrects) !== 'MisuseFlagged')
    return refuse('corrects-unknown-event', 'the event corrected is the report', 'R26', { corrects: data.corrects });
  if (data.allegation === undefined && data.happened === undefined && data.scopes === undefined)
    return refuse('nothing-corrected', 'at least one field is replaced', 'R26');
  const impossible = data.happened === undefined ? null : impossibleDays(data.happened, c);
  return impossible ?? [{ type: 'MisuseReportCorrected', data }];
}

function decide(
  command: MisuseCaseCommand,
  state: MisuseCase | null,
  c: DecisionContext,
  known: Known,
): readonly MisuseCaseEvent[] | Refusal {
  if (command.type === 'FlagMisuse') return state === null ? flag(command.data, c) : alreadyThere('misuse case');
  if (state === null) return notThere('misuse case');
  const bar = barred(command.type, state, c);
  if (bar !== null) return bar;
  const { measures, precaution } = state;
  switch (command.type) {
    case 'CorrectMisuseReport':
      return correctReport(command.data, c, known);
    case 'AcknowledgeMisuseReport':
      if (state.acknowledged) return refuse('already-acknowledged', 'the report has not been acknowledged yet');
      return [{ type: 'MisuseReportAcknowledged', data: command.data }];
    case 'TriageMisuse':
      return triage(command.data.incidentType, state, c);
    case 'DeclineMisuse':
      return [{ type: 'MisuseDeclined', data: command.data }];
    case 'OpenInvestigation': {
      const concludeBy = addDays(today(c), state.limits.conclude);
      return [{ type: 'InvestigationOpened', data: { ...command.data, concludeBy } }];
    }
    case 'AssignInvestigator':
      if (command.data.investigator === state.accused)
        return refuse('investigator-is-accused', 'the investigator is not the accused', 'R18');
      return command.data.investigator === state.investigator
        ? []
        : [{ type: 'InvestigatorAssigned', data: command.data }];
    case 'AddEvidence':
      if (c.evidence.length === 0) return refuse('evidence-missing', 'the command refers to evidence', 'R18');
      return [{ type: 'EvidenceAdded', data: command.data }];
    case 'PutAllegationToRecipient': {
      if (state.replyBy !== null) return refuse('already-put', 'the allegation has not been put to the recipient yet');
      const to = state.accused === state.recipient ? [state.recipient] : [state.recipient, state.accused];
      const replyBy = addDays(today(c), state.limits.reply);
      return [{ type: 'AllegationPutToRecipient', data: { ...command.data, to, replyBy } }];
    }
    case 'ReplyToAllegation': {
      const from = isAccused(state, c) ? state.accused : state.recipient;
      if (state.replyBy === null) return notPut;
      if (state.replies.includes(from)) return refuse('already-replied', 'the organisation has not replied yet');
      return [{ type: 'RecipientReplyReceived', data: { from, ...command.data } }];
    }
    case 'OrderPrecautionarySuspension':
      if (command.data.scopes.length === 0) return scopesUnnamed;
      if (precaution !== null && precaution.until >= c.now.slice(0, 10))
        return refuse('precaution-in-force', 'no precautionary suspension is in force', 'R18', {
          until: precaution.until,
        });
      if (command.data.until < c.now.slice(0, 10)) return refuse('day-in-past', 'its last day is not over', 'R18');
      return [...lapse(state, 'not-renewed'), { type: 'PrecautionarySuspensionOrdered', data: command.data }];
    case 'RenewPrecautionarySuspension': {
      const { until } = command.data;
      if (precaution === null || precaution.until < c.now.slice(0, 10))
        return refuse(
          'no-precaution',
          'a precautionary suspension is in force: it has lapsed after its last day',
          'R18',
        );
      if (until <= precaution.until)
        return refuse('not-later', 'the new last day is later', 'R18', { until: precaution.until });
      return [{ type: 'PrecautionarySuspensionRenewed', data: { ...precaution, until } }];
    }
    case 'LapsePrecautionarySuspension':
      if (precaution === null || precaution.until !== command.data.until)
        return refuse('no-precaution', 'a precautionary suspension until that day is in force', 'R18');
      if (c.now.slice(0, 10) <= precaution.until) return refuse('not-over-yet', 'its last day is over', 'R18');
      return lapse(state, 'not-renewed');
    case 'ExtendInvestigation':
      if (state.due.conclude !== null && command.data.until <= state.due.conclude)
        return refuse('not-later', 'the new last day is later', null, { until: state.due.conclude });
      return [{ type: 'InvestigationExtended', data: command.data }];
    case 'SubstantiateMisuse':
    case 'DismissMisuse':
    case 'FindMisuseInconclusive':
      return find(command, state, c);
    case 'NotifyLegislature':
      if (state.notified) return refuse('already-notified', 'the legislature has not been notified yet', 'R18');
      return [{ type: 'LegislatureNotifiedOfPossibleViolation', data: command.data }];
    case 'DecideMeasure':
      return decideMeasure(command.data, state);
    case 'SuspendAssistance':
      if (command.data.scopes.length === 0) return scopesUnnamed;
      if (!measures.includes('suspend')) return notDecided('suspend');
      if (state.assistance !== 'running')
        return refuse('assistance-not-running', 'assistance is running', null, { assistance: state.assistance });
      return [{ type: 'AssistanceSuspended', data: command.data }, ...lapse(state, 'assistance-suspended')];
    case 'AgreeRemediationPlan':
      if (!measures.includes('suspend') && !measures.includes('condition')) return notDecided('suspend', 'condition');
      if (state.ceased) return refuse('violation-has-ceased', 'there is something left to remedy', 'R18');
      if (command.data.due < today(c)) return refuse('day-in-past', 'the day for remedying is not over', null);
      return [{ type: 'RemediationPlanAgreed', data: command.data }];
    case 'VerifyRemediation':
      if (isReporter(state, c))
        return refuse('reporter-verifies', 'the verifier is not the organisation that reported', 'R18');
      if (!state.planned) return refuse('no-remediation-plan', 'a remediation plan has been agreed', 'R18');
      if (state.ceased) return refuse('violation-has-ceased', 'remediation has not been verified yet', 'R18');
      if (command.data.ceasedOn > today(c)) return refuse('day-in-future', 'the violation has ceased already', 'R18');
      return [{ type: 'RemediationVerified', data: { ...command.data, verifier: actsFor(c.actor) } }];
    case 'RecordAssurances':
      if (!measures.includes('suspend') && !measures.includes('condition')) return notDecided('suspend', 'condition');
      if (command.data.from !== state.recipient && command.data.from !== state.accused)
        return refuse('assurances-from-another', 'the recipient or the accused gives the assurances', 'R18');
      return [{ type: 'AssurancesReceived', data: command.data }];
    case 'ResumeAssistance':
      if (state.assistance !== 'suspended') return refuse('not-suspended', 'assistance is suspended', 'R18');
      if (!state.ceased) return refuse('violation-not-ceased', 'it has been verified that the violation ceased', 'R18');
      if (!state.assured) return refuse('assurances-missing', 'assurances against its recurrence were received', 'R18');
      return [{ type: 'AssistanceResumed', data: { scopes: state.suspended, ...command.data } }];
    case 'RecoverFunds': {
      const { amount, currency } = command.data;
      if (!measures.includes('recover')) return notDecided('recover');
      if (!Number.isSafeInteger(recovered(state, currency) + amount)) return beyondRange;
      return [{ type: 'FundsRecovered', data: command.data }];
    }
    case 'CorrectRecovery':
      return correctRecovery(command.data, state, known);
    case 'TerminateAssistance':
      if (command.data.scopes.length === 0) return scopesUnnamed;
      if (!measures.includes('terminate')) return notDecided('terminate');
      if (state.assistance === 'terminated')
        return refuse('already-terminated', 'assistance has not been terminated yet');
      return [{ type: 'AssistanceTerminated', data: command.data }, ...lapse(state, 'assistance-terminated')];
    case 'CloseMisuseCase':
      return unfinished(state) ?? [{ type: 'MisuseCaseClosed', data: command.data }, ...lapse(state, 'case-closed')];
    case 'ReopenMisuseCase': {
      if (c.evidence.length === 0) return refuse('evidence-missing', 'the command refers to new evidence', 'R18');
      const triageBy = addDays(today(c), INTAKE_LIMITS.triage);
      return [{ type: 'MisuseCaseReopened', data: { ...command.data, triageBy } }];
    }
    case 'RecordOverdueStep': {
      const { step } = command.data;
      const due = state.due[step];
      if (due === null) return refuse('step-not-due', 'the step has begun and is not done', null, { step });
      if (c.now.slice(0, 10) <= due) return refuse('not-overdue-yet', 'its last day is over', null, { due });
      return state.overdue[step] === due ? [] : [{ type: 'MisuseStepBecameOverdue', data: { step, due } }];
    }
    default:
      return never(command);
  }
}

/** The rules of a misuse case: R18, R26. */
export const misuseCase: Decider<'misuse-case', MisuseCaseCommand, MisuseCaseEvent, MisuseCase | null> = {
  kind: 'misuse-case',
  ids: 'sealed',
  sealed: SEALED,
  initial: null,
  evolve,
  opens: 'FlagMisuse',
  authorise: () => null,
  decide: (command, state, context) => decide(command, state, context, context.known),
};
