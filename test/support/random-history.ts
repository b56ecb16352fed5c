import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { POLICIES } from '@entente/domain';
import { ExecuteCommand, Executor, Pseudonymizer, consequencesOf, followedAt } from '@entente/engine';
import { type Consequence, type PolicyContext, type RecordedEvent, parseStream } from '@entente/kernel';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '@entente/workers';
import { DUE_DATES } from './figures/due-dates.js';
import { MONEY } from './figures/money.js';
import type { Figures } from './figures/log.js';
import {
  RecordedIds,
  SCENARIO,
  type ScenarioVariant,
  asWritten,
  scenarioVariant,
  toCommand,
} from './scenario-arbitraries.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** The first day of the history, and how many days it has. */
const FIRST_DAY = '2026-03-12';
const SPAN_DAYS = 250;
/** How often the scenario is run, with changes, each time on streams of its own. */
const RUNS = 14;
/** Random commands of a run besides the steps of the scenario. */
const OTHERS = 50;

/** A whole number from 0 to below a bound; the same numbers in the same order for the same seed. */
export type Chance = (below: number) => number;
export function chanceOf(seed: number): Chance {
  // A Lehmer generator: enough for a test, and it repeats.
  const PRIME = 2_147_483_647;
  let state = (Math.abs(seed) % (PRIME - 2)) + 1;
  return (below) => {
    state = (state * 48_271) % PRIME;
    return Math.floor((state / PRIME) * below);
  };
}
const oneIn = (chance: Chance, times: number): boolean => chance(times) === 0;

const addDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** Changes each text in a value. */
function mapText(value: unknown, to: (text: string) => string): unknown {
  if (typeof value === 'string') return to(value);
  if (Array.isArray(value)) return value.map((one) => mapText(one, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapText(one, to)]));
}

/** Kinds whose ids are the same in all runs, or are renamed with the serial in them. */
const SHARED = ['stakeholder', 'item-type', 'item'];
const IDS = new Set(SCENARIO.filter(({ kind }) => !SHARED.includes(kind)).map(({ id }) => id));
/** A serial, and the end of the id of its item: each run has its own. */
const SERIAL = /^(TS-\d{4})$/;
const ITEM_ID = /\.(~ts-\d{4})$/;
/** The donor in its own id, or first in the id of a stream of it or of a scope of it. */
const OF_DONOR = /(^|\/|^(?:programme|case)\.)norland(?=\.|$)/;
const CURRENCIES = ['USD', 'EUR', 'JPY'];
/**
 * A text in a run: it has streams of its own, a currency, and in some the donor is another one.
 * Organisations are the same in all.
 */
function renamed(text: string, run: number): string {
  const id = text.slice(text.indexOf('/') + 1);
  if (/^sealed\.[0-9a-f]{32}$/.test(id)) return `${text.slice(0, -2)}${String(run).padStart(2, '0')}`;
  if (text === 'USD') return CURRENCIES[run % 3] as string;
  if (SERIAL.test(text)) return `${text}-${run}`;
  if (ITEM_ID.test(text)) return renamed(text.replace(ITEM_ID, ''), run) + `.${ITEM_ID.exec(text)?.[1]}-${run}`;
  const own = IDS.has(id) ? `${text}.t${run}` : text;
  return run % 3 === 1 ? own.replace(OF_DONOR, '$1sudria') : own;
}

interface RunStep {
  readonly one: ScenarioVariant;
  readonly run: number;
}

const isOfParty = ({ step }: ScenarioVariant): boolean => SCENARIO[step]?.kind === 'stakeholder';
/** A command on an organisation stays with that of the scenario: every run needs the others. */
const ofItsParty = (one: ScenarioVariant): ScenarioVariant => (isOfParty(one) ? { ...one, where: undefined } : one);

/** The same step a few times more, with other figures. */
const again = (one: ScenarioVariant, chance: Chance): readonly ScenarioVariant[] =>
  Array.from({ length: 1 + chance(2) }, () => ({ ...one, figure: 1 + chance(60), names: chance(1000) }));

/** What else can follow a step. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  disburse: ['correct-movement'],
  'plan-disbursement': ['correct-tranche'],
  'pool-contribution': ['correct-movement', 'reduce-pledge'],
  reconcile: ['correct-delivery'],
  'correct-receipt': ['report-discrepancy'],
  'record-lapsed': ['place', 'renew'],
  'order-precautionary-suspension': ['renew-precautionary-suspension'],
  'assign-investigator': ['put-allegation'],
  dismiss: ['reopen'],
  decline: ['reopen'],
  'report-expended': ['detect-unauthorised-transfer'],
  'report-lost': ['verify-loss', 'verify-loss'],
  'record-approaching-expiry': ['terminate'],
};
/** The steps with this path, as if they came at another one, on its stream if the kind is equal. */
function stepAt(path: string, step: number): readonly ScenarioVariant[] {
  const { kind, id } = SCENARIO[step] as (typeof SCENARIO)[number];
  const ids = [...new Set(SCENARIO.filter((other) => other.kind === kind).map((other) => other.id))];
  return SCENARIO.flatMap((other, n) => {
    if (other.path !== path) return [];
    const at = { ...asWritten(n), shift: step - n };
    return [other.kind === kind ? { ...at, where: ids.indexOf(id) } : at];
  });
}

/** A disbursement or a delivery in two halves. */
function inHalves(one: ScenarioVariant): readonly ScenarioVariant[] {
  const { path, body } = SCENARIO[one.step] as (typeof SCENARIO)[number];
  const whole = Number(body['amount'] ?? body['quantity']);
  if ((path !== 'disburse' && path !== 'deliver') || whole % 2 !== 0) return [one];
  return [1, 2].map(() => ({ ...one, figure: whole / 2 }));
}

/** In every second run little is left out, so that cases and inquiries come to their end. */
const isCalm = (run: number): boolean => run % 2 === 0;

/** The steps of which a correction of money names an event, besides those of the scenario. */
const CORRECTED = SCENARIO.filter(({ path }) => path === 'disburse' || path === 'pool-contribution');

/** By step, the chance that it is left out, as one in a number: something else follows then. */
const LEFT_OUT: Readonly<Record<string, number>> = {
  'meet-milestone': 3,
  'accept-offer': 4,
  'accept-amendment': 4,
  'accept-works': 4,
  'end-mandate': 2,
  'verify-remediation': 3,
  'resume-assistance': 4,
  'complete-continuity-task': 3,
  'end-alert': 4,
  return: 4,
};

/** What stays open or ended in the second run, which is the scenario without these steps. */
const LEFT_OPEN = ['report-discrepancy', 'accept-amendment', 'recover', 'detect-unauthorised-transfer'];

/** The runs that change nothing: the scenario as it is written, and what is left of it. */
const isAsWritten = (run: number): boolean => run < 2;

/** The steps of a run: most of the scenario in about its order, and random commands between. */
function stepsOf(run: number, chance: Chance): readonly RunStep[] {
  const near = run % 3 === 2 ? 2 : 0;
  const steps = SCENARIO.flatMap(({ path }, step) => {
    const one = { ...asWritten(step), shift: chance(2 * near + 1) - near };
    if (isAsWritten(run)) return run === 1 && LEFT_OPEN.includes(path) ? [] : [asWritten(step)];
    if (oneIn(chance, LEFT_OUT[path] ?? (isCalm(run) ? 60 : 20))) return [];
    const more = (ALSO[path] ?? []).flatMap((other) => (oneIn(chance, 2) ? stepAt(other, step) : []));
    const ones = oneIn(chance, 2) ? inHalves(one) : [one];
    return oneIn(chance, 5) ? [...ones, ...again(one, chance), ...more] : [...ones, ...more];
  });
  const numRuns = isAsWritten(run) ? 0 : isCalm(run) ? OTHERS / 5 : OTHERS;
  const others = fc.sample(scenarioVariant, { seed: chance(2 ** 31 - 1), numRuns });
  return [...steps, ...others.map(ofItsParty)]
    .toSorted((a, b) => a.step + a.shift - (b.step + b.shift))
    .map((one) => ({ one, run }));
}

/**
 * The steps of all runs: the scenario first, as it is written, so that it reaches what it can; then
 * the others, mixed, each in its own order.
 */
function mixed(chance: Chance): readonly RunStep[] {
  const [first = [], ...others] = Array.from({ length: RUNS }, (_, run) => stepsOf(run, chance));
  const steps = [...first];
  const left = others.map((run) => [...run]);
  for (let open = left; open.length > 0; open = open.filter((one) => one.length > 0))
    for (const next of (open[chance(open.length)] as RunStep[]).splice(0, 1 + chance(5))) steps.push(next);
  return steps;
}

/** Further fields of corrections, which the scenario does not use. */
const FURTHER: Readonly<Record<string, readonly object[]>> = {
  CorrectProgramme: [{ starts: '2026-01-15' }, { ends: '2029-01-31' }, { sector: '15230' }, { recipient: 'vestra' }],
  CorrectCaseLine: [{ quantity: 90 }, { unit: 'box' }, { value: 7 }, { due: '2026-09-30' }],
  CorrectDelivery: [{ on: '2026-05-22' }, { on: '2026-05-23', quantityBy: 0 }],
  CorrectMisuseReport: [
    { donor: 'norland' },
    { recipient: 'vestra' },
    { accused: 'ostra-training' },
    { case: 'norland.case-1' },
    { programme: 'norland.programme-3' },
  ],
  TriageMisuse: [{ incidentType: 'unauthorised-transfer' }],
  CorrectRegistration: [{ type: 'civil-society' }, { country: 'sudria' }],
  AdaptProgramme: [{ ends: '2030-06-30' }, { sector: '15220' }],
};

/** What misuse measures stop in every run, besides the programme or another of its scopes. */
const SCOPES = [
  { kind: 'programme', id: 'norland.programme-1' },
  { kind: 'unit', id: 'estmark.brigade-1' },
  { kind: 'country', id: 'vestra' },
  { kind: 'item-type', id: 'field-radio' },
];
const STOPPING = ['OrderPrecautionarySuspension', 'SuspendAssistance', 'TerminateAssistance'];

const EMERGENCY = { authority: 'head-of-government', reason: 'armed-attack' };

/** The command on the streams of its run, and on days about the beginning of that. */
function commandOf({ one, run }: RunStep, n: number, recorded: RecordedIds, chance: Chance): ExecuteCommand | null {
  const written = toCommand(one, `c${n}`, n, recorded);
  if (written === null) return null;
  const earlier = -257 + run * 20;
  const moved = (text: string): string => {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return renamed(text, run);
    return addDays(text, earlier + (!isAsWritten(run) && oneIn(chance, isCalm(run) ? 12 : 6) ? chance(81) - 40 : 0));
  };
  const { stream, command, metadata, body } = written.received;
  // The system repeats what a consignment states: what follows from one is sent as that.
  if (command.type === 'RecordItemReceipt' && metadata.actor.role === 'system') return null;
  const further = oneIn(chance, 2) ? [] : (FURTHER[command.type] ?? []);
  const more = further.length === 0 ? {} : further[chance(further.length)];
  const data = mapText({ ...(command.data as object), ...more }, moved) as Record<string, unknown>;
  if (STOPPING.includes(command.type) && !oneIn(chance, 3))
    data['scopes'] = mapText(
      SCOPES.filter(() => !oneIn(chance, 3)),
      moved,
    );
  if (run % 4 === 3) delete data['programme'];
  if (command.type === 'ImplementCase' && oneIn(chance, 2)) data['emergency'] = EMERGENCY;
  if (command.type === 'CorrectMovement' || command.type === 'ReducePledge') {
    const named = recorded.named((CORRECTED[chance(CORRECTED.length)] as (typeof CORRECTED)[number]).step, 1);
    if (named !== undefined && oneIn(chance, 2)) data['corrects'] = named;
    if (oneIn(chance, 2)) data['amount'] = 1 + chance(1_000_000);
  }
  if (typeof data['tranche'] === 'string' && oneIn(chance, 3)) data['tranche'] = 'tranche-2';
  if (data['period'] !== undefined && oneIn(chance, 8)) data['period'] = '2027';
  const now = new Date(Date.parse(written.now) + earlier * DAY_MS).toISOString();
  // The system sends it when the transfer was carried out, which is on a day that has come.
  if (command.type === 'TransferReceivedGoods' && String(data['on']) > now.slice(0, 10)) data['on'] = now.slice(0, 10);
  const received = {
    stream: { kind: stream.kind, id: renamed(stream.id, run) },
    command: { type: command.type, data },
    metadata: { ...metadata, occurredAt: null, actor: mapText(metadata.actor, moved) as typeof metadata.actor },
    ifMatch: null,
    body,
  };
  return new ExecuteCommand(received, now);
}

/** A command of the system on a day: what follows from an event, or from a last day. */
function systemCommand(of: Consequence, id: string, cause: string, now: string): ExecuteCommand {
  const metadata = {
    actor: { organisation: 'entente', role: 'system' as const },
    commandId: id,
    correlationId: 'property',
    causationId: cause,
    occurredAt: followedAt(of, now),
    evidence: [],
    legalBasis: null,
  };
  return new ExecuteCommand({ ...of, metadata, ifMatch: null, body: of.command.data }, now);
}

/** What follows from an event by the policies, and has not been sent yet. */
interface Following {
  readonly consequence: Consequence;
  readonly cause: string;
  /** When the cause was decided: other runs are at other times. */
  readonly at: string;
}

/** The history while it is made: its log, and what follows from that. */
class History {
  private readonly folder = mkdtempSync(join(tmpdir(), 'entente-history-'));
  private readonly store = new SqliteEventStore({ folder: this.folder });
  private readonly pseudonymizer = new Pseudonymizer(Buffer.alloc(32, 7));
  private readonly executor = new Executor(this.store, kinds, this.pseudonymizer, { note: () => undefined });
  private readonly context: PolicyContext = {
    opaque: (text, stream) => this.pseudonymizer.opaque(text, stream),
  };
  private readonly following: Following[] = [];
  private readonly events: RecordedEvent[] = [];
  private sent = 0;

  /** Decides a command; the ids of its events if it was accepted. */
  async decide(command: ExecuteCommand): Promise<readonly { readonly id: string }[]> {
    const result = await this.executor.execute(command);
    if (result.type !== 'accepted') return [];
    for await (const batch of this.store.readLog(this.events.at(-1)?.position ?? 0n))
      for (const event of batch) {
        this.following.push(...this.followsFrom(event, command.now));
        this.events.push(event);
      }
    return result.receipt.events;
  }

  /** Sends some of what follows from the events so far, in its order, as a steward that lags. */
  async follow(chance: Chance): Promise<void> {
    while (this.following.length > 0 && oneIn(chance, 2)) {
      const { consequence, cause, at } = this.following.shift() as Following;
      await this.decide(systemCommand(consequence, `policy-${(this.sent += 1)}`, cause, at));
    }
  }

  /** Records what became of some last days that are still open, after them. */
  async passDays(chance: Chance, now: string): Promise<void> {
    const log = this.log();
    const open = (DUE_DATES['due-dates'] as Figures)(log, { day: now.slice(0, 10), occurredBy: null }).filter(
      ({ status }) => status === 'open',
    );
    for (const row of open.filter(() => oneIn(chance, 4))) {
      const { stream, duty, item, due } = row as Readonly<Record<'stream' | 'duty' | 'item' | 'due', string>>;
      const ref = parseStream(stream);
      const policy = POLICIES.dueDates.find(({ kind, duties }) => kind === ref?.kind && duties.includes(duty));
      if (ref === null || policy === undefined) throw new Error(`nothing is recorded of ${stream}, ${duty}`);
      const after = `${addDays(due, 1 + chance(20))}T06:00:00.000Z`;
      const consequence = { stream: ref, command: policy.record({ stream, duty, item, due }) };
      await this.decide(systemCommand(consequence, `due-${(this.sent += 1)}`, stream, after > now ? after : now));
    }
  }

  /** Suspends assistance as a precaution, in the first case where it may; no hold follows yet. */
  async suspend(now: string): Promise<void> {
    for (const { stream, type, data, metadata } of this.log().toReversed()) {
      const to = parseStream(stream);
      if (type !== 'MisuseTriaged' || to === null) continue;
      const { donor } = data as { readonly donor?: string };
      const scopes = [{ kind: 'country', id: 'vestra' }];
      const body = { scopes, until: addDays(now.slice(0, 10), 20) };
      const command = { type: 'OrderPrecautionarySuspension', data: body };
      const actor = { organisation: donor ?? metadata.actor.organisation, role: 'donor' as const, person: 'n-1' };
      const { received } = systemCommand({ stream: to, command }, 'last-suspension', stream, now);
      const asDonor = { ...received, metadata: { ...received.metadata, actor } };
      if ((await this.decide(new ExecuteCommand(asDonor, now))).length > 0) return;
    }
  }

  /** The events so far. */
  log(): readonly RecordedEvent[] {
    return [...this.events];
  }

  async end(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true });
  }

  private followsFrom(event: RecordedEvent, at: string): readonly Following[] {
    return consequencesOf(POLICIES.events, event, this.context).map(({ consequence }) => ({
      consequence,
      cause: event.id,
      at,
    }));
  }
}

/** How many steps are between two looks at the last days that have passed. */
const LOOK_EVERY = 12;

/** What was made for a seed is not made again. */
function once<Made>(before: Map<number, Promise<Made>>, seed: number, make: () => Promise<Made>): Promise<Made> {
  const made = before.get(seed) ?? make();
  before.set(seed, made);
  return made;
}

/** The history of each seed: and the chance that made it, for what follows. */
const decidedBefore = new Map<number, Promise<DecidedHistory>>();

interface DecidedHistory {
  readonly events: readonly RecordedEvent[];
  readonly chance: Chance;
}

const decidedOnce = (seed: number): Promise<DecidedHistory> => once(decidedBefore, seed, () => decide(chanceOf(seed)));

/** Decides the commands, and returns the events in their order. */
async function decide(chance: Chance): Promise<DecidedHistory> {
  const history = new History();
  const recorded = Array.from({ length: RUNS }, () => new RecordedIds());
  try {
    let last = `${FIRST_DAY}T12:00:00.000Z`;
    for (const [n, step] of mixed(chance).entries()) {
      const ids = recorded[step.run] as RecordedIds;
      const command = commandOf(step, n, ids, chance);
      if (command === null) continue;
      if (command.now > last) last = command.now;
      const events = await history.decide(command);
      if (events.length > 0) ids.add(step.one, events);
      await history.follow(chance);
      // The first run reaches what it can: no last day of it passes before its next step.
      if (step.run > 0 && n % LOOK_EVERY === 0) await history.passDays(chance, command.now);
    }
    await history.suspend(last);
    return { events: history.log(), chance };
  } finally {
    await history.end();
  }
}

/** How long before its recording an event happened: mostly not at all, now and then 72 hours. */
function before(chance: Chance): number {
  const kind = chance(8);
  if (kind < 4) return 0;
  if (kind === 4) return 72 * HOUR_MS - chance(2);
  return kind === 5 ? chance(72 * HOUR_MS) : chance(60 * DAY_MS);
}

/** The data of an event; a correction that counts on the day of what it corrects keeps to that. */
function onDayOf({ type, data }: RecordedEvent, days: ReadonlyMap<string, string>): unknown {
  const { corrects = '', on } = data as { readonly corrects?: string; readonly on?: string };
  const day = days.get(corrects);
  return on === undefined || day === undefined || !COUNTED_BEFORE.has(type) ? data : { ...(data as object), on: day };
}
const COUNTED_BEFORE = new Set([
  'MovementCorrected',
  'PledgeReduced',
  'FundsDecommitted',
  'FundsDeobligated',
  'FundsReimbursed',
  'ExpenditureCorrected',
  'RecoveryCorrected',
]);

/** The events that state the days of a tranche, and the column of each. */
const TRANCHE_DAYS = { disbursedOn: 'disbursed_on', lastDisbursedOn: 'last_disbursed_on' };
const STATES_DAYS: Readonly<Record<string, readonly (keyof typeof TRANCHE_DAYS)[]>> = {
  FundsDisbursed: ['disbursedOn', 'lastDisbursedOn'],
  FundsReimbursed: ['disbursedOn', 'lastDisbursedOn'],
  MovementCorrected: ['disbursedOn', 'lastDisbursedOn'],
  TrancheCorrected: ['disbursedOn'],
};

/** The last of some events, with the days of its tranche at the times that they have now. */
function withTrancheDays(log: readonly RecordedEvent[]): RecordedEvent {
  const event = log.at(-1) as RecordedEvent;
  const { tranche, ...data } = event.data as Readonly<Record<string, unknown>>;
  const fields = STATES_DAYS[event.type];
  if (fields === undefined || tranche === undefined) return event;
  const ofStream = log.filter(({ stream }) => stream === event.stream);
  const rows = (MONEY['disbursements'] as Figures)(ofStream, { day: '', occurredBy: null });
  const row = rows.find((one) => one['tranche'] === tranche);
  const { disbursedOn: _, lastDisbursedOn: __, ...rest } = data;
  const days = fields.flatMap((field) => (row?.[TRANCHE_DAYS[field]] ? [[field, row[TRANCHE_DAYS[field]]]] : []));
  return { ...event, data: { tranche, ...rest, ...Object.fromEntries(days) } };
}

/** A consulted stream as the decision looked at it: now and then one event too early. */
const consulted = (chance: Chance, { consulted: streams }: RecordedEvent['metadata']) =>
  streams.map(({ stream, revision }) => ({
    stream,
    revision: revision >= 0 && oneIn(chance, 25) ? revision - 1 : revision,
  }));

/** The random history as the rules decided it, at the times of the decisions. */
export const decidedHistory = async (seed: number): Promise<readonly RecordedEvent[]> =>
  (await decidedOnce(seed)).events;

/**
 * A random history: some 1,500 commands are decided, and their events are recorded over 250 days,
 * in their order, each at the time when it happened or up to sixty days later. The same seed gives
 * the same history.
 */
export const randomHistory = (seed: number): Promise<readonly RecordedEvent[]> =>
  once(recordedBefore, seed, () => recordedLater(seed));

const recordedBefore = new Map<number, Promise<readonly RecordedEvent[]>>();

/** The decided history, recorded at random times. */
async function recordedLater(seed: number): Promise<readonly RecordedEvent[]> {
  const { events, chance } = await decidedOnce(seed);
  const times = events.map(() => Date.parse(FIRST_DAY) + chance(SPAN_DAYS * DAY_MS)).toSorted((a, b) => a - b);
  let of = '';
  let recordedAt = '';
  let occurredAt = '';
  const days = new Map<string, string>();
  return events.reduce<RecordedEvent[]>((log, event, n) => {
    const { commandId } = event.metadata;
    // The events of one command have the same times.
    if (commandId !== of) {
      recordedAt = new Date(times[n] as number).toISOString();
      occurredAt = new Date((times[n] as number) - before(chance)).toISOString();
    }
    of = commandId;
    days.set(event.id, occurredAt.slice(0, 10));
    const at = { recordedAt, occurredAt, consulted: consulted(chance, event.metadata) };
    log.push({ ...event, data: onDayOf(event, days), metadata: { ...event.metadata, ...at } });
    log[n] = withTrancheDays(log);
    return log;
  }, []);
}
