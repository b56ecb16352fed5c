import type { GiveConcurrence, ProgrammeCorrected, ProgrammeEvent, ProgrammeProposed } from '@entente/contracts';
import { type Actor, addDays, append, evolveBy, pick, put } from '@entente/kernel';
import type { Correctable } from '../corrections.js';
import { factDay } from '../days.js';
import { withMisuseCase } from '../safeguards/misuse-holds.js';

/** A milestone: its current plan, its outcome, and the event of that outcome. */
export interface MilestoneState {
  readonly due: string;
  /** The event that planned it last. */
  readonly plannedBy: string;
  readonly outcome: 'open' | 'met' | 'missed' | 'ended';
  /** Whether it was recorded that its last day passed. */
  readonly overdue: boolean;
  readonly on: string | null;
  readonly recordedBy: string | null;
}

export interface Programme
  extends
    Correctable,
    Pick<
      ProgrammeProposed,
      'kind' | 'donor' | 'recipient' | 'approvalRule' | 'lead' | 'framework' | 'starts' | 'ends' | 'sector' | 'basis'
    > {
  /** R19: while `suspended`, there is no enrolment, shipment or disbursement. */
  readonly status: 'proposed' | 'approved' | 'active' | 'suspended' | 'completed' | 'terminated';
  /** The status to which a suspended programme returns. */
  readonly resumesTo: 'proposed' | 'approved' | 'active';
  /** The misuse cases for which it was ever suspended: its release consults them. */
  readonly misuseCases: readonly string[];
  /** The day on which it was completed, if it was. */
  readonly completedOn: string | null;
  /** While it is suspended, and after its early end: the day from which it is stopped. */
  readonly stoppedOn: string | null;
  /** The event that last stated each field that can be corrected. */
  readonly statedBy: Readonly<Record<string, string>>;
  readonly modality: string | null;
  readonly technology: string | null;
  /** Who proposed it: another person approves it. */
  readonly proposedBy: Actor;
  readonly objectives: readonly string[];
  readonly genderMarker: 0 | 1 | 2 | null;
  /** Those invited and those who joined, besides the donor. */
  readonly participants: Readonly<Record<string, 'invited' | 'joined'>>;
  /**
   * The last decision of each authority: why it withholds its concurrence, or null if it has given
   * it.
   */
  readonly concurrences: readonly (GiveConcurrence & { readonly withheld: string | null })[];
  /** The first day on which it may be activated, if the legislature was notified (R2). */
  readonly noticeEnds: string | null;
  readonly milestones: Readonly<Record<string, MilestoneState>>;
  /** The newest accounts that pay for it; tranches of older ones end once their day has passed. */
  readonly accounts: readonly string[];
}

/** The most accounts that a programme is known to have. */
const MAX_ACCOUNTS = 100;

/** The milestone of this name, if one was planned. */
export const milestoneOf = (state: Programme, name: string): MilestoneState | undefined =>
  Object.hasOwn(state.milestones, name) ? state.milestones[name] : undefined;

/** Whether an organisation was invited or has joined: the donor has joined by its proposal. */
export const participationOf = (state: Programme, organisation: string): 'invited' | 'joined' | undefined => {
  if (organisation === state.donor) return 'joined';
  return Object.hasOwn(state.participants, organisation) ? state.participants[organisation] : undefined;
};

/** The donor and those who joined it. */
export const joined = (state: Programme): readonly string[] => [
  state.donor,
  ...Object.keys(state.participants).filter((organisation) => state.participants[organisation] === 'joined'),
];

type Milestones = Pick<Programme, 'milestones'>;
function withMilestone(state: Programme, name: string, change: Partial<MilestoneState>): Milestones {
  const before = milestoneOf(state, name) ?? { due: '', plannedBy: '', ...OPEN };
  return { milestones: put(state.milestones, name, { ...before, ...change }) };
}

function withConcurrence(
  state: Programme,
  { party, authority }: GiveConcurrence,
  withheld: string | null,
): Pick<Programme, 'concurrences'> {
  const others = state.concurrences.filter((given) => given.party !== party || given.authority !== authority);
  return { concurrences: [...others, { party, authority, withheld }] };
}

const OPEN = { outcome: 'open', overdue: false, on: null, recordedBy: null } as const;
/** Neither met nor missed when the programme ended. */
const ENDED = { ...OPEN, outcome: 'ended' } as const;

/** Whether a programme was completed or ended early. */
export const hasEnded = ({ status }: Pick<Programme, 'status'>): boolean =>
  status === 'completed' || status === 'terminated';

const noticeOf = ({ on, noticeDays }: Pick<ProgrammeCorrected, 'on' | 'noticeDays'>) =>
  on === undefined || noticeDays === undefined ? {} : { noticeEnds: addDays(on, noticeDays) };

/** A programme after its events. */
export const evolve = evolveBy<Programme, ProgrammeEvent>()(
  'ProgrammeProposed',
  ({ title: _, ...data }, { metadata, id }) => ({
    ...data,
    statedBy: { title: id, recipient: id, sector: id, starts: id, ends: id, framework: id },
    status: 'proposed',
    resumesTo: 'active',
    misuseCases: [],
    completedOn: null,
    stoppedOn: null,
    modality: null,
    technology: null,
    proposedBy: metadata.actor,
    objectives: [],
    genderMarker: null,
    participants: {},
    concurrences: [],
    noticeEnds: null,
    milestones: {},
    accounts: [],
    correctable: new Map(),
  }),
  {
    ParticipantInvited: ({ participant }, { participants }) => ({
      participants: { ...participants, [participant]: 'invited' as const },
    }),
    ParticipantJoined: ({ participant }, { participants }) => ({
      participants: { ...participants, [participant]: 'joined' as const },
    }),
    ParticipantWithdrew: ({ participant }, { participants, concurrences }) => ({
      participants: Object.fromEntries(Object.entries(participants).filter(([id]) => id !== participant)),
      concurrences: concurrences.filter(({ party }) => party !== participant),
    }),
    ObjectiveDefined: ({ objective }, { objectives }) => ({ objectives: append(objectives, objective) }),
    GenderMarkerAssigned: ({ marker }) => ({ genderMarker: marker }),
    ConcurrenceGiven: (data, state) => withConcurrence(state, data, null),
    ConcurrenceWithheld: (data, state) => withConcurrence(state, data, data.reason),
    LegislatureNotified: noticeOf,
    ProgrammeApproved: () => ({ status: 'approved' as const }),
    ProgrammeActivated: () => ({ status: 'active' as const }),
    ProgrammeCorrected: (data, { completedOn }) => ({
      ...pick(data, 'recipient', 'sector', 'starts', 'ends', 'modality', 'technology', 'framework'),
      ...(data.fact === 'notice' ? noticeOf(data) : {}),
      completedOn: data.fact === 'completion' ? (data.on ?? completedOn) : completedOn,
    }),
    ProgrammeAdapted: (data, { statedBy }, { id }) => {
      const adapted = pick(data, 'ends', 'sector', 'modality', 'technology');
      const by = Object.fromEntries(Object.keys(adapted).map((field) => [field, id]));
      return { ...adapted, statedBy: { ...statedBy, ...by } };
    },
    MilestonePlanned: ({ milestone, due }, state, { id: plannedBy }) =>
      withMilestone(state, milestone, { ...OPEN, due, plannedBy }),
    MilestoneReplanned: ({ milestone, due }, state, { id: plannedBy }) =>
      withMilestone(state, milestone, { ...OPEN, due, plannedBy }),
    MilestoneMet: ({ milestone, on }, state, { id }) =>
      withMilestone(state, milestone, { outcome: 'met', on, recordedBy: id }),
    MilestoneMissed: ({ milestone, on }, state, { id }) =>
      withMilestone(state, milestone, { outcome: 'missed', on, recordedBy: id }),
    MilestoneBecameOverdue: ({ milestone }, state) => withMilestone(state, milestone, { overdue: true }),
    MilestoneCorrected: ({ milestone, on, fact, due }, state) =>
      fact !== undefined
        ? withMilestone(state, milestone, due === undefined ? {} : { due, overdue: false })
        : withMilestone(state, milestone, on === undefined ? (hasEnded(state) ? ENDED : OPEN) : { on }),
    AccountNoted: ({ account }, { accounts }) => ({ accounts: [...accounts, account].slice(-MAX_ACCOUNTS) }),
    ProgrammeSuspended: ({ misuseCase }, { status, resumesTo, misuseCases, stoppedOn }, { metadata }) => ({
      status: 'suspended' as const,
      stoppedOn: stoppedOn ?? factDay(metadata),
      resumesTo: status === 'proposed' || status === 'approved' || status === 'active' ? status : resumesTo,
      misuseCases: withMisuseCase(misuseCases, misuseCase),
    }),
    ProgrammeResumed: ({ to }) => ({ status: to ?? ('active' as const), stoppedOn: null }),
    ProgrammeCompleted: ({ on }) => ({ status: 'completed' as const, completedOn: on }),
    ProgrammeTerminated: ({ open = [] }, state, { metadata }) => ({
      status: 'terminated' as const,
      stoppedOn: state.stoppedOn ?? factDay(metadata),
      milestones: open.reduce(
        (all, name) => withMilestone({ ...state, milestones: all }, name, ENDED).milestones,
        state.milestones,
      ),
    }),
  },
);
