import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { openStartupServer } from './startup-server.js';

const opened = () => openStartupServer({ host: '127.0.0.1', port: 0 }, () => 'waits for the database');

describe('the startup server', () => {
  it('is live, is not ready, and reports what it waits for', async () => {
    const server = await opened();
    const url = `http://127.0.0.1:${server.port}`;
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not-ready', fault: 'waits for the database' }]);
    expect(await (await fetch(`${url}/v1/read-models`)).json()).toMatchObject({ code: 'starting' });
    await server.close();
  });

  it('answers open connections when it closes, and ends soon even if a client is silent', async () => {
    const server = await opened();
    const asking = connect(server.port, '127.0.0.1');
    const silent = connect(server.port, '127.0.0.1');
    await Promise.all([once(asking, 'connect'), once(silent, 'connect')]);
    // Both are accepted before it closes.
    await fetch(`http://127.0.0.1:${server.port}/health/live`);
    let answer = '';
    asking.on('data', (chunk) => (answer += String(chunk)));
    const over = once(asking, 'close');
    silent.on('error', () => undefined);
    const closed = server.close();
    asking.write('GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n');
    await over;
    expect(answer).toContain('200 OK');
    await closed;
  });
});
