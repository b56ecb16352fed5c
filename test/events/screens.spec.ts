import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CATALOGUE, commandAt, exampleScenario, readBody } from '@entente/contracts';
import { ExecuteCommand, Executor, Pseudonymizer, foldRows } from '@entente/engine';
import { readActor } from '@entente/http';
import { MODELS, VIEWS } from '@entente/read-models';
import { SqliteEventStore } from '@entente/sqlite';
import { kinds } from '@entente/workers';
import { AUDIT, commandsOf, exampleLog, screensMoved } from '../../docs/generate/example-log.mjs';

const PARTS = { exampleScenario, commandAt, readBody, readActor, ExecuteCommand, Executor, Pseudonymizer, kinds };
const EVENTS = CATALOGUE.flatMap(({ kind, events }) => Object.keys(events).map((type) => `${kind}/${type}`)).toSorted();

describe('every event', () => {
  let folder: string;
  let log: Awaited<ReturnType<typeof exampleLog>>;
  let models: typeof MODELS;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-screens-'));
    const store = new SqliteEventStore({ folder });
    log = await exampleLog(PARTS, store, '2026-11-24');
    await store.close();
    models = MODELS;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const unmoved = (): readonly string[] =>
    [...screensMoved({ MODELS: models, VIEWS, foldRows }, log.events)]
      .filter(([, screens]) => screens.models.length === 0)
      .map(([name]) => name);

  it('is recorded by a command of the example scenario', () => {
    expect([...commandsOf(log).keys()].toSorted()).toEqual(EVENTS);
  });

  it('moves a screen other than the journal', () => {
    expect(unmoved()).toEqual([]);
  });

  it('would not, if only the journal had it', () => {
    models = MODELS.filter(({ name }) => name !== 'training-sessions');
    expect(unmoved()).toEqual(['training-activity/SessionCorrected']);
    models = MODELS.filter(({ name }) => AUDIT.includes(name));
    expect(unmoved().toSorted()).toEqual(EVENTS);
  });

  it('has its command, sender, rule and screens in the generated reference', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/reference/event-catalogue.md'), 'utf8');
    const described = page
      .split(/^(?=#{2,4} )/m)
      .reduce<{ readonly kind: string; readonly names: readonly string[] }>(
        ({ kind, names }, part) => {
          const heading = /^(#+) (\S+)/.exec(part);
          if (heading?.[1] === '##') return { kind: heading[2] as string, names };
          const isComplete = /Command:\s\[[^]*sender:\s[^]+\)\.\s+Screens:\s`[^]*`\./.test(part);
          return { kind, names: isComplete ? [...names, `${kind}/${heading?.[2] ?? ''}`] : names };
        },
        { kind: '', names: [] },
      ).names;
    expect(described.toSorted()).toEqual(EVENTS);
  });
});
