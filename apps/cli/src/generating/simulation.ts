import {
  type CataloguedCommand,
  type MetadataNames,
  type RawMetadata,
  commandAt,
  parseCommand,
} from '@entente/contracts';
import { POLICIES } from '@entente/domain';
import {
  type CommandResult,
  type EventStore,
  ExecuteCommand,
  Executor,
  type Pseudonymizer,
  UNOBSERVED,
  consequencesOf,
  followedAt,
  passedAt,
  sentBySteward,
} from '@entente/engine';
import type { Actor, ReceivedCommand, RecordedEvent } from '@entente/kernel';
import { DueDays, DueQueue, kinds } from '@entente/workers';
import { LRUCache } from 'lru-cache';
import { EventsDigest } from '../events-digest.js';
import type { Activity, GeneratedCommand, Outcome, World } from './activity.js';
import { HistoryStore } from './history-store.js';
import { SeededRandom } from './random.js';

/** Streams without an open duty of which the rows are kept. */
const MAX_QUIET_STREAMS = 20_000;

const DAY_MS = 86_400_000;
/** Between two commands at the same moment. */
const SECOND_MS = 1000;
/** Activities continue in the hours of the day, from this one on, for this many minutes. */
const FIRST_HOUR_MS = 7 * 3_600_000;
const MINUTES_OF_A_DAY = 600;
/** Events of the streams that the executor keeps folded. */
const MAX_CACHED_EVENTS = 100_000;

/** Of how many commands of a type the form is checked: they are all made by the same lines. */
const CHECKED_OF_A_TYPE = 50;

const NAMES: MetadataNames = {
  stream: 'id',
  commandId: 'id of the command',
  correlationId: 'correlation',
  causationId: 'causation',
  revision: 'revision',
};

/** What begins if an event is recorded. */
export type Beginnings = Readonly<Record<string, (event: RecordedEvent, world: World) => Activity | null>>;

/** What a simulation is made of. */
export interface SimulationParts {
  /** Where its events are imported. */
  readonly into: EventStore;
  /** How many events it has at most. */
  readonly events: number;
  readonly seed: number;
  readonly firstDay: string;
  readonly pseudonymizer: Pseudonymizer;
  readonly beginnings: Beginnings;
}

/**
 * Time that is simulated: activities send commands and wait, in the order of their moments. Each
 * command is decided by the rules that every command passes. What follows by the policies, from
 * events and from last days, is sent at once, under the ids by which a steward would send it.
 */
export class Simulation implements World {
  readonly random: SeededRandom;
  readonly goneItems = new Set<string>();
  readonly unstable = new Map<string, string>();
  readonly store: HistoryStore;
  private readonly pseudonymizer: Pseudonymizer;
  private readonly beginnings: Beginnings;
  private readonly executor: Executor;
  private readonly events = new EventsDigest();
  private readonly dueDays = new DueDays(new LRUCache({ max: MAX_QUIET_STREAMS }));
  private readonly activities = new DueQueue<Activity>();
  private readonly recorded: RecordedEvent[] = [];
  private readonly made = new Set<string>();
  private readonly refusals = new Map<string, number>();
  private readonly checked = new Map<string, number>();
  private now: number;
  private sent = 0;

  constructor({ into, events, seed, firstDay, pseudonymizer, beginnings }: SimulationParts) {
    this.pseudonymizer = pseudonymizer;
    this.beginnings = beginnings;
    this.random = new SeededRandom(seed);
    this.now = Date.parse(firstDay) + FIRST_HOUR_MS;
    this.store = new HistoryStore(
      into,
      events,
      () => this.instant(),
      (event) => {
        this.recorded.push(event);
        this.events.add(event);
      },
    );
    this.executor = new Executor(
      this.store,
      kinds,
      pseudonymizer,
      { note: ({ command, code }) => this.noteRefusal(`${command} ${code}`) },
      UNOBSERVED,
      { maxCachedEvents: MAX_CACHED_EVENTS },
    );
  }

  day(offset = 0): string {
    return new Date(this.now + offset * DAY_MS).toISOString().slice(0, 10);
  }

  begin(activity: Activity, inDays = 0): void {
    this.activities.add(this.momentIn(inDays), activity);
  }

  *once(name: string, make: () => Activity): Activity {
    if (this.made.has(name)) return;
    this.made.add(name);
    yield* make();
  }

  /** How often each command was refused, by `<command> <code>`. */
  get refused(): ReadonlyMap<string, number> {
    return this.refusals;
  }

  /** The digest of all events so far. */
  digest(): string {
    return this.events.soFar();
  }

  /** Continues the next activity; false if there is none. Throws `HistoryComplete` at the end. */
  async step(): Promise<boolean> {
    const at = this.activities.next;
    const activity = this.activities.take();
    if (activity === undefined) return false;
    while (Math.floor(at / DAY_MS) > Math.floor(this.now / DAY_MS)) await this.nextDay();
    this.now = Math.max(this.now, at);
    let outcome: Outcome = null;
    for (;;) {
      const { value, done } = activity.next(outcome);
      if (done === true) return true;
      if ('days' in value) {
        this.begin(activity, value.days);
        return true;
      }
      outcome = await this.send(value);
    }
  }

  /** The moment some days from now, at a random minute of its hours. */
  private momentIn(days: number): number {
    if (days === 0) return this.now + SECOND_MS;
    const midnight = Math.floor(this.now / DAY_MS + days) * DAY_MS;
    return midnight + FIRST_HOUR_MS + this.random.below(MINUTES_OF_A_DAY) * 60_000;
  }

  private instant(): string {
    return new Date(this.now).toISOString();
  }

  private noteRefusal(what: string): void {
    this.refusals.set(what, (this.refusals.get(what) ?? 0) + 1);
  }

  /** Midnight, and what passed with the day before it. */
  private async nextDay(): Promise<void> {
    this.now = (Math.floor(this.now / DAY_MS) + 1) * DAY_MS;
    for (const { commandId, consequence, stream, setOn, due } of this.dueDays.before(this.day())) {
      const occurredAt = passedAt(due, setOn, this.instant());
      const ids = { commandId, correlationId: commandId, causationId: stream, occurredAt };
      await this.execute(sentBySteward(consequence, ids));
      await this.follow();
    }
  }

  /** Sends a command, and what follows from it. Fails if it is not valid. */
  async send({ by, to, body, late }: GeneratedCommand): Promise<Outcome> {
    const [kind = '', id = '', path = ''] = to.split('/');
    const contract = commandAt(kind, path);
    if (contract === undefined) throw new Error(`no command has the route ${to}`);
    this.sent += 1;
    const raw: RawMetadata = {
      stream: { kind, id },
      actor: by,
      commandId: `generated-${this.sent}`,
      correlationId: undefined,
      causationId: undefined,
      revision: null,
      traceparent: undefined,
    };
    const occurred = late === 0 ? {} : { occurredAt: new Date(this.now - late * DAY_MS).toISOString() };
    const result = await this.execute(this.received(contract, { ...body, ...occurred }, raw));
    await this.follow();
    return result.type === 'accepted' ? result.receipt.events.map((event) => event.id) : null;
  }

  /** A command as it is received. Its form is checked the first times that its route is used. */
  private received(contract: CataloguedCommand, body: Record<string, unknown>, raw: RawMetadata): ReceivedCommand {
    const { type } = contract;
    const checked = this.checked.get(type) ?? 0;
    if (checked < CHECKED_OF_A_TYPE) {
      this.checked.set(type, checked + 1);
      const received = parseCommand(contract, body, raw, NAMES);
      if ('errors' in received) throw new Error(`${type} is not valid: ${JSON.stringify(received.errors)}`);
      return received;
    }
    const { occurredAt = null, ...data } = body as { occurredAt?: string };
    const { stream, commandId } = raw;
    const actor = raw.actor as Actor;
    const metadata = {
      actor,
      commandId,
      correlationId: commandId,
      causationId: null,
      occurredAt,
      evidence: [],
      legalBasis: null,
    };
    return { stream, command: { type, data }, metadata, ifMatch: null, body };
  }

  private execute(received: ReceivedCommand): Promise<CommandResult> {
    this.now += SECOND_MS;
    return this.executor.execute(new ExecuteCommand(received, this.instant()));
  }

  /** Sends what follows from the events so far, and from those that it records. */
  private async follow(): Promise<void> {
    for (let event = this.recorded.shift(); event !== undefined; event = this.recorded.shift()) {
      this.dueDays.see(event);
      const begun = this.beginnings[event.type]?.(event, this) ?? null;
      if (begun !== null) this.begin(begun);
      const context = { opaque: this.pseudonymizer.opaque.bind(this.pseudonymizer) };
      for (const { commandId, consequence } of consequencesOf(POLICIES.events, event, context))
        await this.execute(
          sentBySteward(consequence, {
            commandId,
            correlationId: event.metadata.correlationId,
            causationId: event.id,
            occurredAt: followedAt(consequence, this.instant()),
          }),
        );
    }
  }
}
