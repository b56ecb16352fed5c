import {
  type Circumstances,
  type Decider,
  type Event,
  type Happened,
  type Refusal,
  actsFor,
  addDays,
  alreadyThere,
  never,
  notThere,
  refuse,
} from '@entente/kernel';

// ---- Events ----

/** A programme of one donor for one recipient, from its proposal on. Days are YYYY-MM-DD. */
export type ProgrammeProposed = Event<
  'ProgrammeProposed',
  {
    readonly title: string;
    readonly donor: string;
    readonly recipient: string;
    /** The sector's code, such as the DAC purpose code 15210. */
    readonly sector: string;
    readonly starts: string;
    readonly ends: string;
  }
>;
interface Reasoned {
  readonly reason: string;
}
interface Milestone {
  readonly milestone: string;
  readonly due: string;
}
interface Outcome {
  readonly milestone: string;
  /** The day on which it was met or missed. */
  readonly on: string;
}
export type ProgrammeEvent =
  | ProgrammeProposed
  | Event<'ObjectiveDefined', { readonly objective: string; readonly statement: string }>
  | Event<'GenderMarkerAssigned', { readonly marker: 0 | 1 | 2 }>
  | Event<'LegislatureNotified', { readonly on: string; readonly noticeDays: number }>
  | Event<'ProgrammeApproved', { readonly authority: string }>
  | Event<'ProgrammeActivated', { readonly on: string }>
  | Event<'MilestonePlanned', Milestone>
  | Event<'MilestoneReplanned', Milestone & { readonly cause: string }>
  | Event<'MilestoneMet', Outcome>
  | Event<'MilestoneMissed', Outcome>
  | Event<
      'MilestoneCorrected',
      Reasoned & { readonly milestone: string; readonly corrects: string; readonly on?: string }
    >
  | Event<'ProgrammeSuspended', Reasoned & { readonly misuseCase?: string }>
  | Event<'ProgrammeResumed', Reasoned>
  | Event<'ProgrammeCompleted', { readonly on: string }>
  | Event<'ProgrammeTerminated', Reasoned>;

// ---- State ----

export interface Programme {
  readonly status: 'proposed' | 'approved' | 'active' | 'suspended' | 'completed' | 'terminated';
  readonly donor: string;
  readonly recipient: string;
  /** The reference of the person who proposed it, where there was one. */
  readonly proposedBy: string | null;
  readonly objectives: readonly string[];
  /** The first day on which it may be activated, where the legislature was told. */
  readonly noticeEnds: string | null;
  /** Each milestone's current plan, its outcome, and the event that said it. */
  readonly milestones: Readonly<
    Record<
      string,
      { readonly due: string; readonly outcome: 'open' | 'met' | 'missed'; readonly saidBy: string | null }
    >
  >;
}

function evolve(state: Programme | null, event: Happened<ProgrammeEvent>): Programme | null {
  if (event.type === 'ProgrammeProposed') {
    const { donor, recipient } = event.data;
    const proposedBy = event.metadata.actor.person ?? null;
    return { status: 'proposed', donor, recipient, proposedBy, objectives: [], noticeEnds: null, milestones: {} };
  }
  if (state === null) return null;
  const milestone = (name: string, change: Partial<Programme['milestones'][string]>): Programme => {
    const before = state.milestones[name] ?? { due: '', outcome: 'open', saidBy: null };
    return { ...state, milestones: { ...state.milestones, [name]: { ...before, ...change } } };
  };
  switch (event.type) {
    case 'ObjectiveDefined':
      return { ...state, objectives: [...state.objectives, event.data.objective] };
    case 'GenderMarkerAssigned':
      return state;
    case 'LegislatureNotified':
      return { ...state, noticeEnds: addDays(event.data.on, event.data.noticeDays) };
    case 'ProgrammeApproved':
      return { ...state, status: 'approved' };
    case 'ProgrammeActivated':
    case 'ProgrammeResumed':
      return { ...state, status: 'active' };
    case 'MilestonePlanned':
    case 'MilestoneReplanned':
      return milestone(event.data.milestone, { due: event.data.due });
    case 'MilestoneMet':
      return milestone(event.data.milestone, { outcome: 'met', saidBy: event.id });
    case 'MilestoneMissed':
      return milestone(event.data.milestone, { outcome: 'missed', saidBy: event.id });
    case 'MilestoneCorrected':
      return event.data.on === undefined ? milestone(event.data.milestone, { outcome: 'open', saidBy: null }) : state;
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

// ---- Commands ----

/** Each command says what its event will: the decision adds nothing to a programme's facts. */
const SAYS = {
  ProposeProgramme: 'ProgrammeProposed',
  DefineObjective: 'ObjectiveDefined',
  AssignGenderMarker: 'GenderMarkerAssigned',
  NotifyLegislature: 'LegislatureNotified',
  ApproveProgramme: 'ProgrammeApproved',
  ActivateProgramme: 'ProgrammeActivated',
  PlanMilestone: 'MilestonePlanned',
  ReplanMilestone: 'MilestoneReplanned',
  MeetMilestone: 'MilestoneMet',
  MissMilestone: 'MilestoneMissed',
  CorrectMilestone: 'MilestoneCorrected',
  SuspendProgramme: 'ProgrammeSuspended',
  ResumeProgramme: 'ProgrammeResumed',
  CompleteProgramme: 'ProgrammeCompleted',
  TerminateProgramme: 'ProgrammeTerminated',
} as const satisfies Record<string, ProgrammeEvent['type']>;

export type ProgrammeCommand = {
  [Type in keyof typeof SAYS]: {
    readonly type: Type;
    readonly data: Extract<ProgrammeEvent, { type: (typeof SAYS)[Type] }>['data'];
  };
}[keyof typeof SAYS];

// ---- Decisions ----

const inTheFuture = (on: string, c: Circumstances): Refusal | null =>
  on > c.now.slice(0, 10) ? refuse('day-in-future', 'the day has come', null, { on }) : null;

function unmet(state: Programme, name: string): Refusal | null {
  const milestone = Object.hasOwn(state.milestones, name) ? state.milestones[name] : undefined;
  if (milestone === undefined)
    return refuse('milestone-not-planned', 'the milestone has been planned', null, { milestone: name });
  if (milestone.outcome === 'open') return null;
  return refuse('milestone-settled', 'the milestone is still open; correct its outcome first', 'R26', {
    outcome: milestone.outcome,
  });
}

/** Approver != proposer: a known person other than the one who proposed, on the donor's behalf. */
function mayApprove(state: Programme, c: Circumstances): Refusal | null {
  if (state.status !== 'proposed') return refuse('not-proposed', 'the programme waits for its approval');
  if (c.actor.person !== undefined && c.actor.person !== state.proposedBy) return null;
  return refuse(
    'approver-is-proposer',
    'a named person other than the one who proposed it approves',
    'separation-of-duties',
  );
}

function mayActivate(state: Programme, on: string): Refusal | null {
  if (state.status !== 'approved') return refuse('not-approved', 'the programme is approved and not yet active');
  if (state.noticeEnds === null || on >= state.noticeEnds) return null;
  return refuse('notice-running', "the legislature's notice period has run out", 'R2', { until: state.noticeEnds });
}

function unfit(command: ProgrammeCommand, state: Programme, c: Circumstances): Refusal | null {
  switch (command.type) {
    case 'ProposeProgramme':
      return alreadyThere('programme');
    case 'DefineObjective':
      return state.objectives.includes(command.data.objective)
        ? refuse('objective-already-defined', 'no objective has this name', null, { objectives: state.objectives })
        : null;
    case 'AssignGenderMarker':
    case 'TerminateProgramme':
      return null;
    case 'NotifyLegislature':
      if (state.noticeEnds !== null) return refuse('already-notified', 'the legislature has not been told yet', 'R2');
      return inTheFuture(command.data.on, c);
    case 'ApproveProgramme':
      return mayApprove(state, c);
    case 'ActivateProgramme':
      return mayActivate(state, command.data.on) ?? inTheFuture(command.data.on, c);
    case 'PlanMilestone':
      return Object.hasOwn(state.milestones, command.data.milestone)
        ? refuse('milestone-already-planned', 'no milestone has this name; replan it instead')
        : null;
    case 'ReplanMilestone':
      return unmet(state, command.data.milestone);
    case 'MeetMilestone':
    case 'MissMilestone':
      return unmet(state, command.data.milestone) ?? inTheFuture(command.data.on, c);
    case 'CorrectMilestone': {
      const { milestone, corrects } = command.data;
      if (state.milestones[milestone]?.saidBy !== corrects)
        return refuse('corrects-unknown-event', "the event corrected is that milestone's outcome", 'R26', { corrects });
      return command.data.on === undefined ? null : inTheFuture(command.data.on, c);
    }
    case 'SuspendProgramme':
      return state.status === 'active' ? null : refuse('not-active', 'the programme is active', 'R19');
    case 'ResumeProgramme':
      return state.status === 'suspended' ? null : refuse('not-suspended', 'the programme is suspended', 'R19');
    case 'CompleteProgramme':
      if (state.status !== 'active') return refuse('not-active', 'the programme is active', 'R19');
      return inTheFuture(command.data.on, c);
    default:
      return never(command);
  }
}

function decide(
  command: ProgrammeCommand,
  state: Programme | null,
  c: Circumstances,
): readonly ProgrammeEvent[] | Refusal {
  const said = [{ type: SAYS[command.type], data: command.data } as ProgrammeEvent];
  const donor = state?.donor ?? (command.type === 'ProposeProgramme' ? command.data.donor : null);
  if (donor === null) return notThere('programme');
  const reports = command.type === 'MeetMilestone' || command.type === 'MissMilestone';
  const may = actsFor(c.actor) === donor || c.actor.role === 'operator' || (reports && c.actor.role === 'implementer');
  if (!may)
    return refuse('not-the-donor', 'the donor, or somebody on its behalf, decides on its programme', null, { donor });
  if (state === null) {
    const { starts, ends } = (command as Extract<ProgrammeCommand, { type: 'ProposeProgramme' }>).data;
    return ends < starts
      ? refuse('ends-before-start', 'the programme ends after it starts', null, { starts, ends })
      : said;
  }
  const ended = state.status === 'completed' || state.status === 'terminated';
  if (ended && command.type !== 'ProposeProgramme' && command.type !== 'CorrectMilestone')
    return refuse('programme-ended', 'the programme has not ended', null, { status: state.status });
  return unfit(command, state, c) ?? said;
}

/** The rules of a bilateral programme: R2 (notice), R19, R26 and the separation of proposing from approving. */
export const programme: Decider<'programme', ProgrammeCommand, ProgrammeEvent, Programme | null> = {
  kind: 'programme',
  ids: 'prefixed',
  initial: null,
  evolve,
  decide,
};
