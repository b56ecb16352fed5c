import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createStandaloneApp } from '@entente/embedded';
import { standalone } from '../support/deployment.js';
import { registerParties } from '../support/parties.mjs';
import { httpAnswers } from './http-answers.js';

httpAnswers(standalone);

describe('the settings of answers', () => {
  it('allow pages of some origins, and keep formulas', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-answers-'));
    const answers = { corsOrigins: 'https://a.example, https://b.example', csvFormulas: 'keep' } as const;
    const app = await createStandaloneApp({ folder, logLevel: 'fatal', answers });
    await app.listen(0, '127.0.0.1');
    try {
      const url = await app.getUrl();
      const from = (origin: string, path: string, init: RequestInit = {}) =>
        fetch(`${url}${path}`, { ...init, headers: { origin, ...init.headers } });
      const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'entente-actor' };
      const preflight = await from('https://b.example', '/v1/programme/norland.p/propose', {
        method: 'OPTIONS',
        headers: asked,
      });
      expect(preflight.status).toBe(204);
      expect(Object.fromEntries(preflight.headers)).toMatchObject({
        'access-control-allow-origin': 'https://b.example',
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': 'entente-actor',
        allow: 'OPTIONS, POST',
      });
      const read = await from('https://a.example', '/v1/read-models/funding');
      expect(read.headers.get('access-control-allow-origin')).toBe('https://a.example');
      expect(read.headers.get('access-control-expose-headers')).toContain('ETag');
      expect(read.headers.get('vary')).toMatch(/Origin.*Accept/);
      const live = await from('https://a.example', '/v1/history/live', { method: 'HEAD' });
      expect(live.headers.get('access-control-allow-origin')).toBe('https://a.example');
      const foreign = await from('https://c.example', '/v1/read-models/funding');
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
      await registerParties(url, { sudria: 'donor', estmark: 'recipient' });
      const days = { starts: '2026-01-01', ends: '2027-01-01' };
      const body = { title: '=1+1', donor: 'sudria', recipient: 'estmark', sector: '15210', ...days };
      const sent = await from('https://a.example', '/v1/programme/sudria.p/propose', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'entente-actor': 'sudria;role=donor;person=s-1' },
        body: JSON.stringify(body),
      });
      const { after } = (await sent.json()) as { after: string };
      const csv = await from('https://a.example', `/v1/read-models/programmes?format=csv&after=${after}`);
      expect(await csv.text()).toContain(',=1+1,');
    } finally {
      await app.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('allow no page of another origin by default', async () => {
    const deployment = await standalone();
    const answer = await fetch(`${deployment.url}/v1/read-models`, { headers: { origin: 'https://a.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    await deployment.end();
  });
});
