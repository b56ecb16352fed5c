import { EventFeed, EventStore, ReadModelStore, RefusalLog } from '@entente/engine';
import { BrokenEventFeed } from '../contracts/broken-event-feed.js';
import { BrokenEventStore } from '../contracts/broken-event-store.js';
import { BrokenReadModelStore } from '../contracts/broken-read-model-store.js';
import { BrokenRefusalLog } from '../contracts/broken-refusal-log.js';

/** Before a method takes effect, and after it. */
export const MOMENTS = ['before', 'after'] as const;
export type Moment = (typeof MOMENTS)[number];

const methodsOf = (prototype: object): readonly string[] =>
  Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');

/**
 * Every method of every port, as `Port.method`: those of an adapter that is broken on purpose,
 * which has them all and no others.
 */
export const METHODS: readonly string[] = Object.entries({
  EventStore: BrokenEventStore.prototype,
  ReadModelStore: BrokenReadModelStore.prototype,
  Rebuild: Object.getPrototypeOf(await new BrokenReadModelStore().rebuild()) as object,
  EventFeed: BrokenEventFeed.prototype,
  RefusalLog: BrokenRefusalLog.prototype,
}).flatMap(([port, prototype]) => methodsOf(prototype).map((method) => `${port}.${method}`));

/** The tokens by which ports are injected. A rebuild comes from the read-model store. */
export const TOKENS = { EventStore, ReadModelStore, EventFeed, RefusalLog } as const;

/** These answer from memory, without a disk or another thread from which a fault could come. */
const FROM_MEMORY = [
  'EventStore.waiting',
  'ReadModelStore.names',
  'ReadModelStore.onCommit',
  'ReadModelStore.refuses',
  'Rebuild.refuses',
  'RefusalLog.note',
];
/** These are on no client's way: `ports-apart.spec.ts` fails each by its name. */
export const REACHED_APART: readonly string[] = [
  'EventStore.importEvents',
  'EventStore.close',
  'ReadModelStore.open',
  'ReadModelStore.rebuild',
  'ReadModelStore.close',
  'Rebuild.checkpoints',
  'Rebuild.parked',
  'Rebuild.current',
  'Rebuild.commit',
  'Rebuild.cutOver',
  'Rebuild.close',
  'EventFeed.subscribe',
  'RefusalLog.list',
  'RefusalLog.close',
];
/** All others: a load fails each of them. */
export const UNDER_LOAD: readonly string[] = METHODS.filter(
  (name) => ![...FROM_MEMORY, ...REACHED_APART].includes(name),
);

type Port = Record<string, (...args: unknown[]) => unknown>;

async function* broken(of: AsyncIterable<unknown>, fault: Error): AsyncIterable<unknown> {
  yield* of;
  throw fault;
}

/** What it gave, and then the fault. */
function thenFails(answer: unknown, fault: Error): unknown {
  if (answer instanceof Promise) return answer.then(() => Promise.reject(fault));
  if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer)
    return broken(answer as AsyncIterable<unknown>, fault);
  throw fault;
}

/**
 * Makes a method fail once, before its effect or after it, of one adapter or, by its prototype, of
 * those to come; `mend` puts it back and answers whether it was called.
 */
export function failOnce(of: object, method: string, when: Moment): { failed(): boolean; mend(): boolean } {
  const port = of as Port;
  const before = Object.getOwnPropertyDescriptor(port, method);
  const real = port[method] as (...args: unknown[]) => unknown;
  let failed = false;
  port[method] = function (this: unknown, ...args: unknown[]): unknown {
    if (failed) return real.apply(this, args);
    failed = true;
    const fault = new Error(`failed ${when} ${method}`);
    if (when === 'before') throw fault;
    return thenFails(real.apply(this, args), fault);
  };
  const mend = (): boolean => {
    delete port[method];
    if (before !== undefined) Object.defineProperty(port, method, before);
    return failed;
  };
  return { failed: () => failed, mend };
}
