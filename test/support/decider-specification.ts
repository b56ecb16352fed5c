import { expect } from '@jest/globals';
import 'reflect-metadata';
import { REFUSAL_CODES, registered } from '@entente/contracts';
import { legalFramework, programme, stakeholder } from '@entente/domain';
import { type Actor, type AnyDecider, type Command, type Event, streamName } from '@entente/kernel';
import {
  type Decision,
  type FoldedStream,
  type NewEvent,
  type CommandInput,
  commandHash,
  consultedStreams,
  eventId,
  handleCommand,
  applyEvent,
  emptyStream,
} from '@entente/engine';

const NOW = '2026-06-01T12:00:00.000Z';
const OPERATOR: Actor = { organisation: 'operator', role: 'operator' };

/** The example id of a stream of a kind, as its id rule wants it. */
const idOf = (decider: AnyDecider, organisation: string): string =>
  decider.ids === 'opaque'
    ? `sealed.${'5'.repeat(32)}`
    : decider.ids === 'organisation'
      ? 'norland'
      : `${organisation}.it-1`;

function past(decider: AnyDecider, id: string, events: readonly Event[], actor: Actor): FoldedStream {
  const folded = emptyStream(decider);
  events.forEach((event, i) => {
    const metadata = {
      actor,
      occurredAt: '2026-05-01T09:00:00.000Z',
      commandId: `past-${i}`,
      commandHash: 'past',
      correlationId: 'story',
      causationId: null,
      consulted: [],
      evidence: [],
      legalBasis: null,
      marking: null,
    };
    const stream = streamName({ kind: decider.kind, id });
    applyEvent(
      decider,
      folded,
      { ...event, id: given.id(i), stream, revision: i, version: 1, metadata },
      BigInt(i + 1),
    );
  });
  return folded;
}

/** A command or an event. */
export interface Act {
  readonly type: string;
  readonly data: object;
}

/** A command or an event of a type. */
export const act = (type: string, data: object = {}): Act => ({ type, data });

/** The event of a type that has the data of a command, and more. */
export const same = (command: Event, type: string, more: object = {}): Act =>
  act(type, { ...(command.data as object), ...more });

/** These parameters of a framework are set. */
export const set = (parameters: Readonly<Record<string, number>>): readonly Act[] =>
  Object.entries(parameters).map(([parameter, value]) => act('ParameterSet', { parameter, value, reason: 'x' }));

/** The metadata of a command, and when it is decided. */
interface SendOptions {
  readonly occurredAt?: string;
  readonly now?: string;
  readonly ifMatch?: number;
  readonly evidence?: readonly { readonly sha256: string }[];
}

class Given {
  private actor: Actor = OPERATOR;
  private readonly others = new Map<string, FoldedStream>();
  private happenedBy: Actor = OPERATOR;
  private streamId: string | null = null;

  constructor(
    private readonly decider: AnyDecider,
    private readonly events: readonly Event[],
  ) {}

  /** The sender of the command. */
  as(organisation: string, role: Actor['role'], more: Partial<Actor> = {}): this {
    this.actor = { organisation, role, ...more };
    return this;
  }

  /** The sender of the past events (by default the operator). */
  by(organisation: string, role: Actor['role'], more: Partial<Actor> = {}): this {
    this.happenedBy = { organisation, role, ...more };
    return this;
  }

  /** The stream's id, where it matters. */
  named(id: string): this {
    this.streamId = id;
    return this;
  }

  /**
   * Another stream that the decision may consult, given by its events. A stream that is not given
   * does not exist.
   */
  knowing(other: AnyDecider, id: string, ...events: readonly Event[]): this {
    this.others.set(`${other.kind}/${id}`, past(other, id, events, this.happenedBy));
    return this;
  }

  /** These organisations are registered and hold these roles. */
  registered(organisations: readonly string[], ...roles: readonly string[]): this {
    const grants = roles.map((role) => ({ type: 'RoleGranted', data: { role } }));
    for (const id of organisations)
      this.knowing(stakeholder, id, { type: 'StakeholderRegistered', data: { name: id, type: 'state' } }, ...grants);
    return this;
  }

  /** The programme names a framework that has these terms since it was drafted. */
  under(id: string, ...terms: readonly Event[]): this {
    const parties = { donor: 'norland', recipient: 'estmark' };
    const framework = 'norland.agreement';
    return this.knowing(programme, id, act('ProgrammeProposed', { ...parties, kind: 'bilateral', framework })).knowing(
      legalFramework,
      framework,
      act('AgreementDrafted', { ...parties, parameters: [] }),
      ...terms,
    );
  }

  /**
   * The command is accepted with these events, these only, in this order; sent again under the same
   * id, it is repeated and records nothing.
   */
  decides(command: Command, events: Event | readonly Event[], at: SendOptions = {}): void {
    const { decision, repeat } = this.send(command, at);
    if (decision.type === 'refused')
      throw new Error(`refused: ${decision.refusal.code}: ${decision.refusal.requirement}`);
    expect(decision.type).toBe('decided');
    if (decision.type !== 'decided') return;
    const decided = decision.events.filter((event) => event.type !== 'CommandNoted');
    expect(decided.map(({ type, data }) => ({ type, data }))).toEqual(Array.isArray(events) ? events : [events]);
    expect(repeat(decision.events).type).toBe('repeated');
  }

  /** The command is refused with this code, and the refusal states what would have to be true. */
  refuses(command: Command, code: string, at: SendOptions = {}): void {
    const { decision } = this.send(command, at);
    expect(decision.type === 'refused' ? decision.refusal.code : decision).toBe(code);
    expect(REFUSAL_CODES).toContain(code);
    if (decision.type === 'refused') expect(decision.refusal.requirement.length).toBeGreaterThan(10);
  }

  /** The command is refused with this code, these are among the facts, and it asks for this. */
  refusesWith(command: Command, code: string, facts: object, requirement?: string): void {
    const { decision } = this.send(command, {});
    const asked = requirement === undefined ? {} : { requirement };
    expect(decision.type === 'refused' ? decision.refusal : decision).toMatchObject({ code, facts, ...asked });
  }

  private send(command: Command, at: SendOptions) {
    const { decider } = this;
    const id = this.streamId ?? idOf(decider, this.actor.for ?? this.actor.organisation);
    const folded = past(decider, id, this.events, this.happenedBy);
    const asked = new Map<string, FoldedStream>();
    const known = consultedStreams(decider.kind, folded, asked);
    const initials = new Map<string, FoldedStream>();
    for (let round = 0; round < 2; round += 1)
      for (const ref of decider.consults?.(command as never, folded.state, known, this.actor, {
        kind: decider.kind,
        id,
      }) ?? []) {
        const name = streamName(ref);
        // As in the engine, a stream cannot consult itself.
        if (name === streamName({ kind: decider.kind, id })) continue;
        const unknown = initials.get(name) ?? {
          revision: -1,
          last: null,
          state: null,
          commands: new Map(),
          types: new Map(),
          days: new Map(),
        };
        asked.set(name, this.others.get(name) ?? unknown);
      }
    const now = at.now ?? NOW;
    const pseudonymous = decider.pseudonymous?.includes(command.type) === true;
    const submission: CommandInput = {
      command,
      hash: commandHash(command),
      ifMatch: at.ifMatch ?? null,
      consulted: [...asked].map(([stream, f]) => ({ stream, revision: f.revision })),
      version: () => 1,
      context: {
        actor: this.actor,
        recordedAs: pseudonymous ? `sealed.${this.actor.organisation}` : this.actor.organisation,
        stream: { kind: decider.kind, id },
        commandId: 'the-command',
        correlationId: 'story',
        causationId: null,
        now,
        occurredAt: at.occurredAt ?? now,
        evidence: at.evidence ?? [],
        legalBasis: null,
        known,
      },
    };
    const decision = handleCommand(decider, folded, submission);
    /** The same command again, on what it recorded. */
    const repeat = (recorded: readonly NewEvent[]): Decision => {
      recorded.forEach((event, i) => {
        const revision = this.events.length + i;
        const stream = streamName({ kind: decider.kind, id });
        applyEvent(decider, folded, { ...event, stream, revision }, BigInt(revision + 1));
      });
      return handleCommand(decider, folded, { ...submission, ifMatch: null });
    };
    return { decision, repeat };
  }
}

/** `given(decider, ...past).decides(command, events)` or `.refuses(command, code)`. */
export const given = (decider: unknown, ...events: readonly Event[]): Given =>
  new Given(registered(decider as AnyDecider), events);

/** The id of the n-th event of the past. */
given.id = (n: number): string => eventId('past', 'past', n);
