import { once } from 'node:events';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { EventStoreDouble } from './double.js';
import { type Faults, noFaults } from './faults.js';

/** What can be asked of a double from outside: faults, as in {@link Faults}, and whether it listens. */
export type Change = Partial<Omit<Faults, 'apart'>> & { readonly apart?: string; readonly listens?: boolean };

/** The door by which a double that is a process of its own is told what to do wrong: `PUT /faults` with a part of {@link Change} in JSON. It answers when that holds, by all that stands then: what is counted, with how many calls are left. */
export async function openControl(double: EventStoreDouble, port: number): Promise<Server> {
  let listens = true;
  const change = async (request: IncomingMessage): Promise<readonly [number, string]> => {
    if (request.method !== 'PUT' || request.url !== '/faults') return [404, 'PUT /faults is all that there is'];
    const asked = await jsonOf(request);
    const wrong = wrongIn(asked);
    if (wrong.length > 0) return [400, wrong.join('\n')];
    const { listens: wanted = listens, apart, ...faults } = asked as Change;
    Object.assign(double.faults, faults, apart === undefined ? {} : { apart: BigInt(apart) });
    if (wanted && !listens) await double.listen();
    if (!wanted && listens) double.refuse();
    listens = wanted;
    return [
      200,
      JSON.stringify(double.faults, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ];
  };
  const server = createServer((request, response) => {
    void change(request)
      .catch((error: unknown) => [500, String(error)] as const)
      .then(([status, says]) => response.writeHead(status).end(says));
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Every field that is none, or takes something else. */
function wrongIn(asked: unknown): readonly string[] {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return ['the body takes an object in JSON'];
  const known: Readonly<Record<string, unknown>> = { ...noFaults(), listens: true };
  return Object.entries(asked).flatMap(([name, value]: [string, unknown]) => {
    if (!Object.hasOwn(known, name)) return [`${name}: is none of ${Object.keys(known).join(', ')}`];
    if (name === 'apart')
      return typeof value === 'string' && /^\d+$/.test(value) ? [] : ['apart: takes digits as text'];
    if (name === 'leader') return isLeader(value) ? [] : ['leader: takes null, or a host and a port'];
    return typeof value === typeof known[name] ? [] : [`${name}: takes a ${typeof known[name]}`];
  });
}

function isLeader(value: unknown): boolean {
  if (value === null) return true;
  const { host, port } = value as { host?: unknown; port?: unknown };
  return typeof host === 'string' && typeof port === 'number';
}
