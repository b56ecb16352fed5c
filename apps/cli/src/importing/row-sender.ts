import { eventOf, fieldsOf } from '@entente/contracts';
import { FLAG, type RecordedRows, commandKey, streamDigest } from './recorded.js';
import type { HistoryEvent, ImportTarget } from './import-target.js';
import { foldedJson } from './names.js';
import { Unreadable } from './formats.js';
import { type CommandToSend, type RowCommand, type RowPart, baseOf, negativeId, revisionId } from './row-mapper.js';

/** What became of a row. */
export type RowOutcome =
  | {
      readonly type: 'left-out' | 'there' | 'accepted';
      /** Whether it changed what an earlier edition had recorded. */
      readonly corrected?: boolean;
      /** Whether a newer edition has it otherwise, and it stays so. */
      readonly overtaken?: boolean;
      /** Whether it lacks what is recorded, since a cell is empty. */
      readonly emptied?: boolean;
    }
  | { readonly type: 'refused'; readonly code: string; readonly why: string };

type RowRefusal = Extract<RowOutcome, { type: 'refused' }>;
/** What became of a command. */
type CommandOutcome = RowRefusal | { readonly type: 'there' | 'accepted' | 'corrected' | 'overtaken' };
/** A command that is to be sent, and what became of the row then. */
interface Planned {
  readonly type: 'send';
  readonly command: RowCommand;
  readonly sent: CommandToSend;
  readonly becomes: 'accepted' | 'corrected';
  /** The number of times that editions have then revised it. */
  readonly revision: number;
}

const refused = (code: string, why: string): RowRefusal => ({ type: 'refused', code, why });

/**
 * Sends the commands of rows, each after the one before it. Rows that have a stream in common are
 * sent in the order of the file, or all rows, if `inOrder`.
 */
export class RowSender {
  /** The last row under way on each stream. */
  private readonly busy = new Map<string, Promise<unknown>>();

  constructor(
    private readonly target: ImportTarget,
    private readonly recorded: RecordedRows,
    private readonly inOrder: boolean,
  ) {}

  /** Sends the commands of a row: all, or none if one of them is refused. */
  async send(parts: readonly RowPart[]): Promise<RowOutcome> {
    const streams = this.inOrder
      ? ['']
      : [...new Set(parts.flatMap(({ commands }) => commands.map(({ kind, streamId }) => `${kind}/${streamId}`)))];
    const before = streams.flatMap((stream) => this.busy.get(stream) ?? []);
    const work = Promise.allSettled(before).then(() => this.sendNow(parts));
    const ended = work.catch(() => undefined);
    for (const stream of streams) this.busy.set(stream, ended);
    try {
      return await work;
    } finally {
      for (const stream of streams) if (this.busy.get(stream) === ended) this.busy.delete(stream);
    }
  }

  private async sendNow(parts: readonly RowPart[]): Promise<RowOutcome> {
    const found = new Set<CommandOutcome['type']>();
    const planned = new Map<string, Planned>();
    for (const { key, commands } of parts)
      for (const command of commands) {
        const before = planned.get(baseOf(command));
        if (before !== undefined && before.command.content !== command.content)
          return refused('row-changed', `${command.step}: another column has sent it with other contents`);
        if (before !== undefined) continue;
        const outcome = await this.plan(command, key);
        if (outcome.type === 'refused') return outcome;
        if (outcome.type === 'send') planned.set(baseOf(command), outcome);
        else found.add(outcome.type);
      }
    const sent = [...planned.values()];
    const all = sent.map(({ command, sent: own }) => ({ ...own, to: command }));
    const answers = all.length === 0 ? [] : await this.target.sendAll(all);
    const last = answers.at(-1);
    if (last?.type === 'refused') return last;
    sent.forEach(({ command, becomes, revision }, i) => {
      this.note(command, revision);
      found.add(answers[i]?.type === 'there' ? 'there' : becomes);
    });
    const corrected = found.has('corrected');
    const type = corrected || found.has('accepted') ? 'accepted' : 'there';
    return { type, corrected, overtaken: found.has('overtaken') };
  }

  private async plan(command: RowCommand, key: string): Promise<CommandOutcome | Planned> {
    const base = baseOf(command);
    const { table } = this.recorded;
    const slot = table.find(commandKey(base));
    if (slot < 0 || ((table.flags[slot] ?? 0) & FLAG.recorded) === 0) {
      if (this.recorded.isOvertaken(key)) return { type: 'overtaken' };
      return { type: 'send', command, sent: command, becomes: 'accepted', revision: 0 };
    }
    const stream = `${command.kind}/${command.streamId}`;
    const isMoved = table.stream[slot] !== streamDigest(stream);
    const isSame = table.content[slot] === command.content;
    const difference = command.signed === null ? 0n : BigInt(command.signed) - (table.sum[slot] ?? 0n);
    if (!isMoved && isSame && difference === 0n) return { type: 'there' };
    if (this.recorded.newer !== null) return { type: 'overtaken' };
    if (isMoved) return refused('row-moved', `${command.step}: this row was recorded in another stream than ${stream}`);
    return this.change(command, base, isSame, difference);
  }

  /** A row that is not as it was recorded. */
  private async change(
    command: RowCommand,
    base: string,
    isSame: boolean,
    by: bigint,
  ): Promise<CommandOutcome | Planned> {
    const { table } = this.recorded;
    const slot = table.find(commandKey(base));
    const revision = table.revisions[slot] ?? 0;
    const first = await this.eventsOf(command, base);
    const differ = isSame ? [] : differences(command, [first, await this.revisionOf(command, base)]);
    // An event may lack a field of its command. Of a revision the log has the contents' digest.
    const isOther = !isSame && (differ.length > 0 || revision > 0);
    if (!isSame && !isOther && first.length > 0 && by === 0n) return { type: 'there' };
    const { revise } = command;
    // What a difference or another command does not carry would be lost without a word.
    const lost = command.signed === null ? differ.filter(({ name }) => !command.revised.has(name)) : differ;
    const what = [
      ...(revise === null || lost.length === 0 ? differ : lost).map(({ change }) => change),
      ...(by === 0n ? [] : [`the recorded sum is ${table.sum[slot]} and it is ${command.signed} now`]),
    ].join('; ');
    const why = `${command.step}: ${what === '' ? 'it was recorded with other contents' : what}`;
    if (revise === null || lost.length > 0 || (command.signed !== null && isOther)) return refused('row-changed', why);
    if (((table.flags[slot] ?? 0) & FLAG.thisEdition) !== 0)
      return refused('row-changed', `${why}: this edition has recorded it: a revised file needs the name of another`);
    if (by > BigInt(Number.MAX_SAFE_INTEGER) || by < BigInt(Number.MIN_SAFE_INTEGER))
      return refused('amount-beyond-range', `${why}: the difference is more than a row can hold`);
    try {
      const id = revisionId(base, revision + 1, command.content, by < 0n);
      const sent = { ...revise(Number(by), first[0]?.id ?? ''), id };
      return { type: 'send', command, sent, becomes: 'corrected', revision: revision + 1 };
    } catch (error) {
      // The contract does not take the correction.
      if (error instanceof Unreadable) return refused(error.code, error.message);
      throw error;
    }
  }

  /** The events by which an edition revised a row last; none for a signed field. */
  private async revisionOf(command: RowCommand, base: string): Promise<readonly HistoryEvent[]> {
    const { table } = this.recorded;
    const slot = table.find(commandKey(base));
    const revision = table.revisions[slot] ?? 0;
    if (revision === 0 || command.signed !== null) return [];
    const id = revisionId(base, revision, table.content[slot] ?? 0n, false);
    return this.target.eventsOf(`${command.kind}/${command.streamId}`, command.actor, id);
  }

  /** The events by which a row was recorded first. */
  private async eventsOf({ kind, streamId, actor }: RowCommand, base: string): Promise<readonly HistoryEvent[]> {
    const stream = `${kind}/${streamId}`;
    const events = await this.target.eventsOf(stream, actor, base);
    return events.length > 0 ? events : this.target.eventsOf(stream, actor, negativeId(base));
  }

  private note(command: RowCommand, revision: number): void {
    const { table } = this.recorded;
    const slot = table.add(commandKey(baseOf(command)));
    table.revisions[slot] = revision;
    table.flags[slot] = (table.flags[slot] ?? 0) | FLAG.recorded | FLAG.thisEdition;
    table.content[slot] = command.content;
    table.stream[slot] = streamDigest(`${command.kind}/${command.streamId}`);
    if (command.signed !== null) table.sum[slot] = BigInt(command.signed);
  }
}

interface FieldChange {
  readonly name: string;
  readonly change: string;
}

/** Whether events of a type can have a field. */
const canHave = (kind: string, { type }: HistoryEvent, field: string): boolean => {
  const contract = eventOf(kind, type);
  return contract !== undefined && fieldsOf(contract.data.prototype as object).properties.has(field);
};

/**
 * The fields in which a row differs from the events that it became, as far as those can have them:
 * those of its first command, and of the last one that revised it.
 */
function differences(command: RowCommand, sent: readonly (readonly HistoryEvent[])[]): readonly FieldChange[] {
  const recorded: Record<string, unknown> = {};
  for (const events of sent) for (const { data } of events.toReversed()) Object.assign(recorded, data);
  const isStored = (name: string): boolean =>
    Object.hasOwn(recorded, name) || sent.flat().some((event) => canHave(command.kind, event, name));
  const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
  return command.contentFields
    .filter((name) => isStored(name) && foldedJson(recorded[name]) !== foldedJson(command.body[name]))
    .map((name) => ({ name, change: `${name} was ${text(recorded[name])} and is ${text(command.body[name])}` }));
}
