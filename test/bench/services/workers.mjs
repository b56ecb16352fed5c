/**
 * Processes that measure: each stays warm over all turns, so that what is held against each other
 * has had the same time to become fast.
 */
import { fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** What of a measurement is counted: from so much of it on, so that beginning is no part of it. */
const FROM = 0.1;

/**
 * Starts one. `profile` folders: `BENCH_PROFILE` names where a profile of each is written when it
 * ends.
 */
export async function startWorker() {
  const { BENCH_PROFILE: profile } = process.env;
  const child = fork(fileURLToPath(new URL('./worker.mjs', import.meta.url)), {
    serialization: 'advanced',
    execArgv: [
      '--disable-warning=TimeoutNegativeWarning',
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ],
  });
  const waiting = new Map();
  let asked = 0;
  let onReport = () => undefined;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.on('message', ({ of, answer, failed, reported }) => {
    if (reported !== undefined) return onReport(reported);
    const { resolve, reject } = waiting.get(of);
    waiting.delete(of);
    if (failed === undefined) resolve(answer);
    else reject(new Error(failed));
  });
  void ended.then((status) => {
    for (const { reject } of waiting.values()) reject(new Error(`a worker ended with ${status}`));
  });
  const ask = (does, ...args) =>
    new Promise((resolve, reject) => {
      waiting.set((asked += 1), { resolve, reject });
      child.send({ of: asked, does, args });
    });
  return {
    ask,
    onReported: (listener) => (onReport = listener),
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}

/** Whether each partition is assigned exactly once, and no consumer is idle that could have one. */
function shared(held, partitions) {
  const all = held.flat();
  return (
    new Set(all).size === partitions &&
    all.length === partitions &&
    held.filter((own) => own.length > 0).length === Math.min(held.length, partitions)
  );
}

/**
 * A task that some workers share: each is made ready with its own part of the arguments, then all
 * are let go at once; `total` of what they count, a second. Those of a group (`partitions` is
 * given) are let go when each has its partitions.
 */
export async function perSecond(workers, task, argsOf, total, partitions = null) {
  const held = workers.map(() => []);
  let count = 0;
  let from = null;
  let last = null;
  let begun = 0;
  let changed = performance.now();
  let over = () => undefined;
  const done = new Promise((resolve) => (over = resolve));
  for (const [i, worker] of workers.entries())
    worker.onReported(({ holds, did }) => {
      if (holds !== undefined) {
        held[i] = holds;
        changed = performance.now();
      }
      if (did === undefined) return;
      count += did;
      const now = performance.now();
      // What came in few large pieces is counted from the beginning on: else little or nothing
      // would be left.
      if (from === null && count >= total * FROM) from = count < total / 2 ? { count, now } : { count: 0, now: begun };
      if (count < total || last !== null) return;
      last = now;
      over();
    });
  await Promise.all(workers.map((worker, i) => worker.ask('prepare', task, argsOf(i, workers.length))));
  if (partitions !== null) {
    // A consumer without partitions sends no message: it gets time to join.
    const settle = partitions < workers.length ? 2000 : 300;
    const late = performance.now() + 30_000;
    while (!shared(held, partitions) || performance.now() - changed < settle) {
      if (performance.now() > late)
        throw new Error(`${task}: the partitions were not shared out: ${JSON.stringify(held)}`);
      await pause(20);
    }
  }
  begun = performance.now();
  const failed = Promise.all(workers.map((worker) => worker.ask('go'))).then(() => done);
  const late = pause(60_000, undefined, { ref: false }).then(() => {
    throw new Error(`${task}: ${count} of ${total} after a minute`);
  });
  await Promise.race([failed, late]);
  await Promise.all(workers.map((worker) => worker.ask('end')));
  return ((count - from.count) * 1000) / (last - from.now);
}
