import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '@entente/engine';
import { type Deployment, standalone } from '../../../test/support/deployment.js';
import { registerParties } from '../../../test/support/parties.mjs';

describe('a process whose log was set back', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await standalone();
    await registerParties(deployment.url, { sudria: 'donor' });
  });
  afterAll(() => deployment.end());

  it('closes live streams with the reason, refuses commands and queries, and is not ready', async () => {
    const { url, app } = deployment;
    const get = async (path: string) => {
      const answer = await fetch(`${url}${path}`);
      return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text() };
    };
    const streams = await Promise.all(
      ['/v1/history/live', '/v1/read-models/stakeholders/live'].map((path) => fetch(`${url}${path}`)),
    );
    expect((await get('/health/serving')).status).toBe(200);
    app.get(EventStore, { strict: false }).setTakenBack('stakeholder/sudria ends at revision 0, and had revision 2');
    for (const stream of streams)
      expect(await stream.text()).toMatch(/^event: closed\ndata: .*the event store ends before what was read of it/m);
    for (const path of [
      '/v1/history',
      '/v1/history/live',
      '/v1/read-models',
      '/v1/read-models/stakeholders',
      '/v1/read-models/stakeholders/live',
      '/v1/commands/a?stream=stakeholder/sudria',
      '/v1/refusals',
    ]) {
      const { status, retryAfter, text } = await get(path);
      expect([path, status, retryAfter]).toEqual([path, 503, '30']);
      expect(JSON.parse(text)).toMatchObject({
        code: 'log-taken-back',
        title: expect.stringContaining('entente begin-era'),
      });
    }
    const sent = await fetch(`${url}/v1/stakeholder/estmark/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect([sent.status, await sent.json()]).toEqual([503, expect.objectContaining({ code: 'log-taken-back' })]);
    for (const path of ['/health/serving', '/health/ready']) {
      const { status, text } = await get(path);
      expect([path, status]).toEqual([path, 503]);
      expect(JSON.parse(text)).toMatchObject({
        fault: expect.stringContaining('stakeholder/sudria ends at revision 0'),
        code: 'log-taken-back',
      });
    }
    for (const path of ['/health/live', '/version', '/metrics'])
      expect([path, (await get(path)).status]).toEqual([path, 200]);
  });
});
