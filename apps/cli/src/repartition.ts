import { setTimeout as pause } from 'node:timers/promises';
import { type EventLog, type LogPublisher, type ReadModelStore, type RefusalLog, Relay } from '@entente/engine';
import { type Output, progress } from './output.js';
import { foldAnew } from './rows.js';

/**
 * Publishes a log to a topic as far as it is by now, and tells how far that has come; fails where
 * the topic refuses it. Broken off, it goes on where it was.
 */
export async function publishAll(log: EventLog, publisher: LogPublisher, output: Output): Promise<bigint> {
  const head = await log.head();
  const tell = progress(output, 'published to position');
  const relay = new Relay(log, publisher);
  relay.start();
  try {
    for (let said: string | null = null; ; await pause(100)) {
      const { position, fault } = relay.status();
      if (fault !== null && fault !== said) output.err(`waits, and tries again: ${fault}`);
      said = fault;
      if (position !== null) tell(position, head);
      if (position !== null && position >= head) return head;
    }
  } finally {
    await relay.stop();
  }
}

const PAGE = 1000;

/** Copies refused commands into an empty log of them, in their order. */
export async function copyRefusals(from: RefusalLog, to: RefusalLog): Promise<number> {
  if ((await to.list({ limit: 1 })).refusals.length > 0) return 0;
  const found = [];
  for (let before: number | undefined; ;) {
    const { refusals } = await from.list({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    found.push(...refusals);
    before = refusals.at(-1)?.number;
    if (refusals.length < PAGE || before === undefined) break;
  }
  for (const [n, refused] of found.toReversed().entries()) {
    to.note(refused);
    // What is noted waits in memory until it is written.
    if (n % PAGE === PAGE - 1) await to.list({ limit: 1 });
  }
  return found.length;
}

/** What a deployment in another number of partitions takes. */
export interface Repartitioned {
  readonly publisher: LogPublisher;
  readonly rows: ReadModelStore;
  readonly refusals: { readonly from: RefusalLog; readonly to: RefusalLog };
}

/**
 * Fills a topic and a database beside those that serve, in another number of partitions. What is
 * recorded meanwhile follows when the apps run on them.
 */
export async function repartition(
  log: EventLog,
  { publisher, rows, refusals }: Repartitioned,
  output: Output,
): Promise<void> {
  const head = await publishAll(log, publisher, output);
  output.err(`the topic has the log up to position ${head}`);
  await foldAnew(log, rows, head, output);
  output.err(`the rows are folded up to position ${head}`);
  const copied = await copyRefusals(refusals.from, refusals.to);
  output.err(`${copied} refused commands copied`);
}
