import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { serveStandalone } from '../support/deployment.js';
import { propose } from '../support/standalone-process.js';

const MODEL = 'programmes';
interface Health {
  readonly models: readonly { readonly model: string; readonly stopped: string | null; readonly parked: number }[];
}

it('more than five parked streams stop a read model, which makes the server unready; others go on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entente-parked-'));
  // The real fold, which cannot fold what is named so.
  const model = MODELS.find(({ name }) => name === MODEL) as unknown as Record<
    'evolve',
    (...args: unknown[]) => unknown
  >;
  const { evolve } = model;
  model.evolve = (...args) => {
    if ((args[1] as RecordedEvent).stream.includes('.poison')) throw new TypeError('not to be folded');
    return evolve.apply(model, args);
  };
  const app = await serveStandalone(folder);
  try {
    const url = await app.getUrl();
    /** The health of the deployment once a number of streams are parked in the model. */
    const once = async (parked: number) => {
      let seen = 0;
      for (let tries = 0; tries < 500; tries += 1) {
        const answer = await fetch(`${url}/health/ready`);
        const { models } = (await answer.json()) as Health;
        const health = { status: answer.status, stopped: models.filter(({ stopped }) => stopped !== null) };
        if (models.find(({ model: name }) => name === MODEL)?.parked === parked) seen += 1;
        // The rows show it first, and the health of the projection right after.
        if (seen === 2) return health;
        await new Promise((next) => setTimeout(next, 10));
      }
      throw new Error(`never were ${parked} streams parked`);
    };
    for (let n = 1; n <= 5; n += 1) expect((await propose(url, `poison-${n}`)).status).toBe(201);
    expect((await once(5)).stopped).toEqual([]);
    expect((await propose(url, 'poison-6')).status).toBe(201);
    expect(await once(6)).toMatchObject({ status: 503, stopped: [{ model: MODEL, stopped: expect.any(String) }] });
    // It is served as it stood, and what is proposed from here on is not in it; the journal has it.
    const { after } = (await (await propose(url, 'well')).json()) as { after: string };
    const journal = await fetch(`${url}/v1/read-models/journal?after=${after}&stream=programme/norland.well`);
    expect(((await journal.json()) as { rows: unknown[] }).rows).toHaveLength(1);
    const late = await fetch(`${url}/v1/read-models/programmes?programme=norland.well`);
    expect(((await late.json()) as { rows: unknown[] }).rows).toEqual([]);
  } finally {
    model.evolve = evolve;
    await app.close();
    rmSync(folder, { recursive: true });
  }
});
