/**
 * What must be true of the distributed deployment after any failures of its processes and services.
 * The complete log, all topics and the rows are read again and compared with each other and with
 * what was acknowledged.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { entente } from './app-process.mjs';

const equal = (is, should, what) => {
  const actual = JSON.stringify(is);
  const expected = JSON.stringify(should);
  if (actual !== expected) throw new Error(`${what}\n  is     ${actual}\n  should ${expected}`);
};

/** All that is committed to a topic, in the order of each partition. */
export async function wholeTopic(kafka, topic, ms = 60_000) {
  const admin = kafka.admin();
  await admin.connect();
  const bounds = await admin.fetchTopicOffsets(topic);
  const missing = new Map(bounds.filter(({ high, low }) => high !== low).map((one) => [one.partition, +one.high]));
  // A consumer that begins again reads some of it again.
  const found = new Map();
  const groupId = randomUUID();
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  const read = ({ partition, lastOffset }) => {
    if (Number(lastOffset) + 1 >= (missing.get(partition) ?? 0)) missing.delete(partition);
  };
  // It delivers the ends of transactions too, which other consumers never get.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => read(payload));
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { partition, messages } }) => {
        for (const { offset, headers = {}, value } of messages) {
          const text = Object.entries(headers).map(([name, of]) => [name, String(of)]);
          const record = { partition, offset: Number(offset), headers: Object.fromEntries(text), value: String(value) };
          found.set(`${partition}-${offset}`, record);
        }
        return Promise.resolve();
      },
    });
    for (const end = Date.now() + ms; missing.size > 0; await pause(20))
      if (Date.now() > end)
        throw new Error(`topic ${topic}: partitions ${[...missing.keys()]} were not read to their ends`);
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
  return [...found.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** The whole log, as the command line writes it. */
async function wholeLog(settings) {
  const folder = mkdtempSync(join(tmpdir(), 'entente-verification-'));
  try {
    const file = join(folder, 'log.ndjson');
    await entente(settings, 'export', file);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    return lines.slice(1, -1).map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each acknowledged command has its events in the log, once; and none is there by half. */
function checkReceipts(events, { receipts, sent }) {
  const found = Map.groupBy(events, ({ stream, metadata }) => `${stream} ${metadata.commandId}`);
  const own = (key) => (found.get(key) ?? []).map(({ id, type, revision }) => ({ id, type, revision }));
  for (const [key, events] of receipts) equal(own(key), events, `${key} was acknowledged`);
  for (const [key, [first, ...others]] of found)
    if (first.type === 'RoleRevoked') equal(others.length, 3, `the events of ${key} behind the first`);
  for (const [id, stream] of sent) equal(own(`${stream} ${id}`).length, 1, `the events of ${id}, which was published`);
}

/**
 * The first occurrences in each partition are its events in the log's order, each naming the one
 * before; every event is there.
 */
function checkChain(events, records) {
  const place = new Map(events.map(({ id }, i) => [id, i]));
  const partitionOf = new Map();
  const seen = new Set();
  for (const [partition, lying] of Map.groupBy(records, (record) => record.partition)) {
    let last = -1;
    let link = '0 ';
    for (const { headers, offset } of lying) {
      const { ce_type: type, ce_id: id, ce_sequence: sequence, ce_prevposition: at, ce_previd: before } = headers;
      if (type === 'org.entente.watermark' || seen.has(id)) continue;
      seen.add(id);
      const event = events[place.get(id) ?? -1];
      const where = `partition ${partition} at offset ${offset}`;
      if (event === undefined) throw new Error(`${where} has ${id}, which the log has not`);
      if (place.get(id) <= last) throw new Error(`${where}: ${id} comes out of the log's order`);
      equal(
        [String(BigInt(sequence)), `${at} ${before}`],
        [String(event.position), link],
        `${where}: the place of ${id} and the one before`,
      );
      equal(partitionOf.get(event.stream) ?? partition, partition, `${where}: the partition of ${event.stream}`);
      partitionOf.set(event.stream, partition);
      last = place.get(id);
      link = `${event.position} ${id}`;
    }
  }
  equal(seen.size, events.length, 'events on the topic');
}

/** The partition and offset of the command that a reply answers, with which its id begins. */
export const placeOf = ({ headers }) => headers.ce_id.split('-', 2).join('-');

/**
 * Each message on the commands' topic has one answer, and all answers of a command are one receipt.
 */
function checkReplies(commands, replies, deadLetters) {
  const places = (of) => of.map(({ partition, offset }) => `${partition}-${offset}`);
  const buried = deadLetters.map(({ headers }) =>
    ['partition', 'offset'].map((name) => headers[`__connect.errors.${name}`]).join('-'),
  );
  const answered = [...replies.map(placeOf), ...buried];
  equal(answered.sort(), places(commands).sort(), 'the messages that were answered, each once');
  const asked = new Map(commands.map(({ partition, offset, headers }) => [`${partition}-${offset}`, headers]));
  for (const [, alike] of Map.groupBy(replies, ({ headers }) => `${headers.ce_subject} ${headers.ce_commandid}`)) {
    const answers = alike.map(({ headers, value }) => {
      equal(headers.ce_commandid, asked.get(placeOf({ headers }))?.ce_id, `whom ${headers.ce_id} answers`);
      const { repeated: _, ...receipt } = JSON.parse(value);
      return [headers.ce_type, receipt];
    });
    for (const one of answers) equal(one, answers[0], `the answers to ${alike[0].headers.ce_commandid}`);
    equal(
      answers[0][0],
      'org.entente.command-accepted',
      `what ${alike[0].headers.ce_commandid} was answered: ${alike[0].value}`,
    );
  }
}

/**
 * What was pledged to each account in each period: by the events, and by plain SQL over the rows;
 * and each event is in the journal once.
 */
async function checkTotals(events, deployment) {
  const pledged = new Map();
  for (const { type, stream, data } of events) {
    if (type !== 'FundsPledged') continue;
    const key = `${stream.slice('funding-account/'.length)} ${data.period}`;
    const [sum, count] = pledged.get(key) ?? [0, 0];
    pledged.set(key, [sum + data.amount, count + 1]);
  }
  const tables = await deployment.query('SELECT name, version, generation FROM entente.models');
  const table = (name) => {
    const { version, generation } = tables.find((one) => one.name === name);
    return `entente.${name}_v${version}_g${generation}`;
  };
  const rows = await deployment.query(
    `SELECT account || ' ' || period AS key, pledged, movements FROM ${table('funding')} WHERE "until" IS NULL AND row_key <> '' ORDER BY 1`,
  );
  const kept = rows.map(({ key, pledged, movements }) => [key, [Number(pledged), Number(movements)]]);
  const byKey = ([a], [b]) => (a < b ? -1 : 1);
  equal(kept.sort(byKey), [...pledged].sort(byKey), 'what was pledged');
  const [{ folded, distinct }] = await deployment.query(
    `SELECT COUNT(*)::int AS folded, COUNT(DISTINCT event_id)::int AS distinct FROM ${table('journal')} WHERE "until" IS NULL`,
  );
  equal([folded, distinct], [events.length, events.length], 'the events in the journal');
}

/**
 * Each precautionary suspension has its hold, placed once, however often the stewards ended. Null
 * if holds are still missing.
 */
function checkHolds(events, suspended) {
  const ordered = events.filter(({ type }) => type === 'PrecautionarySuspensionOrdered');
  equal(ordered.length, suspended, 'precautionary suspensions in the log');
  const placed = Map.groupBy(
    events.filter(({ type }) => type === 'HoldPlaced'),
    ({ metadata }) => metadata.causationId,
  );
  for (const { id, stream } of ordered) {
    const holds = placed.get(id) ?? [];
    if (holds.length > 1) throw new Error(`${holds.length} holds were placed for one event of ${stream}`);
    if (holds.length === 0) return `${stream} has no hold yet`;
  }
  equal(placed.size, suspended, 'events of which a hold followed');
  return null;
}

/** The log when the stewards have sent what follows from it. */
async function logWithHolds(settings, suspended) {
  for (const end = Date.now() + 60_000; ; await pause(500)) {
    const events = await wholeLog(settings);
    const missing = checkHolds(events, suspended);
    if (missing === null) return events;
    if (Date.now() > end) throw new Error(`${missing}, a minute after the last command`);
  }
}

/**
 * Waits until all is folded and answered, and holds everything against everything; gives what was
 * counted.
 */
export async function verifySystem(deployment, load) {
  const { settings, kafka } = deployment;
  await deployment.caughtUp(120_000);
  const commands = await wholeTopic(kafka, settings.KAFKA_COMMANDS_TOPIC);
  let replies = [];
  let deadLetters = [];
  let ofCommands = [];
  for (const end = Date.now() + 60_000; ; await pause(500)) {
    replies = await wholeTopic(kafka, settings.KAFKA_REPLIES_TOPIC);
    deadLetters = await wholeTopic(kafka, settings.KAFKA_DEAD_LETTERS_TOPIC);
    ofCommands = deadLetters.filter((one) => one.headers['__connect.errors.topic'] === settings.KAFKA_COMMANDS_TOPIC);
    if (replies.length + ofCommands.length >= commands.length || Date.now() > end) break;
  }
  checkReplies(commands, replies, ofCommands);
  const suspended = load.suspended?.() ?? 0;
  const events = await logWithHolds(settings, suspended);
  await deployment.caughtUp();
  checkReceipts(events, load);
  const records = await wholeTopic(kafka, settings.KAFKA_TOPIC);
  checkChain(events, records);
  await checkTotals(events, deployment);
  const output = [await entente(settings, 'verify'), await entente(settings, 'compare', '--rebuilt')];
  return {
    events: events.length,
    records: records.length,
    commands: commands.length,
    receipts: load.receipts.size,
    deadLetters: deadLetters.length,
    holds: suspended,
    output: output.join('\n'),
  };
}
