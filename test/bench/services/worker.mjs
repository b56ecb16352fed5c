/**
 * One of the processes that measure. Messages name the task to prepare, when to begin and when to
 * end.
 */
import { load } from '../measure.mjs';
import { executing } from './commanding.mjs';
import { consuming } from './consuming.mjs';
import { projecting } from './projecting.mjs';
import { producing, reading, relaying, starting } from './publishing.mjs';
import { writing } from './writing.mjs';

const TASKS = { consuming, executing, producing, projecting, reading, relaying, starting, writing };

let task = null;
const report = (reported) => process.send({ reported });
const DOES = {
  prepare: async (name, args) => void (task = await TASKS[name](args, report)),
  // Not awaited: some tasks run until the process is ended.
  go: () => task.go(),
  end: async () => {
    await task.end();
    task = null;
  },
};

process.on('message', ({ of, does, args }) => {
  Promise.resolve()
    .then(() => DOES[does](...args))
    .then(
      (answer) => process.send({ of, answer }),
      (error) => process.send({ of, failed: error?.stack ?? String(error) }),
    );
});
process.on('disconnect', () => process.exit());
await load('libs/engine/src/index.js');
