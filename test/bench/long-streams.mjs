/**
 * What a command costs on a long stream against a short one, for each kind, in time of the CPU;
 * what the first one costs, which folds the stream; and what its rows cost, folded from scratch.
 */
import { join } from 'node:path';
import { openStores } from './log.mjs';
import { folder, idOf, load, median, note, quick } from './measure.mjs';

const SHORT = quick ? 200 : 2_000;
const LONG = quick ? 1_000 : 20_000;
const COMMANDS = quick ? 20 : 200;
const PER_APPEND = 100;

const day = (n) => new Date(Date.UTC(2038, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);

/**
 * For each kind of the catalogue, a command of the example scenario of which a stream can have any
 * number, and what differs in the n-th; `first` is the event that opened the stream.
 */
const GROWING = {
  stakeholder: ['designate-focal-point', (n) => ({ person: `p-${n}` })],
  'legal-framework': ['amend', (n) => ({ amendment: `a-${n}`, until: day(n) })],
  programme: ['replan-milestone', (n) => ({ due: day(n) })],
  'funding-account': ['pledge', () => ({ amount: 1 })],
  'assistance-case': ['receive-deposit', () => ({ amount: 1 })],
  consignment: ['reschedule', (n) => ({ due: day(n) })],
  'item-type': ['set-check-interval', (n) => ({ everyDays: 100 + (n % 200) })],
  'storage-site': ['certify', (n) => ({ until: day(n) })],
  item: ['report-serviceability', () => ({})],
  'third-party-transfer': [
    'correct-request',
    (n, first) => ({ corrects: first, to: n % 2 === 0 ? 'vestra' : 'ostra-training' }),
  ],
  'technology-release': ['transfer-data', (n) => ({ reference: `r-${n}` })],
  'security-unit': ['note-enrolment', (n) => ({ training: `norland.t-${n}` })],
  'vetted-person': ['note-enrolment', (n) => ({ training: `norland.t-${n}` })],
  'vetting-case': ['check-source', () => ({})],
  'training-activity': ['reschedule', (n) => ({ ends: day(n) })],
  'end-use-check': ['find-discrepancy', (n) => ({ discrepancy: `d-${n}` })],
  'country-situation': ['issue-alert', (n) => ({ alert: `a-${n}` })],
  deployment: ['report-incident', (n) => ({ incident: `i-${n}` })],
  'misuse-case': ['add-evidence', (n) => ({ kind: `record-${n}` })],
  hold: ['renew', (n) => ({ until: day(n) })],
};

let parts;
async function product() {
  const [contracts, engine, http, workers, sqlite] = await Promise.all(
    ['contracts', 'engine', 'http', 'workers', 'sqlite'].map((lib) => load(`libs/${lib}/src/index.js`)),
  );
  return { contracts, engine, http, workers, sqlite };
}

/** A log in a folder, in which the scenario was played up to a kind's growing command. */
class LongStream {
  constructor(kind, name) {
    const { sqlite, contracts } = parts;
    this.kind = kind;
    [this.path, this.vary] = GROWING[kind];
    this.folder = join(folder, `${name}-${kind}`);
    this.store = new sqlite.SqliteEventStore({ folder: this.folder });
    this.sent = 0;
    this.steps = contracts.exampleScenario(new Date().toISOString().slice(0, 10));
    this.restart();
  }

  /** From here on, nothing is cached. */
  restart() {
    const { engine, workers } = parts;
    const pseudonymizer = new engine.Pseudonymizer(Buffer.alloc(32, 7));
    this.executor = new engine.Executor(this.store, workers.kinds, pseudonymizer, { note: () => undefined });
  }

  async send({ kind, id, path, actor }, body, now = new Date().toISOString()) {
    const { contracts, engine, http } = parts;
    this.sent += 1;
    const commandId = `sent-${this.sent}`;
    const raw = { stream: { kind, id }, actor: http.readActor(actor), commandId, revision: null };
    const received = contracts.parseCommand(contracts.commandAt(kind, path), body, raw, {});
    if ('errors' in received) throw new Error(`${path}: ${JSON.stringify(received.errors)}`);
    return this.executor.execute(new engine.ExecuteCommand(received, now));
  }

  async play() {
    const { steps, kind, path } = this;
    this.step = steps.find((step) => step.kind === kind && step.path === path);
    for (const step of steps.slice(0, steps.indexOf(this.step)))
      if (Object.keys(step.events).length === 0 && step.daysLater === 0) await this.send(step, step.body);
    await this.grow();
  }

  /** Sends the growing command once more; it must be accepted. */
  async grow() {
    const { step, vary } = this;
    this.first ??= await this.opening();
    const result = await this.send(step, { ...step.body, ...vary(this.length ?? 0, this.first) });
    if (result.type !== 'accepted') throw new Error(`${step.path}: ${JSON.stringify(result)}`);
    this.length = result.receipt.revision + 1;
  }

  /** The id of the event that opened the stream. */
  async opening() {
    for await (const [first] of this.store.readStream(`${this.step.kind}/${this.step.id}`)) return first.id;
    throw new Error(`no stream ${this.step.id}`);
  }

  /** Appends the events of such commands, up to a length of the stream. */
  async fill(length) {
    const stream = `${this.step.kind}/${this.step.id}`;
    let last;
    for await (const batch of this.store.readStream(stream)) last = batch.at(-1);
    const { recordedAt, position, ...metadata } = last.metadata;
    while (this.length < length) {
      const events = Array.from({ length: Math.min(PER_APPEND, length - this.length) }, (_, i) => {
        const n = this.length + i;
        const data = { ...last.data, ...this.vary(n, this.first) };
        const { type, version } = last;
        return { id: idOf(n), type, version, data, metadata: { ...metadata, commandId: `filled-${n}` } };
      });
      const appended = await this.store.append(stream, this.length - 1, events);
      if (!appended.ok) throw new Error(`${stream}: an append was not taken`);
      this.length += events.length;
    }
    this.restart();
  }

  /** Microseconds of the CPU in which the log is folded into the rows of all read models. */
  async rows() {
    const { log, rows, models } = await openStores(this.folder);
    const { replay } = await load('libs/engine/src/index.js');
    const before = process.cpuUsage();
    await replay(log, models, rows, await log.head(), () => new Date().toISOString());
    const { user, system } = process.cpuUsage(before);
    await rows.close();
    await log.close();
    return user + system;
  }

  /** Microseconds of the CPU for each of some commands. */
  async commands() {
    const before = process.cpuUsage();
    for (let i = 0; i < COMMANDS; i += 1) await this.grow();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / COMMANDS;
  }
}

/** Milliseconds for which this thread has computed. */
const computed = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/**
 * Measures the longest time in milliseconds for which this thread computed and ran nothing else,
 * until it is asked.
 */
function watchPauses() {
  let last = computed();
  let longest = 0;
  const look = () => {
    const now = computed();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return { longest: () => (clearInterval(timer), look(), longest) };
}

export async function longStreams() {
  parts = await product();
  const missing = parts.contracts.CATALOGUE.map(({ kind }) => kind).filter((kind) => !Object.hasOwn(GROWING, kind));
  if (missing.length > 0) throw new Error(`no command makes a long stream of ${missing.join(', ')}`);
  const cold = [];
  for (const kind of Object.keys(GROWING)) {
    const streams = [];
    for (const [name, length] of [
      ['short', SHORT],
      ['long', LONG],
    ]) {
      const stream = new LongStream(kind, name);
      await stream.play();
      await stream.fill(length);
      streams.push(stream);
    }
    const [short, long] = streams;
    /** Milliseconds of the first command, after which the stream is cached. */
    const first = async (stream) => {
      stream.restart();
      const pauses = watchPauses();
      const begun = computed();
      await stream.grow();
      return { ms: computed() - begun, pause: pauses.longest() };
    };
    await first(short);
    const firsts = [];
    for (let i = 0; i < (quick ? 1 : 3); i += 1) firsts.push([await first(short), await first(long)]);
    const size = (n) => n.toLocaleString('en');
    note(
      `folding a cold stream, an event of ${size(LONG)}, against ${size(SHORT)}: ${kind}`,
      median(firsts.map(([a, b]) => b.ms / LONG / (a.ms / SHORT))),
      'ratio',
      1.3,
      { atMost: true },
    );
    cold.push({
      ms: median(firsts.map(([, { ms }]) => ms)),
      pause: median(firsts.map(([, { pause }]) => pause)),
    });
    for (const stream of streams) await stream.commands();
    const ratios = [];
    for (let i = 0; i < (quick ? 1 : 5); i += 1) {
      const most = await short.commands();
      ratios.push((await long.commands()) / most);
    }
    note(
      `a command on a stream of ${size(LONG)} events, against ${size(SHORT)}: ${kind}`,
      median(ratios),
      'ratio',
      1.3,
      {
        atMost: true,
      },
    );
    for (const { store } of streams) await store.close();
    const shorter = await short.rows();
    const longer = await long.rows();
    note(
      `folding its rows from scratch, an event up to ${size(LONG)}, against up to ${size(SHORT)}: ${kind}`,
      (longer - shorter) / (LONG - SHORT) / (shorter / SHORT),
      'ratio',
      1.3,
      { atMost: true },
    );
  }
  const worst = (of) => Math.max(...cold.map((one) => one[of]));
  note('  first command on a longer cold stream, the slowest kind', worst('ms'), 'ms');
  note('  longest pause of the event loop meanwhile', worst('pause'), 'ms', 50, { atMost: true });
}
