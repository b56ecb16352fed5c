/**
 * Closes the standalone deployment in a data folder while the thread of its live rows is only
 * starting, then reads from it again. Prints what became of both reads, as JSON, and ends by itself
 * only if no thread is left.
 */
const { createStandaloneApp } = await import('../../dist/libs/embedded/src/index.js');

const app = await createStandaloneApp({ folder: process.argv[2], logLevel: 'error', placement: 'worker-threads' });
await app.listen(0, '127.0.0.1');
const live = app.get('WatchedRows');
const read = () =>
  live.checkpoints().then(
    () => 'read',
    (error) => error.code,
  );
const starting = read();
await app.close();
console.log(JSON.stringify([await starting, await read()]));
