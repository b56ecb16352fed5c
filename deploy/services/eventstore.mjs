/**
 * A stand-in for an EventStoreDB, as a process on loopback: the double that the tests have. For
 * trials, never to keep a log on.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, freePort, portFor, serve } from './process.mjs';

const program = fileURLToPath(new URL('../../test/doubles/eventstoredb/serve.mjs', import.meta.url));

/**
 * Starts one on a folder of its own: started again on the same folder and port it has what it had.
 * `port`: a free one unless given. `nodes`: how many of a cluster; one unless given. Gives `url`,
 * and `stop`, `kill`, `signal`; `faults(change)`, which tells it what to do wrong, and by `{
 * listens: false }` to refuse all connections, and gives what is left of it; and `node(number,
 * state)`, which kills, freezes or revives a node of a cluster, and gives who leads and the state
 * of each.
 */
export async function startEventStore({ folder, port, nodes = 1 }) {
  mkdirSync(folder, { recursive: true });
  const ports = [await portFor('the stand-in for an event store', port)];
  while (ports.length < nodes) ports.push(await freePort());
  const control = await freePort();
  const args = ['--no-warnings', program, join(folder, 'data'), ports.join(','), String(control)];
  const server = await serve('the stand-in for an event store', process.execPath, args, {
    log: join(folder, 'eventstore.log'),
    answers: () => accepts(control),
  });
  const put = async (path, change) => {
    const body = JSON.stringify(change, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    const response = await fetch(`http://127.0.0.1:${control}${path}`, { method: 'PUT', body });
    const said = await response.text();
    if (!response.ok) throw new Error(said);
    return JSON.parse(said);
  };
  const hosts = ports.map((one) => `127.0.0.1:${one}`).join(',');
  return {
    ...server,
    port: ports[0],
    url: `esdb://${hosts}?tls=false`,
    faults: (change) => put('/faults', change),
    node: (node, state) => put('/nodes', { node, state }),
  };
}
