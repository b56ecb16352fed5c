import { expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { closeOnShutdown } from './close-on-shutdown.js';

it('what a module opened is closed in the order that it names, also after one that fails to close', async () => {
  const closed: string[] = [];
  const opened = (provide: string, failure: Promise<never> | null = null) => ({
    provide,
    useValue: { close: () => (closed.push(provide), failure ?? Promise.resolve()) },
  });
  const failure = Promise.reject<never>(new Error('no answer'));
  failure.catch(() => undefined);
  @Module({
    providers: [opened('log'), opened('rows', failure), opened('feed'), closeOnShutdown('feed', 'rows', 'log')],
  })
  class Opened {}
  const app = await NestFactory.createApplicationContext(Opened, { logger: false });
  await app.close();
  expect(closed).toEqual(['feed', 'rows', 'log']);
});
