/**
 * A stand-in for an EventStoreDB, as a process on loopback: the tests' own double. For trials only,
 * never for a log to keep.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accepts, freePort, portFor, serve } from './process.mjs';

const program = fileURLToPath(new URL('../../test/doubles/eventstoredb/serve.mjs', import.meta.url));

/**
 * Starts one on its own folder: started again on the same folder and port, it has the same data.
 * `port`: by default a free one. `nodes`: the number of nodes of a cluster, by default one. Returns
 * `url`, and `stop`, `kill`, `signal`; `faults(change)`, which sets its faults (`{ listens: false
 * }`: it refuses all connections) and returns those that are left; and `node(number, state)`, which
 * kills, freezes or revives a node of a cluster, and returns the leader and the state of each.
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
    const answer = await response.text();
    if (!response.ok) throw new Error(answer);
    return JSON.parse(answer);
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
