import type { MisuseCaseEvent } from '@entente/domain';
import { type Projection, type RecordedEvent, never } from '@entente/kernel';
import { Column } from 'typeorm';

/** A misuse case from its flag to its end, declined and dismissed ones too. Who reported it stands nowhere in it. Days are YYYY-MM-DD. */
export class MisuseRow {
  @Column('text')
  misuse_case!: string;

  /** `flagged`, `accepted`, `declined`, `investigating`, `substantiated`, `dismissed`, `inconclusive` or `closed`. */
  @Column('text')
  status!: string;

  @Column('text')
  allegation!: string;

  @Column('text', { nullable: true })
  incident_type!: string | null;

  @Column('text', { nullable: true })
  programme!: string | null;

  @Column('text', { nullable: true })
  assistance_case!: string | null;

  @Column('text', { nullable: true })
  donor!: string | null;

  @Column('text')
  recipient!: string;

  @Column('text')
  accused!: string;

  @Column('text')
  flagged_on!: string;

  @Column('boolean')
  acknowledged!: boolean;

  /** The step that is due next, and its last day. */
  @Column('text', { nullable: true })
  next_step!: string | null;

  @Column('text', { nullable: true })
  next_due!: string | null;

  /** The last day of each step that has begun and is not done. */
  @Column('simple-json')
  due!: Readonly<Record<string, string>>;

  /** Steps recorded as overdue. */
  @Column('integer')
  overdue_steps!: number;

  @Column('boolean')
  notice_required!: boolean;

  @Column('boolean')
  legislature_notified!: boolean;

  /** Whether the allegation was put to the recipient. */
  @Column('boolean')
  disclosed!: boolean;

  @Column('integer')
  replies!: number;

  @Column('text', { nullable: true })
  precaution_until!: string | null;

  /** The last measure decided. */
  @Column('text', { nullable: true })
  measure!: string | null;

  /** `running`, `suspended`, `resumed` or `terminated`. */
  @Column('text')
  assistance!: string;

  @Column('integer')
  recoveries!: number;

  @Column('text', { nullable: true })
  closed_on!: string | null;

  @Column('integer')
  reopened!: number;
}

/** Begins and ends the time limits of steps; the earliest that is left is the next. */
function withDue(row: MisuseRow, days: Readonly<Record<string, string | undefined>>): MisuseRow {
  const kept = { ...row.due, ...days };
  const due = Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const next = Object.entries(due).sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x < y ? -1 : 1))[0];
  return { ...row, due, next_step: next?.[0] ?? null, next_due: next?.[1] ?? null };
}

const done = undefined;

function evolve(row: MisuseRow | null, event: RecordedEvent<MisuseCaseEvent>): MisuseRow | null {
  const day = event.metadata.occurredAt.slice(0, 10);
  if (event.type === 'MisuseFlagged') {
    const { allegation, programme = null, case: assistance_case = null, donor = null, recipient, accused } = event.data;
    const misuse_case = event.stream.slice(event.stream.indexOf('/') + 1);
    const concerns = {
      misuse_case,
      allegation,
      programme,
      assistance_case,
      donor,
      recipient,
      accused,
      flagged_on: day,
    };
    const nothing = {
      incident_type: null,
      acknowledged: false,
      next_step: null,
      next_due: null,
      due: {},
      overdue_steps: 0,
    };
    const inquiry = {
      notice_required: false,
      legislature_notified: false,
      disclosed: false,
      replies: 0,
      precaution_until: null,
    };
    const outcome = { measure: null, assistance: 'running', recoveries: 0, closed_on: null, reopened: 0 };
    const { acknowledgeBy, triageBy } = event.data;
    return withDue(
      { ...concerns, status: 'flagged', ...nothing, ...inquiry, ...outcome },
      { acknowledge: acknowledgeBy, triage: triageBy },
    );
  }
  if (row === null) return null;
  switch (event.type) {
    case 'MisuseReportCorrected':
      return event.data.allegation === undefined ? row : { ...row, allegation: event.data.allegation };
    case 'MisuseReportAcknowledged':
      return withDue({ ...row, acknowledged: true }, { acknowledge: done });
    case 'MisuseTriaged': {
      const { incidentType, noticeRequired, openBy, notifyBy } = event.data;
      const triaged = { ...row, status: 'accepted', incident_type: incidentType, notice_required: noticeRequired };
      return withDue(triaged, { triage: done, open: openBy, notify: notifyBy });
    }
    case 'MisuseDeclined':
      return withDue({ ...row, status: 'declined' }, { triage: done });
    case 'InvestigationOpened':
      return withDue({ ...row, status: 'investigating' }, { open: done, conclude: event.data.concludeBy });
    case 'AllegationPutToRecipient':
      return withDue({ ...row, disclosed: true }, { reply: event.data.replyBy });
    case 'RecipientReplyReceived':
      return withDue({ ...row, replies: row.replies + 1 }, { reply: done });
    case 'PrecautionarySuspensionOrdered':
    case 'PrecautionarySuspensionRenewed':
      return { ...row, precaution_until: event.data.until };
    case 'PrecautionarySuspensionLapsed':
      return { ...row, precaution_until: null };
    case 'InvestigationExtended':
      return withDue(row, { conclude: event.data.until });
    case 'MisuseSubstantiated':
      return withDue({ ...row, status: 'substantiated' }, { conclude: done, measure: event.data.measureBy });
    case 'MisuseDismissed':
      return withDue({ ...row, status: 'dismissed' }, { conclude: done, reply: done });
    case 'MisuseFoundInconclusive':
      return withDue({ ...row, status: 'inconclusive' }, { conclude: done });
    case 'LegislatureNotifiedOfPossibleViolation':
      return withDue({ ...row, legislature_notified: true }, { notify: done });
    case 'MeasureDecided':
      return withDue({ ...row, measure: event.data.measure }, { measure: done });
    case 'AssistanceSuspended':
      return { ...row, assistance: 'suspended' };
    case 'RemediationPlanAgreed':
      return withDue(row, { remediate: event.data.due });
    case 'RemediationVerified':
      return withDue(row, { remediate: done });
    case 'AssistanceResumed':
      return { ...row, assistance: 'resumed' };
    case 'AssistanceTerminated':
      return withDue({ ...row, assistance: 'terminated' }, { remediate: done });
    case 'FundsRecovered':
      return { ...row, recoveries: row.recoveries + 1 };
    case 'MisuseCaseClosed':
      return withDue({ ...row, status: 'closed', closed_on: day, due: {} }, {});
    case 'MisuseCaseReopened': {
      const again = {
        status: 'flagged',
        incident_type: null,
        notice_required: false,
        measure: null,
        precaution_until: null,
        due: {},
      };
      const assistance = row.assistance === 'terminated' ? 'terminated' : 'running';
      return withDue(
        { ...row, ...again, assistance, closed_on: null, reopened: row.reopened + 1 },
        { triage: event.data.triageBy },
      );
    }
    case 'MisuseStepBecameOverdue':
      return { ...row, overdue_steps: row.overdue_steps + 1 };
    case 'InvestigatorAssigned':
    case 'EvidenceAdded':
    case 'AssurancesReceived':
    case 'RecoveryCorrected':
      return row;
    default:
      return never(event);
  }
}

export const misuseRegister: Projection<MisuseCaseEvent, MisuseRow> = {
  name: 'misuse-register',
  version: 1,
  kinds: ['misuse-case'],
  about: 'a misuse case: where its inquiry stands, what is due next, and what was decided',
  entity: MisuseRow,
  totals: { counts: 'misuse cases', by: ['status'], sums: [] },
  touches: () => [''],
  evolve,
};
