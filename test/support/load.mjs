/**
 * A load on the distributed deployment: commands over HTTP and over the topic, each sent until it
 * is acknowledged, also while processes are killed.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';

const OPERATOR = 'entente;role=operator';
const DONOR = 'norland;role=donor';
const account = (name) => `funding-account/norland.${name}`;
const PARTIES = { donor: 'norland', recipient: 'estmark' };
const opening = {
  ...PARTIES,
  fund: 'Tried',
  currency: 'USD',
  stages: ['pledged'],
  basis: 'own',
  onBudget: false,
};
const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const pledge = () => ({ amount: 1 + randomInt(1_000_000), period: `20${20 + randomInt(9)}` });

/**
 * Sends a command over HTTP until it has its receipt: any other answer than that or a 503 with
 * `retry-after` fails. `refused` counts the latter by their codes.
 */
async function untilReceipt(deployment, refused, { stream, command, actor, body, id }) {
  for (const end = Date.now() + 120_000; ; await pause(50 + randomInt(150))) {
    if (Date.now() > end) throw new Error(`${stream} ${id}: no receipt within two minutes`);
    let answer;
    try {
      answer = await fetch(`${await deployment.url()}/v1/${stream}/${command}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'entente-actor': actor, 'idempotency-key': id },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(60_000),
      });
      const reply = await answer.json();
      if (answer.status === 201) return reply;
      if (answer.status !== 503 || answer.headers.get('retry-after') === null)
        throw new Error(`${stream} ${command} ${id}: ${answer.status} ${JSON.stringify(reply)}`);
      refused[reply.code] = (refused[reply.code] ?? 0) + 1;
    } catch (error) {
      // A lost connection is what a killed api looks like from here. By its name, since it may come
      // from beyond a test's own globals.
      if (error.name !== 'TypeError' && error.name !== 'TimeoutError') throw error;
      refused.lost = (refused.lost ?? 0) + 1;
    }
  }
}

/**
 * What is sent to a deployment: `open()` once, then between `begin()` and `end()` as many commands
 * as it takes, at about `rate` a second; with `suspensions` also misuse cases, of which a hold
 * follows by policy. `end` waits until every one that was sent over HTTP has
 * its receipt; fails with the first wrong answer.
 */
export function loadOn(deployment, { rate = 60, suspensions = false } = {}) {
  const receipts = new Map();
  const sent = new Map();
  const refused = {};
  let suspended = 0;
  const producer = deployment.kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { retries: 100, maxRetryTime: 1000 },
  });
  let connected = null;
  let running = null;
  let over = false;

  const post = async (stream, command, actor, body, id = randomUUID()) => {
    const receipt = await untilReceipt(deployment, refused, { stream, command, actor, body, id });
    receipts.set(`${stream} ${id}`, receipt.events);
    return receipt;
  };
  const publish = async (messages) => {
    // While the broker is away they are sent again. A command that had arrived already arrives
    // twice, and gets two equal replies.
    for (const end = Date.now() + 120_000; ; await pause(200))
      try {
        await (connected ??= producer.connect());
        return await producer.send({ topic: deployment.settings.KAFKA_COMMANDS_TOPIC, acks: -1, messages });
      } catch (error) {
        connected = null;
        await producer.disconnect().catch(() => undefined);
        if (Date.now() > end) throw error;
      }
  };
  const aPledge = (name, id = randomUUID()) => ({
    key: `norland.${name}`,
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: 'PledgeFunds',
      ce_source: 'norland',
      ce_actorrole: 'donor',
      ce_subject: account(name),
      'content-type': 'application/json',
    },
    value: JSON.stringify(pledge()),
  });

  const going = async (work, every) => {
    while (!over) {
      const rest = pause(every);
      await work();
      await rest;
    }
  };
  const pledging = (name) => going(() => post(account(name), 'pledge', DONOR, pledge()), (8 * 1000) / rate);
  /**
   * An organisation that gives three mandates and then loses the role: one command of four events.
   */
  const mandating = async () => {
    const id = `state-${randomUUID().slice(0, 8)}`;
    const stream = `stakeholder/${id}`;
    await post(stream, 'register', OPERATOR, { name: 'A state', type: 'state', country: id });
    await post(stream, 'grant-role', OPERATOR, { role: 'donor' });
    for (const to of ['agent-1', 'agent-2', 'agent-3'])
      await post(stream, 'give-mandate', `${id};role=donor`, { role: 'donor', to, until: '2090-12-31' });
    await post(stream, 'revoke-role', OPERATOR, { role: 'donor', reason: 'left-the-arrangement' });
  };
  /** A programme, and a misuse case in which the donor suspends it as a precaution. */
  const suspending = async () => {
    const programme = `norland.p-${randomUUID().slice(0, 8)}`;
    await post(`programme/${programme}`, 'propose', DONOR, {
      ...PARTIES,
      title: 'Suspended',
      sector: '15210',
      starts: '2026-01-01',
      ends: '2090-12-31',
      kind: 'bilateral',
    });
    const stream = `misuse-case/sealed.${randomBytes(16).toString('hex')}`;
    const scopes = [{ kind: 'programme', id: programme }];
    // The log has no ids of commands on such a stream: what became of them is seen by their events.
    const send = (command, actor, body) =>
      untilReceipt(deployment, refused, { stream, command, actor, body, id: randomUUID() });
    const happened = { from: '2026-04-01', to: '2026-04-20' };
    const flagged = { ...PARTIES, allegation: 'loss-or-theft', accused: 'estmark', programme, happened, scopes };
    await send('flag', OPERATOR, flagged);
    await send('triage', DONOR, { incidentType: 'minor-violation' });
    await send('order-precautionary-suspension', DONOR, { scopes, until: inDays(30) });
    suspended += 1;
  };
  /** Some pledges at once over the topic; one in five is sent twice. */
  const publishing = async () => {
    const batch = Array.from({ length: 5 }, () => aPledge(['t0', 't1', 't2', 'both'][randomInt(4)]));
    for (const { headers } of batch) sent.set(headers.ce_id, headers.ce_subject);
    await publish(randomInt(5) === 0 ? [...batch, batch[0]] : batch);
  };

  return {
    receipts,
    sent,
    refused,
    /** How many precautionary suspensions have their receipts. */
    suspended: () => suspended,
    post,
    publish,
    aPledge,
    async open() {
      for (const agent of ['agent-1', 'agent-2', 'agent-3']) {
        await post(`stakeholder/${agent}`, 'register', OPERATOR, { name: 'An agent', type: 'state', country: agent });
        await post(`stakeholder/${agent}`, 'grant-role', OPERATOR, { role: 'implementer' });
      }
      for (const [id, role] of [
        ['norland', 'donor'],
        ['estmark', 'recipient'],
      ]) {
        await post(`stakeholder/${id}`, 'register', OPERATOR, { name: 'A party', type: 'state', country: id });
        await post(`stakeholder/${id}`, 'grant-role', OPERATOR, { role });
      }
      const names = ['h0', 'h1', 'h2', 'both', 't0', 't1', 't2'];
      for (const name of names) await post(account(name), 'open', DONOR, opening);
    },
    begin() {
      over = false;
      running = Promise.all([
        ...['h0', 'h1', 'h2', 'both'].map(pledging),
        going(mandating, 500),
        ...(suspensions ? [going(suspending, 1000)] : []),
        going(publishing, (5 * 2 * 1000) / rate),
      ]);
      // `end` throws the error of the load.
      running.catch(() => undefined);
    },
    async end() {
      over = true;
      await running;
    },
    async close() {
      over = true;
      await producer.disconnect();
    },
  };
}
