import { openControl } from './control.js';
import { EventStoreDouble } from './double.js';
import { keptLog } from './kept.js';

/** Runs a double as this process, on the log that is kept in a folder, until the process is told to end. */
export async function stand(folder: string, port: number, control: number): Promise<void> {
  const clock: { now: () => number } = { now: Date.now };
  const double = await EventStoreDouble.start(
    keptLog(folder, () => clock.now()),
    port,
  );
  clock.now = () => double.time();
  await openControl(double, control);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      double.stop();
      process.exit(0);
    });
}
