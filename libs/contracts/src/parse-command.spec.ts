import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { commandAt } from './catalogue.js';
import { type MetadataNames, type RawMetadata, parseCommand } from './parse-command.js';

const names: MetadataNames = {
  stream: 'id',
  commandId: 'key',
  correlationId: 'correlation',
  causationId: 'causation',
  revision: 'revision',
};
const raw: RawMetadata = {
  stream: { kind: 'programme', id: 'norland.programme-1' },
  actor: { organisation: 'norland', role: 'donor' },
  commandId: 'c-1',
  correlationId: undefined,
  causationId: undefined,
  revision: undefined,
  traceparent: undefined,
};
const parsed = (body: object, more: Partial<RawMetadata> = {}) => {
  const activate = commandAt('programme', 'activate');
  if (activate === undefined) throw new Error('the catalogue has no such command');
  return parseCommand(activate, body, { ...raw, ...more }, names);
};

describe('a command that is parsed', () => {
  it.each([
    ['2026-05-04T09:30:00Z', '2026-05-04T09:30:00.000Z'],
    ['2026-05-04T09:30:00.123Z', '2026-05-04T09:30:00.123Z'],
    ['2026-05-04T11:30:00+02:00', '2026-05-04T09:30:00.000Z'],
    ['2026-05-04T09:30:00.123456+00:00', '2026-05-04T09:30:00.123Z'],
  ])('happened at %s is kept as %s', (occurredAt, kept) =>
    expect(parsed({ on: '2026-05-04', occurredAt })).toMatchObject({ metadata: { occurredAt: kept } }),
  );

  it.each(['2026-05-04', '2026-05-04T09:30Z', '2026-02-30T09:30:00Z', '2026-05-04T25:00:00Z', '2026-05-04T09:30:00'])(
    'takes no %s for an instant',
    (occurredAt) => expect(parsed({ on: '2026-05-04', occurredAt })).toMatchObject({ wrong: [{ path: 'occurredAt' }] }),
  );

  it('has its own id for what belongs together, if nothing else is said, and passes over what is no trace', () =>
    expect(parsed({ on: '2026-05-04' }, { traceparent: 'nonsense' })).toEqual({
      stream: raw.stream,
      command: { type: 'ActivateProgramme', data: { on: '2026-05-04' } },
      metadata: {
        actor: raw.actor,
        commandId: 'c-1',
        correlationId: 'c-1',
        causationId: null,
        occurredAt: null,
        evidence: [],
        legalBasis: null,
      },
      ifMatch: null,
      body: { on: '2026-05-04' },
    }));

  it('names everything that is wrong, by the names of its sender', () => {
    const wrong = {
      stream: { kind: 'programme', id: 'Ä' },
      actor: [{ path: 'who', message: 'no' }],
      commandId: 'a b',
      correlationId: ' ',
      causationId: '',
      revision: '-1',
    };
    const result = parsed({ on: 'soon', extra: 1, legalBasis: '' }, wrong);
    if (!('wrong' in result)) throw new Error('it was taken');
    expect(result.wrong.map(({ path }) => path).sort()).toEqual(
      ['causation', 'correlation', 'extra', 'id', 'key', 'legalBasis', 'on', 'revision', 'who'].sort(),
    );
  });
});
