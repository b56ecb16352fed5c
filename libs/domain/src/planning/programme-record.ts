import { type Actor, type Event, type StreamEvent, addDays, never } from '@entente/kernel';

/** How a multilateral programme is approved; fixed when it is proposed (R4). */
export const APPROVAL_RULES = ['unanimity', 'lead-nation'] as const;
export type ApprovalRule = (typeof APPROVAL_RULES)[number];

/** What a programme is from its proposal on. Days are YYYY-MM-DD. */
export interface Proposal {
  /** `bilateral`: one donor and one recipient; `multilateral`: the donor and those who take part with it, for one beneficiary. */
  readonly kind: 'bilateral' | 'multilateral';
  readonly title: string;
  readonly donor: string;
  /** The recipient; of a multilateral programme, its beneficiary. */
  readonly recipient: string;
  /** The sector's code, such as the DAC purpose code 15210. */
  readonly sector: string;
  readonly starts: string;
  readonly ends: string;
  /** Of a multilateral programme only, and always there. */
  readonly approvalRule?: ApprovalRule;
  /** The nation that approves, where the rule is `lead-nation`. */
  readonly lead?: string;
  /** The legal framework that it stands under. */
  readonly framework?: string;
}
/** A promise: the milestone and the last day on which it is to be met. */
export interface Milestone {
  readonly milestone: string;
  readonly due: string;
}
/** The day on which a milestone was met, or from which it counts as missed. */
export interface Outcome {
  readonly milestone: string;
  readonly on: string;
}
/** What is done otherwise from here on; at least one of it. */
export interface Adaptation {
  readonly reason: string;
  readonly ends?: string;
  readonly sector?: string;
  /** How the assistance is given, such as `remote-mentoring`. */
  readonly modality?: string;
  /** The technology adopted, such as `satellite-imagery`. */
  readonly technology?: string;
}
/** Whose word it is on a proposal: an authority of a party, such as the donor's foreign ministry. */
export interface Concurrence {
  readonly party: string;
  readonly authority: string;
}
export interface Reasoned {
  readonly reason: string;
}

// ---- Events ----

export type ProgrammeEvent =
  | Event<'ProgrammeProposed', Proposal>
  | Event<'ParticipantInvited', { readonly participant: string }>
  | Event<'ParticipantJoined', { readonly participant: string }>
  | Event<'ParticipantWithdrew', Reasoned & { readonly participant: string }>
  | Event<'ObjectiveDefined', { readonly objective: string; readonly statement: string }>
  | Event<'GenderMarkerAssigned', { readonly marker: 0 | 1 | 2 }>
  | Event<'ConcurrenceGiven', Concurrence>
  | Event<'ConcurrenceWithheld', Concurrence & Reasoned>
  | Event<'LegislatureNotified', { readonly on: string; readonly noticeDays: number }>
  | Event<'ProgrammeApproved', { readonly authority: string }>
  | Event<'ProgrammeActivated', { readonly on: string }>
  | Event<'ProgrammeAdapted', Adaptation>
  | Event<'MilestonePlanned', Milestone>
  | Event<'MilestoneReplanned', Milestone & { readonly cause: string }>
  | Event<'MilestoneMet', Outcome>
  | Event<'MilestoneMissed', Outcome>
  | Event<
      'MilestoneCorrected',
      Reasoned & {
        readonly milestone: string;
        /** The outcome that was wrong. */
        readonly corrects: string;
        /** The right day; without it there was no such outcome, and the milestone is open again. */
        readonly on?: string;
      }
    >
  | Event<'ProgrammeSuspended', Reasoned & { readonly misuseCase?: string }>
  | Event<'ProgrammeResumed', Reasoned>
  | Event<'ProgrammeCompleted', { readonly on: string }>
  | Event<'ProgrammeTerminated', Reasoned>;

// ---- State ----

/** A milestone as it stands: its current plan, its outcome, and the event that said it. */
export interface MilestoneState {
  readonly due: string;
  readonly outcome: 'open' | 'met' | 'missed';
  readonly on: string | null;
  readonly saidBy: string | null;
}

export interface Programme extends Pick<
  Proposal,
  'kind' | 'donor' | 'recipient' | 'approvalRule' | 'lead' | 'framework' | 'starts' | 'ends' | 'sector'
> {
  /** R19: while `suspended`, nobody is enrolled, nothing is shipped and nothing is disbursed. */
  readonly status: 'proposed' | 'approved' | 'active' | 'suspended' | 'completed' | 'terminated';
  readonly modality: string | null;
  readonly technology: string | null;
  /** Who proposed it: not the one who approves it. */
  readonly proposedBy: Actor;
  readonly objectives: readonly string[];
  readonly genderMarker: 0 | 1 | 2 | null;
  /** Those invited and those who joined, beside the donor. */
  readonly participants: Readonly<Record<string, 'invited' | 'joined'>>;
  /** The last word of each authority: why it withholds its concurrence, or null where it has given it. */
  readonly concurrences: readonly (Concurrence & { readonly withheld: string | null })[];
  /** The first day on which it may be activated, where the legislature was told (R2). */
  readonly noticeEnds: string | null;
  readonly milestones: Readonly<Record<string, MilestoneState>>;
}

/** The milestone of this name, where one was planned. */
export const milestoneOf = (state: Programme, name: string): MilestoneState | undefined =>
  Object.hasOwn(state.milestones, name) ? state.milestones[name] : undefined;

/** How far an organisation has come in taking part: the donor has joined by its proposal. */
export const participationOf = (state: Programme, organisation: string): 'invited' | 'joined' | undefined => {
  if (organisation === state.donor) return 'joined';
  return Object.hasOwn(state.participants, organisation) ? state.participants[organisation] : undefined;
};

/** The donor and those who joined it. */
export const joined = (state: Programme): readonly string[] => [
  state.donor,
  ...Object.keys(state.participants).filter((organisation) => state.participants[organisation] === 'joined'),
];

function withMilestone(state: Programme, name: string, change: Partial<MilestoneState>): Programme {
  const before = milestoneOf(state, name) ?? { due: '', outcome: 'open', on: null, saidBy: null };
  return { ...state, milestones: { ...state.milestones, [name]: { ...before, ...change } } };
}

function withWord(state: Programme, { party, authority }: Concurrence, withheld: string | null): Programme {
  const others = state.concurrences.filter((word) => word.party !== party || word.authority !== authority);
  return { ...state, concurrences: [...others, { party, authority, withheld }] };
}

const OPEN = { outcome: 'open', on: null, saidBy: null } as const;

/** The programme after an event. */
export function evolve(state: Programme | null, event: StreamEvent<ProgrammeEvent>): Programme | null {
  if (event.type === 'ProgrammeProposed')
    return {
      ...event.data,
      status: 'proposed',
      modality: null,
      technology: null,
      proposedBy: event.metadata.actor,
      objectives: [],
      genderMarker: null,
      participants: {},
      concurrences: [],
      noticeEnds: null,
      milestones: {},
    };
  if (state === null) return null;
  switch (event.type) {
    case 'ParticipantInvited':
      return { ...state, participants: { ...state.participants, [event.data.participant]: 'invited' } };
    case 'ParticipantJoined':
      return { ...state, participants: { ...state.participants, [event.data.participant]: 'joined' } };
    case 'ParticipantWithdrew': {
      const { participant } = event.data;
      const participants = Object.fromEntries(Object.entries(state.participants).filter(([id]) => id !== participant));
      const concurrences = state.concurrences.filter(({ party }) => party !== participant);
      return { ...state, participants, concurrences };
    }
    case 'ObjectiveDefined':
      return { ...state, objectives: [...state.objectives, event.data.objective] };
    case 'GenderMarkerAssigned':
      return { ...state, genderMarker: event.data.marker };
    case 'ConcurrenceGiven':
      return withWord(state, event.data, null);
    case 'ConcurrenceWithheld':
      return withWord(state, event.data, event.data.reason);
    case 'LegislatureNotified':
      return { ...state, noticeEnds: addDays(event.data.on, event.data.noticeDays) };
    case 'ProgrammeApproved':
      return { ...state, status: 'approved' };
    case 'ProgrammeActivated':
    case 'ProgrammeResumed':
      return { ...state, status: 'active' };
    case 'ProgrammeAdapted': {
      const { ends = state.ends, sector = state.sector } = event.data;
      const { modality = state.modality, technology = state.technology } = event.data;
      return { ...state, ends, sector, modality, technology };
    }
    case 'MilestonePlanned':
    case 'MilestoneReplanned':
      return withMilestone(state, event.data.milestone, { ...OPEN, due: event.data.due });
    case 'MilestoneMet':
    case 'MilestoneMissed': {
      const outcome = event.type === 'MilestoneMet' ? 'met' : 'missed';
      return withMilestone(state, event.data.milestone, { outcome, on: event.data.on, saidBy: event.id });
    }
    case 'MilestoneCorrected': {
      const { milestone, on } = event.data;
      return withMilestone(state, milestone, on === undefined ? OPEN : { on });
    }
    case 'ProgrammeSuspended':
      return { ...state, status: 'suspended' };
    case 'ProgrammeCompleted':
      return { ...state, status: 'completed' };
    case 'ProgrammeTerminated':
      return { ...state, status: 'terminated' };
    default:
      return never(event);
  }
}
