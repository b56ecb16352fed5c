import type { MisuseCaseCommand, MisuseCaseEvent } from '@entente/contracts';
import { type ConsultedStreams, type StreamRef, actsFor, addDays, decideBy, pick, refuse } from '@entente/kernel';
import { factDay, today } from '../days.js';
import type { DeciderOf } from '../decider-of.js';
import { correcting } from '../corrections.js';
import { inOrder } from '../fact-order.js';
import { frameworkStreamsOf } from '../framework/framework-facts.js';
import {
  becomeOverdue,
  cannotCorrectReport,
  cannotFind,
  cannotLapse,
  cannotOrder,
  cannotSubstantiate,
  correctTriage,
  flag,
  lapse,
  lastTriageDay,
  notPut,
  renew,
  reportStreams,
  scopesUnnamed,
  termsOfCase,
  triage,
} from './misuse-inquiry.js';
import {
  cannotAgree,
  cannotAssure,
  cannotDecide,
  cannotRecover,
  cannotResume,
  cannotVerify,
  correctRecovery,
  notDecided,
  recoveryStreams,
  unfinished,
} from './misuse-measures.js';
import { names } from './misuse-holds.js';
import { type MisuseCase, evolveMisuse, othersThan } from './misuse-record.js';
import { notEnded, scopeStreams, scopesUnknown } from './misuse-scopes.js';
import { notRegistered, partyStreams } from '../parties/registration.js';
import { PSEUDONYMOUS, authorise, checkedSender, isAccused, notAtThisStage } from './misuse-permissions.js';

/** The programme concerned, and then the framework that it names. */
const termsStreams = (id: string | undefined, known: ConsultedStreams): readonly StreamRef[] =>
  id === undefined ? [] : [{ kind: 'programme', id }, ...frameworkStreamsOf(id, known)];

/** What is decided by the terms of the framework. */
const BY_TERMS: readonly MisuseCaseCommand['type'][] = [
  'TriageMisuse',
  'CorrectTriage',
  'OrderPrecautionarySuspension',
  'RenewPrecautionarySuspension',
  'ReopenMisuseCase',
];

const boundDonor = (state: MisuseCase) => pick(state, 'donor');

const decide = decideBy<MisuseCase, MisuseCaseCommand, MisuseCaseEvent>()('FlagMisuse', flag, notAtThisStage, {
  CorrectMisuseReport: { unless: cannotCorrectReport, then: 'MisuseReportCorrected' },
  AcknowledgeMisuseReport: {
    unless: (_, { acknowledged }) =>
      acknowledged ? refuse('already-acknowledged', 'the report has not been acknowledged yet') : null,
    then: 'MisuseReportAcknowledged',
  },
  TriageMisuse: triage,
  CorrectTriage: correctTriage,
  DeclineMisuse: { then: 'MisuseDeclined' },
  OpenInvestigation: (data, { limits }, context) => {
    const concludeBy = addDays(factDay(context), limits.conclude);
    return [{ type: 'InvestigationOpened', data: { ...data, concludeBy } }];
  },
  AssignInvestigator: {
    unless: ({ investigator }, { accused }, context) =>
      investigator === accused
        ? refuse('investigator-is-accused', 'the investigator is not the accused', 'R18')
        : notRegistered([[investigator, 'investigator']], context),
    already: (data, { investigator }) => data.investigator === investigator,
    then: 'InvestigatorAssigned',
  },
  AddEvidence: {
    unless: (_, __, { evidence }) =>
      evidence.length === 0 ? refuse('evidence-missing', 'the command refers to evidence', 'R18') : null,
    then: 'EvidenceAdded',
  },
  PutAllegationToRecipient: (data, { recipient, accused, limits, replyBy: before }, context) => {
    if (before !== null) return refuse('already-put', 'the allegation has not been put to the recipient yet');
    const to = accused === recipient ? [recipient] : [recipient, accused];
    // R18: none can reply before the recording, so a stated day takes none of the days away.
    const replyBy = addDays(today(context), limits.reply);
    return [{ type: 'AllegationPutToRecipient', data: { ...data, to, replyBy } }];
  },
  ReplyToAllegation: (data, state, context) => {
    const from = isAccused(state, context) ? state.accused : state.recipient;
    const refusal = notPut(state);
    if (refusal !== null) return refusal;
    if (!state.awaited.includes(from)) return refuse('already-replied', 'the organisation has not replied yet');
    const awaited = othersThan(from, state);
    const reply = { from, ...data, ...(awaited.length > 0 && { awaited }) };
    return [{ type: 'RecipientReplyReceived', data: reply }];
  },
  OrderPrecautionarySuspension: (data, state, context) =>
    cannotOrder(data, state, context) ?? [
      ...lapse(state, 'not-renewed'),
      { type: 'PrecautionarySuspensionOrdered', data: { ...data, ...boundDonor(state) } },
    ],
  RenewPrecautionarySuspension: renew,
  LapsePrecautionarySuspension: ({ until }, state, context) =>
    cannotLapse(until, state, context) ?? lapse(state, 'not-renewed'),
  ExtendInvestigation: {
    unless: ({ until }, { due: { conclude } }) =>
      conclude !== null && until <= conclude
        ? refuse('not-later', 'the new last day is later', null, { until: conclude })
        : null,
    then: 'InvestigationExtended',
  },
  SubstantiateMisuse: (data, state, context) => {
    const measureBy = addDays(factDay(context), state.limits.measure);
    const found = { ...data, investigator: actsFor(context.actor), measureBy };
    return cannotSubstantiate(state, context) ?? [{ type: 'MisuseSubstantiated', data: found }];
  },
  DismissMisuse: (data, state, context) => {
    const found = { ...data, investigator: actsFor(context.actor) };
    const refusal = cannotFind(state, context);
    return refusal ?? [{ type: 'MisuseDismissed', data: found }, ...lapse(state, 'misuse-dismissed')];
  },
  FindMisuseInconclusive: (data, state, context) => {
    const found = { ...data, investigator: actsFor(context.actor) };
    return cannotFind(state, context) ?? [{ type: 'MisuseFoundInconclusive', data: found }];
  },
  NotifyLegislature: {
    unless: (_, { notified }) =>
      notified ? refuse('already-notified', 'the legislature has not been notified yet', 'R18') : null,
    then: 'LegislatureNotifiedOfPossibleViolation',
  },
  DecideMeasure: { unless: cannotDecide, then: 'MeasureDecided' },
  SuspendAssistance: (data, state, context) => {
    const { assistance } = state;
    const refusal = scopesUnnamed(data) ?? notDecided(state, 'suspend');
    if (refusal !== null) return refusal;
    if (assistance !== 'running')
      return refuse('assistance-not-running', 'assistance is running', null, { assistance });
    const suspended = { ...data, ...boundDonor(state) };
    const unknown = scopesUnknown(data.scopes, state.donor, context);
    return unknown ?? [{ type: 'AssistanceSuspended', data: suspended }, ...lapse(state, 'assistance-suspended')];
  },
  AgreeRemediationPlan: { unless: cannotAgree, then: 'RemediationPlanAgreed' },
  VerifyRemediation: (data, state, context) => {
    const verified = { ...data, verifier: actsFor(context.actor) };
    return cannotVerify(data.ceasedOn, state, context) ?? [{ type: 'RemediationVerified', data: verified }];
  },
  RecordAssurances: { unless: cannotAssure, then: 'AssurancesReceived' },
  ResumeAssistance: (data, state) =>
    cannotResume(state) ?? [{ type: 'AssistanceResumed', data: { scopes: state.suspended, ...data } }],
  RecoverFunds: { unless: cannotRecover, then: 'FundsRecovered' },
  CorrectRecovery: correctRecovery,
  TerminateAssistance: (data, state, context) => {
    const refusal = scopesUnnamed(data) ?? notDecided(state, 'terminate');
    if (refusal !== null) return refusal;
    if (state.assistance === 'terminated')
      return refuse('already-terminated', 'assistance has not been terminated yet');
    const released = state.suspended.filter((scope) => !names(data.scopes, scope));
    const terminated = { ...data, ...boundDonor(state), ...(released.length === 0 ? {} : { released }) };
    const running = notEnded(data.scopes, state.donor, context);
    return running ?? [{ type: 'AssistanceTerminated', data: terminated }, ...lapse(state, 'assistance-terminated')];
  },
  CloseMisuseCase: (data, state) =>
    unfinished(state) ?? [{ type: 'MisuseCaseClosed', data }, ...lapse(state, 'case-closed')],
  ReopenMisuseCase: (data, state, context) => {
    if (context.evidence.length === 0) return refuse('evidence-missing', 'the command refers to new evidence', 'R18');
    const triageBy = lastTriageDay(context.now, state.programme, context);
    return [{ type: 'MisuseCaseReopened', data: { ...data, triageBy } }];
  },
  RecordOverdueStep: becomeOverdue,
});

/** The rules of a misuse case: R18, R26, R29, R30, R31. */
export const misuseCase: DeciderOf<'misuse-case', MisuseCase> = inOrder(
  {
    OpenInvestigation: ['MisuseTriaged'],
    PutAllegationToRecipient: ['MisuseFlagged'],
    ReplyToAllegation: ['AllegationPutToRecipient'],
    SubstantiateMisuse: ['InvestigationOpened', 'AllegationPutToRecipient'],
    DismissMisuse: ['InvestigationOpened'],
    FindMisuseInconclusive: ['InvestigationOpened'],
    SuspendAssistance: ['MeasureDecided'],
    TerminateAssistance: ['MeasureDecided'],
    ResumeAssistance: ['AssistanceSuspended', 'RemediationVerified', 'AssurancesReceived'],
  },
  correcting({
    kind: 'misuse-case',
    ids: 'opaque',
    pseudonymous: PSEUDONYMOUS,
    initial: null,
    opens: 'FlagMisuse',
    evolve: evolveMisuse,
    consults: (command, state, known, sender) => [
      ...(command.type === 'FlagMisuse'
        ? [
            ...reportStreams(command.data),
            ...termsStreams(command.data.programme, known),
            ...termsOfCase(command.data, known),
          ]
        : []),
      ...(BY_TERMS.includes(command.type) ? termsStreams(state?.programme, known) : []),
      ...(command.type === 'RecoverFunds' ? recoveryStreams(command.data) : []),
      ...(command.type === 'AssignInvestigator' ? partyStreams([[command.data.investigator, 'investigator']]) : []),
      ...scopeStreams(command, state?.donor),
      ...(state === null ? [] : partyStreams(checkedSender(command, sender))),
    ],
    authorise,
    decide,
  }),
);
