import { pause } from '@entente/async';
import { type EventLog, type LogPublisher, type ReadModelStore, type RefusalLog, Relay } from '@entente/engine';
import { type Output, progress } from './output.js';
import { foldFromScratch } from './rows.js';

/**
 * Publishes a log to a topic up to its present end, with progress. Fails if the topic rejects it.
 * After an interruption, a second call continues.
 */
export async function publishAll(log: EventLog, publisher: LogPublisher, output: Output): Promise<bigint> {
  const head = await log.head();
  const report = progress(output, 'published to position');
  const relay = new Relay(log, publisher);
  relay.start();
  try {
    for (let logged: string | null = null; ; await pause(100)) {
      const { position, fault } = relay.status();
      if (fault !== null && fault !== logged) output.err(`waiting, then retrying: ${fault}`);
      logged = fault;
      if (position !== null) report(position, head);
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
    // Notes wait in memory until a list writes them.
    if (n % PAGE === PAGE - 1) await to.list({ limit: 1 });
  }
  return found.length;
}

/** Where a deployment with another number of partitions is filled. */
export interface Repartitioned {
  readonly publisher: LogPublisher;
  readonly rows: ReadModelStore;
  readonly refusals: { readonly from: RefusalLog; readonly to: RefusalLog };
}

/**
 * Fills a topic and a database with another number of partitions, beside the active ones. Events
 * recorded meanwhile follow when the apps run on them.
 */
export async function repartition(
  log: EventLog,
  { publisher, rows, refusals }: Repartitioned,
  output: Output,
): Promise<void> {
  const head = await publishAll(log, publisher, output);
  output.err(`the topic has the log up to position ${head}`);
  await foldFromScratch(log, rows, head, output);
  output.err(`the rows are folded up to position ${head}`);
  const copied = await copyRefusals(refusals.from, refusals.to);
  output.err(`${copied} refused commands copied`);
}
