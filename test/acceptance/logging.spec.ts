import { Controller, Get, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LoggerModule } from 'nestjs-pino';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildApp } from '@entente/http';
import { ServerLimitSettings, logging } from '@entente/process';

@Controller()
class FailingController {
  @Get('fails')
  fails(): never {
    throw new Error('a bug');
  }
}

@Module({})
class FailingModule {}

describe('the log of a process', () => {
  const lines: Record<string, unknown>[] = [];
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
    const imports = [LoggerModule.forRoot(logging('debug', stream))];
    const module = { module: FailingModule, controllers: [FailingController], imports };
    app = await buildApp(module, new ServerLimitSettings());
    await app.init();
  });
  afterAll(() => app.close());

  /** The lines that a request leaves. */
  async function linesOf(url: string, headers: Record<string, string>): Promise<readonly Record<string, unknown>[]> {
    const before = lines.length;
    await app.inject({ url, headers });
    return lines.slice(before);
  }

  it('has the correlation id in the line of an error, and no header of the request', async () => {
    const sent = { 'correlation-id': 'trial-7', 'entente-actor': 'norland;role=donor;person=n-1' };
    const found = await linesOf('/fails', sent);
    expect(found.filter(({ level }) => level === 'error')).toMatchObject([
      { level: 'error', correlationId: 'trial-7', err: { message: 'a bug' } },
    ]);
    expect(JSON.stringify(found)).not.toContain('n-1');
  });

  it('has each request at level debug, with its method, address and status', async () => {
    const found = await linesOf('/nowhere?a=1', { 'correlation-id': 'trial-8', 'entente-actor': 'norland' });
    expect(found).toMatchObject([
      {
        level: 'debug',
        correlationId: 'trial-8',
        req: { method: 'GET', url: '/nowhere?a=1' },
        res: { statusCode: 404 },
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('norland');
  });

  it('has an id for a request without one', async () => {
    expect(await linesOf('/fails', {})).toMatchObject([
      { level: 'error', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { level: 'debug', correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
  });
});
