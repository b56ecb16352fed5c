/** A stand-in for an EventStoreDB, as a process on loopback: the double that the tests have. For trials, never to keep a log on. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, freePort, portFor, serve } from './process.mjs';

const program = fileURLToPath(new URL('../../test/doubles/eventstoredb/serve.mjs', import.meta.url));

/**
 * Starts one on a folder of its own: begun again on the same folder and port it has what it had. `port`: a free one unless given. Gives `url`, and `stop`, `kill`,
 * `signal`; and `faults(change)`, which tells it what to do wrong, and by `{ listens: false }` to refuse all connections, and gives what is left of it.
 */
export async function startEventStore({ folder, port }) {
  mkdirSync(folder, { recursive: true });
  const at = await portFor('the stand-in for an event store', port);
  const control = await freePort();
  const args = ['--no-warnings', program, join(folder, 'data'), String(at), String(control)];
  const server = await serve('the stand-in for an event store', process.execPath, args, {
    log: join(folder, 'eventstore.log'),
    answers: () => accepts(control),
  });
  const faults = async (change) => {
    const body = JSON.stringify(change, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    const response = await fetch(`http://127.0.0.1:${control}/faults`, { method: 'PUT', body });
    const said = await response.text();
    if (!response.ok) throw new Error(said);
    return JSON.parse(said);
  };
  return { ...server, port: at, url: `esdb://127.0.0.1:${at}?tls=false`, faults };
}
