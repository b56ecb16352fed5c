/**
 * Whole queries, as CSV over HTTP: sorted by a column other than the key, against the order of the
 * key. A sort for each page would make the ratio grow with the rows.
 */
import { join } from 'node:path';
import { fillLog, openStores } from './log.mjs';
import { folder, load, note, quick, ratioOf } from './measure.mjs';
import { serve } from './servers.mjs';

const SIZES = quick ? [1_000, 3_000] : [20_000, 60_000];
const now = () => '2026-06-01T12:00:00.000Z';

async function fill(data, events) {
  const { replay } = await load('libs/engine/src/index.js');
  await fillLog(data, events);
  const { log, rows, models } = await openStores(data);
  await replay(log, models, rows, await log.head(), now);
  await rows.close();
  await log.close();
}

/** Milliseconds until the last byte of a whole query. */
async function took({ url }, query, lines) {
  const begun = performance.now();
  const answer = await fetch(`${url}/v1/read-models/${query}`);
  const text = await answer.text();
  const ms = performance.now() - begun;
  const count = text.split('\n').length - 2;
  if (answer.status !== 200 || count !== lines) throw new Error(`${query}: ${answer.status}, ${count} lines`);
  return ms;
}

export async function wholeQueries() {
  for (const events of SIZES) {
    const data = join(folder, `whole-${events}`);
    await fill(data, events);
    const deployment = await serve('deployment', data);
    await took(deployment, 'journal?format=csv', events);
    let slowest = 0;
    const ratio = await ratioOf(
      quick ? 1 : 5,
      () => took(deployment, 'journal?format=csv', events),
      async () => (slowest = await took(deployment, 'journal?format=csv&sort=-command_id', events)),
    );
    const size = events.toLocaleString('en');
    note(`whole CSV sorted by another column, ${size} rows, against key order`, ratio, 'ratio', 2, { atMost: true });
    note('  sorted and sent', (events * 1000) / slowest, 'rows/s');
    await deployment.end();
  }
}
