/**
 * What a command costs on a long stream against a short one, for each kind, in time of the CPU; and
 * what the first one costs, which folds the stream.
 */
import { join } from 'node:path';
import { folder, idOf, load, median, note, quick } from './measure.mjs';

const SHORT = quick ? 200 : 2_000;
const LONG = quick ? 1_000 : 20_000;
const COMMANDS = quick ? 20 : 200;
const PER_APPEND = 100;

const day = (n) => new Date(Date.UTC(2038, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);

/**
 * For each kind, a command of the example scenario of which a stream can have any number, and what
 * differs in the n-th.
 */
const GROWING = {
  stakeholder: ['designate-focal-point', (n) => ({ person: `p-${n}` })],
  programme: ['replan-milestone', (n) => ({ due: day(n) })],
  'funding-account': ['pledge', () => ({ amount: 1 })],
  'assistance-case': ['receive-deposit', () => ({ amount: 1 })],
  consignment: ['reschedule', (n) => ({ due: day(n) })],
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
    this.store = new sqlite.SqliteEventStore({ folder: join(folder, `${name}-${kind}`) });
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
    const result = await this.send(step, { ...step.body, ...vary(this.length ?? 0) });
    if (result.type !== 'accepted') throw new Error(`${step.path}: ${JSON.stringify(result)}`);
    this.length = result.receipt.revision + 1;
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
        const data = { ...last.data, ...this.vary(n) };
        const { type, version } = last;
        return { id: idOf(n), type, version, data, metadata: { ...metadata, commandId: `filled-${n}` } };
      });
      const appended = await this.store.append(stream, this.length - 1, events);
      if (!appended.ok) throw new Error(`${stream}: an append was not taken`);
      this.length += events.length;
    }
    this.restart();
  }

  /** Microseconds of the CPU for each of some commands. */
  async commands() {
    const before = process.cpuUsage();
    for (let i = 0; i < COMMANDS; i += 1) await this.grow();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / COMMANDS;
  }
}

/** Measures the longest time in milliseconds in which nothing else was run, until it is asked. */
function watchPauses() {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 1);
  return { longest: () => (clearInterval(timer), look(), longest) };
}

export async function longStreams() {
  parts = await product();
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
      const begun = performance.now();
      await stream.grow();
      return { ms: performance.now() - begun, pause: pauses.longest() };
    };
    await first(short);
    const firsts = [];
    for (let i = 0; i < (quick ? 1 : 3); i += 1) firsts.push([await first(short), await first(long)]);
    cold.push({
      ratio: median(firsts.map(([a, b]) => b.ms / LONG / (a.ms / SHORT))),
      ms: median(firsts.map(([, { ms }]) => ms)),
      pause: median(firsts.map(([, { pause }]) => pause)),
    });
    for (const stream of streams) await stream.commands();
    const ratios = [];
    for (let i = 0; i < (quick ? 1 : 5); i += 1) {
      const most = await short.commands();
      ratios.push((await long.commands()) / most);
    }
    const size = (n) => n.toLocaleString('en');
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
  }
  const worst = (of) => Math.max(...cold.map((one) => one[of]));
  note(
    'folding a cold stream, an event, longer against shorter: the kind that grows most',
    worst('ratio'),
    'ratio',
    1.3,
    {
      atMost: true,
    },
  );
  note('  first command on a longer cold stream, the slowest kind', worst('ms'), 'ms');
  note('  longest pause of the event loop meanwhile', worst('pause'), 'ms', 50, { atMost: true });
}
