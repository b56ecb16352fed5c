import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { AnyDecider, StreamEvent } from '@entente/kernel';
import { assistanceCase } from './delivery/assistance-case.js';
import { fundingAccount } from './planning/funding-account.js';
import { programme } from './planning/programme.js';
import { misuseCase } from './safeguards/misuse-case.js';

const PROPOSED = { donor: 'norland', recipient: 'estmark', kind: 'bilateral' };
const OPENED = { donor: 'norland', recipient: 'estmark', currency: 'USD', stages: ['pledged'], basis: 'own' };

/**
 * A kind, its opening event, an event of which a stream can have any number, and what it adds to.
 */
const GROWING: readonly [AnyDecider, [string, object], string, (n: number) => object, string][] = [
  [
    programme,
    ['ProgrammeProposed', PROPOSED],
    'MilestonePlanned',
    (n) => ({ milestone: `m${n}`, due: '2026-05-05' }),
    'milestones',
  ],
  [programme, ['ProgrammeProposed', PROPOSED], 'ObjectiveDefined', (n) => ({ objective: `o${n}` }), 'objectives'],
  [
    fundingAccount,
    ['FundingAccountOpened', OPENED],
    'FundsReallocatedOut',
    () => ({ amount: 1, stage: 'pledged', to: 'x' }),
    'reallocatedOut',
  ],
  [
    fundingAccount,
    ['FundingAccountOpened', OPENED],
    'FundsReallocatedIn',
    (n) => ({ amount: 1, stage: 'pledged', out: `e${n}` }),
    'reallocatedIn',
  ],
  [
    fundingAccount,
    ['FundingAccountOpened', OPENED],
    'DisbursementPlanned',
    (n) => ({ amount: 1, tranche: `t${n}` }),
    'tranches',
  ],
  [
    assistanceCase,
    ['AssistanceRequested', { ...PROPOSED, asked: [] }],
    'CaseLineAdded',
    (n) => ({ line: `l${n}` }),
    'correctable',
  ],
  [
    assistanceCase,
    ['AssistanceRequested', { ...PROPOSED, asked: [] }],
    'CaseLineAdded',
    (n) => ({ line: `l${n}` }),
    'lines',
  ],
  [
    misuseCase,
    ['MisuseFlagged', { ...PROPOSED, scopes: [] }],
    'FundsRecovered',
    () => ({ amount: 1, currency: 'USD' }),
    'recoveries',
  ],
];

const sizeOf = (collection: object | undefined): number =>
  collection instanceof Map ? collection.size : Object.keys(collection ?? {}).length;

describe('folding a stream', () => {
  it.each(GROWING.map((one) => ({ kind: one[0].kind, type: one[2], one })))(
    'costs the same for each event: $kind $type copies nothing that grows',
    ({ one: [decider, [openingType, opening], type, data, field] }) => {
      const evolve = decider.evolve as (state: unknown, event: StreamEvent) => Record<string, object>;
      const event = (n: number, of: string, its: object): StreamEvent =>
        ({
          id: `e${n}`,
          type: of,
          data: its,
          metadata: { actor: { organisation: 'norland', role: 'donor' }, occurredAt: '2026-05-01T09:00:00.000Z' },
        }) as unknown as StreamEvent;
      const open = (n: number) => evolve(null, event(n, openingType, opening));
      const first = open(0);
      let state = first;
      for (let n = 1; n <= 3; n += 1) state = evolve(state, event(n, type, data(n)));
      expect(state[field]).toBe(first[field]);
      expect(sizeOf(state[field])).toBe(3);
      expect(sizeOf(open(9)[field])).toBe(0);
    },
  );
});
