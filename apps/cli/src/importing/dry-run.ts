import { randomBytes } from 'node:crypto';
import { type FieldError, commandAt, parseCommand, readJson } from '@entente/contracts';
import { ExecuteCommand, Executor, Pseudonymizer, problemFor } from '@entente/engine';
import { HTTP_NAMES, MAX_BODY_BYTES, readActor } from '@entente/http';
import type { RecordedEvent } from '@entente/kernel';
import { kinds as allKinds } from '@entente/workers';
import { DryRunStore } from './dry-run-store.js';
import {
  type AddressedCommand,
  type BaseLog,
  type HistoryEvent,
  type ImportTarget,
  type SendAnswer,
  refusedAnswer,
} from './import-target.js';

/** No log yet: the folder is not there. */
export const NO_LOG: BaseLog = {
  pseudonymizer: null,
  ask: null,
  head: () => Promise.resolve(0n),
  async *readStream(): AsyncGenerator<readonly RecordedEvent[], void> {},
  async *history(): AsyncGenerator<HistoryEvent, void> {},
};

/** A stream may be long, and its deployment slow. */
const MAX_WAIT_MS = 10 * 60_000;

/**
 * Where the commands of an import go in a dry run: each is decided by the rules, on what the log
 * has and what the commands before it would have recorded. Policies send nothing meanwhile.
 */
export class DryRun implements ImportTarget {
  private executor: Executor;
  private readonly pseudonymizer: Pseudonymizer;

  private constructor(
    private readonly base: BaseLog,
    private readonly store: DryRunStore,
    private readonly correlationId: string,
    private readonly show: (line: string) => void,
  ) {
    this.pseudonymizer = base.pseudonymizer ?? new Pseudonymizer(randomBytes(32));
    this.executor = this.newExecutor();
  }

  private newExecutor(): Executor {
    const noRefusals = { note: () => undefined };
    return new Executor(this.store, allKinds, this.pseudonymizer, noRefusals, undefined, { maxWaitMs: MAX_WAIT_MS });
  }

  /** A dry run that rests on a log as it is now, until `close`. `show` gets each command. */
  static async on(base: BaseLog, correlationId: string, show: (line: string) => void): Promise<DryRun> {
    return new DryRun(base, new DryRunStore(base, await base.head()), correlationId, show);
  }

  close(): void {
    this.store.close();
  }

  /** Runs `work` with such a dry run. */
  static async with<T>(
    base: BaseLog,
    correlationId: string,
    show: (line: string) => void,
    work: (target: DryRun) => Promise<T>,
  ): Promise<T> {
    const dryRun = await DryRun.on(base, correlationId, show);
    try {
      return await work(dryRun);
    } finally {
      dryRun.close();
    }
  }

  history(kinds: readonly string[]): AsyncIterable<HistoryEvent> {
    return this.base.history(kinds);
  }

  async sendAll(commands: readonly AddressedCommand[]): Promise<readonly SendAnswer[]> {
    const answers: SendAnswer[] = [];
    this.store.mark();
    for (const command of commands) {
      const answer = await this.send(command);
      answers.push(answer);
      if (answer.type !== 'refused') continue;
      // The executor keeps states that now have never been.
      if (this.store.takeBack()) this.executor = this.newExecutor();
      break;
    }
    return answers;
  }

  private async send(command: AddressedCommand): Promise<SendAnswer> {
    const { to, id, path, body } = command;
    const { kind, streamId, actor } = to;
    this.show(JSON.stringify({ to: `POST /v1/${kind}/${streamId}/${path}`, actor, id, body }));
    const contract = commandAt(kind, path);
    if (contract === undefined) throw new Error(`there is no command "${path}" on "${kind}"`);
    const bytes = Buffer.from(JSON.stringify(body));
    if (bytes.length > MAX_BODY_BYTES) return refusedAnswer('body-too-large', 'the body is larger than 1 MiB');
    const read = readJson(bytes);
    if ('unreadable' in read) return refusedAnswer('unreadable', read.unreadable);
    const raw = {
      stream: { kind, id: streamId },
      actor: readActor(actor),
      commandId: id,
      correlationId: this.correlationId,
      causationId: undefined,
      revision: null,
      traceparent: undefined,
    };
    const received = parseCommand(contract, read.json, raw, HTTP_NAMES);
    if (read.errors.length > 0 || 'errors' in received)
      return invalid([...read.errors, ...('errors' in received ? received.errors : [])]);
    const stream = `${kind}/${streamId}`;
    const { ask } = this.base;
    // Only the server knows who sent a pseudonymous command that it has recorded.
    const isPseudonymous = allKinds.decider(kind)?.pseudonymous?.includes(received.command.type) === true;
    if (ask !== null && isPseudonymous && (await this.store.baseRevisionOf(stream)) >= 0) {
      const answer = await ask(command);
      if (answer.type === 'there' || (answer.type === 'refused' && !this.store.hasChanged(stream))) return answer;
    }
    const outcome = await this.executor.execute(new ExecuteCommand(received, new Date().toISOString()));
    if (outcome.type === 'accepted') return { type: outcome.repeated ? 'there' : 'accepted' };
    if (outcome.type === 'dry-run') throw new Error('the command was not recorded');
    if (outcome.type === 'id-reused' && ask !== null) return ask(command);
    const { code, title } = problemFor(outcome);
    return refusedAnswer(code, title);
  }

  async eventsOf(stream: string, actor: string, commandId: string): Promise<readonly HistoryEvent[]> {
    const sender = readActor(actor);
    const [kind = '', id = ''] = stream.split('/');
    if (!('organisation' in sender)) return [];
    const receipt = await this.executor.receipt(sender, { kind, id }, commandId);
    const own = new Set(receipt?.events.map((event) => event.id));
    const [from = 0] = (receipt?.events ?? []).map(({ revision }) => revision);
    const found: RecordedEvent[] = [];
    for await (const batch of this.store.readStream(stream, { from })) {
      found.push(...batch.filter((event) => own.has(event.id)));
      if (found.length >= own.size) break;
    }
    return found as readonly HistoryEvent[];
  }
}

const invalid = (errors: readonly FieldError[]): SendAnswer =>
  refusedAnswer('validation-failed', 'request validation failed', errors);
