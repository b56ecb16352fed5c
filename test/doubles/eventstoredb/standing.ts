import { EventStoreCluster } from './cluster.js';
import { openControl } from './control.js';
import { EventStoreDouble } from './double.js';
import { noFaults } from './faults.js';
import { keptLog } from './kept.js';

/**
 * Runs a stand-in as this process, one node per port, on the log in a folder, until the process
 * gets a signal to end.
 */
export async function stand(folder: string, ports: readonly number[], control: number): Promise<void> {
  const clock: { now: () => number } = { now: Date.now };
  const log = keptLog(folder, () => clock.now());
  const cluster = ports.length > 1 ? await EventStoreCluster.start({ log, ports, faults: noFaults() }) : null;
  const [double = await EventStoreDouble.start(log, ports[0]), ...others] = cluster?.doubles ?? [];
  clock.now = () => double.time();
  await openControl([double, ...others], control, cluster);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void (cluster ?? double).shutDown().finally(() => process.exit(0)));
}
