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
  revision: null,
  traceparent: undefined,
};
const parsed = (body: object, more: Partial<RawMetadata> = {}) => {
  const activate = commandAt('programme', 'activate');
  if (activate === undefined) throw new Error('the catalogue has no such command');
  return parseCommand(activate, body, { ...raw, ...more }, names);
};

describe('parseCommand', () => {
  it.each([
    ['2026-05-04T09:30:00Z', '2026-05-04T09:30:00.000Z'],
    ['2026-05-04T09:30:00.123Z', '2026-05-04T09:30:00.123Z'],
    ['2026-05-04T11:30:00+02:00', '2026-05-04T09:30:00.000Z'],
    ['2026-05-04T09:30:00.123456+00:00', '2026-05-04T09:30:00.123Z'],
  ])('keeps the instant %s as %s', (occurredAt, kept) =>
    expect(parsed({ on: '2026-05-04', occurredAt })).toMatchObject({ metadata: { occurredAt: kept } }),
  );

  it.each(['2026-05-04', '2026-05-04T09:30Z', '2026-02-30T09:30:00Z', '2026-05-04T25:00:00Z', '2026-05-04T09:30:00'])(
    'refuses %s as an instant',
    (occurredAt) =>
      expect(parsed({ on: '2026-05-04', occurredAt })).toMatchObject({ errors: [{ path: 'occurredAt' }] }),
  );

  it.each([
    ['2025/26', '2025-26'],
    ['2026-Q1', '2026-q1'],
    ['FY2026', 'fy2026'],
    ['2026', '2026'],
  ])('takes the period %s as it is stored: %s', (period, stored) => {
    const pledge = commandAt('funding-account', 'pledge') as NonNullable<ReturnType<typeof commandAt>>;
    const body = { amount: 1, period };
    expect(parseCommand(pledge, body, raw, names)).toMatchObject({ command: { data: { period: stored } }, body });
  });

  it.each(['26', '2026 Q1', '2025/26/27', 2026])('refuses %s as a period, and names the form', (period) => {
    const pledge = commandAt('funding-account', 'pledge') as NonNullable<ReturnType<typeof commandAt>>;
    const message = expect.stringContaining('such as 2026, fy2026, 2025-26, 2026-q1') as unknown;
    expect(parseCommand(pledge, { amount: 1, period }, raw, names)).toMatchObject({
      errors: [{ path: 'period', message }],
    });
  });

  it('takes the command id as correlation id if none is given, and ignores an invalid traceparent', () =>
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

  it('reports every invalid field by the name that the sender uses', () => {
    const wrong = {
      stream: { kind: 'programme', id: 'Ä' },
      actor: [{ path: 'who', message: 'no' }],
      commandId: 'a b',
      correlationId: ' ',
      causationId: '',
      revision: 'invalid' as const,
    };
    const result = parsed({ on: 'soon', extra: 1, legalBasis: '' }, wrong);
    if (!('errors' in result)) throw new Error('it was taken');
    expect(result.errors.map(({ path }) => path).sort()).toEqual(
      ['causation', 'correlation', 'extra', 'id', 'key', 'legalBasis', 'on', 'revision', 'who'].sort(),
    );
  });
});
