import type { MisuseCaseEvent } from '@entente/contracts';
import type { DataOf } from '@entente/kernel';
import {
  type About,
  type DutyNames,
  due,
  dueCorrected,
  done,
  doneOnceKnown,
  dueOnceKnown,
  withdrawn,
  overdueNow,
  passed,
  partiesOf,
  dutiesOf,
} from './changes.js';

/** Every step, and the end of a precautionary suspension. */
const MISUSE_DUTIES = {
  acknowledge: ['intake', 'the acknowledgement of a misuse report'],
  triage: ['intake', 'its triage'],
  notify: ['donor', 'the notice to the legislature'],
  open: ['intake', 'the opening of the investigation'],
  reply: ['respondent', 'the reply to the allegation'],
  conclude: ['investigator', 'the conclusion of the investigation'],
  measure: ['donor', 'the decision on a measure'],
  remediate: ['recipient', 'the remediation'],
  'precaution-end': ['donor', 'the end of a precautionary suspension'],
} as const satisfies DutyNames;

const STEPS = ['acknowledge', 'triage', 'notify', 'open', 'reply', 'conclude', 'measure', 'remediate'] as const;

/** What a corrected report states instead. */
const correctedParties = ({ donor, recipient, programme, case: of }: CorrectedReport): About => ({
  ...(donor && { donor }),
  ...(recipient && { recipient }),
  ...(programme && { programme }),
  ...(of && { assistance_case: of }),
});
type CorrectedReport = Pick<
  DataOf<MisuseCaseEvent, 'MisuseReportCorrected'>,
  'donor' | 'recipient' | 'programme' | 'case'
>;

const investigatedBy = ({ investigator }: DataOf<MisuseCaseEvent, 'InvestigatorAssigned'>): About => ({
  organisation: investigator,
});

/** What is due of a misuse case, until when, and by whom. */
export const misuseCaseDuties = dutiesOf<MisuseCaseEvent>()(
  MISUSE_DUTIES,
  { type: 'MisuseFlagged', of: partiesOf },
  {
    MisuseFlagged: ({ acknowledgeBy, triageBy }) => [
      dueOnceKnown('acknowledge', acknowledgeBy),
      dueOnceKnown('triage', triageBy),
    ],
    MisuseReportAcknowledged: () => [doneOnceKnown('acknowledge')],
    MisuseTriaged: ({ openBy, notifyBy }) => [
      doneOnceKnown('triage'),
      due('open', openBy),
      ...(notifyBy === undefined ? [] : [due('notify', notifyBy)]),
    ],
    TriageCorrected: ({ openBy, notifyBy }) => [
      ...dueCorrected('open', openBy),
      notifyBy === undefined ? withdrawn('notify') : { ...due('notify', notifyBy), corrected: true },
    ],
    MisuseDeclined: () => [doneOnceKnown('triage')],
    InvestigatorAssigned: (data) => [{ duty: 'conclude', about: investigatedBy(data) }],
    InvestigationOpened: ({ concludeBy }) => [done('open'), due('conclude', concludeBy)],
    AllegationPutToRecipient: ({ replyBy }) => [dueOnceKnown('reply', replyBy)],
    RecipientReplyReceived: ({ awaited }) => (awaited === undefined ? [doneOnceKnown('reply')] : []),
    PrecautionarySuspensionOrdered: ({ until }) => [due('precaution-end', until)],
    PrecautionarySuspensionRenewed: ({ until }) => [due('precaution-end', until)],
    PrecautionarySuspensionLapsed: () => [passed('precaution-end')],
    InvestigationExtended: ({ until }) => [due('conclude', until)],
    MisuseSubstantiated: ({ measureBy }) => [done('conclude'), due('measure', measureBy)],
    MisuseDismissed: () => [done('conclude'), withdrawn('reply')],
    MisuseFoundInconclusive: () => [done('conclude')],
    LegislatureNotifiedOfPossibleViolation: () => [done('notify')],
    MeasureDecided: () => [done('measure')],
    RemediationPlanAgreed: (data) => [due('remediate', data.due)],
    RemediationVerified: () => [done('remediate')],
    AssistanceTerminated: () => [withdrawn('remediate')],
    MisuseCaseClosed: () => STEPS.map((step) => withdrawn(step)),
    MisuseCaseReopened: ({ triageBy }) => [...STEPS.map((step) => withdrawn(step)), dueOnceKnown('triage', triageBy)],
    MisuseStepBecameOverdue: ({ step }) => [overdueNow(step)],
    MisuseReportCorrected: (data) =>
      ([...STEPS, 'precaution-end'] as const).map((duty) => ({ duty, about: correctedParties(data) })),
  },
  { MisuseReportCorrected: correctedParties, InvestigatorAssigned: investigatedBy },
);
