import { Controller, Get, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { expect, it } from '@jest/globals';
import { buildApp } from '@entente/http';
import { ServerLimitSettings, logging } from '@entente/process';

@Controller()
class FailingController {
  @Get('fails')
  async fails(): Promise<never> {
    await new Promise(setImmediate);
    throw new Error('a bug');
  }
}

@Module({})
class FailingModule {}

it('at the level of warnings, an error has the id of its request, and requests leave no line', async () => {
  const lines: unknown[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const imports = [LoggerModule.forRoot(logging('warn', stream))];
  const module = { module: FailingModule, controllers: [FailingController], imports };
  const app = await buildApp(module, new ServerLimitSettings());
  await app.init();
  await Promise.all(['a', 'b'].map((id) => app.inject({ url: '/fails', headers: { 'correlation-id': id } })));
  await app.inject({ url: '/nowhere' });
  expect(lines).toMatchObject([
    { level: 'error', correlationId: 'a', err: { message: 'a bug' } },
    { level: 'error', correlationId: 'b', err: { message: 'a bug' } },
  ]);
  await app.close();
});
