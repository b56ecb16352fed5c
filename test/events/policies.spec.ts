import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, commandOf, exampleOf, readBody } from '@entente/contracts';
import { POLICIES } from '@entente/domain';
import type { Command, DueItem } from '@entente/kernel';
import { MODELS } from '@entente/read-models';
import { recordedEvent } from '../support/recorded-event.js';

const ITEMS: Readonly<Record<string, string>> = {
  'mandate-end': 'ostra-training/donor',
  'expiry-warning': '2036-12-31',
  'statutory-report': 'waiver/relief-2026',
};
const due = (duty: string): DueItem => ({ stream: 'kind/id', duty, item: ITEMS[duty] ?? 'first', due: '2026-05-04' });

/** Why the contract refuses a command; null if it accepts it. */
function faultsOf(kind: string, { type, data }: Command): unknown {
  const command = commandOf(kind, type);
  if (command === undefined) return `${kind} has no command ${type}`;
  const { errors } = readBody(command.body, JSON.parse(JSON.stringify(data)));
  return errors.length === 0 ? null : errors;
}

const bySystem = (kind: string, type: string): boolean => commandOf(kind, type)?.by.includes('system') === true;

describe('each policy', () => {
  it.each(POLICIES.dueDates.map((policy) => [policy.name, policy] as const))(
    '%s records what passed by a command of its kind, which the system may send',
    (_, { kind, duties, record }) => {
      for (const duty of duties) {
        const command = record(due(duty));
        expect([duty, faultsOf(kind, command), bySystem(kind, command.type)]).toEqual([duty, null, true]);
      }
    },
  );
  it.each(POLICIES.events.map((policy) => [policy.name, policy] as const))(
    '%s reacts to events of its kind by commands that the system may send',
    (_, { kind, reactions }) => {
      const events = CATALOGUE.find((one) => one.kind === kind)?.events ?? {};
      for (const [type, react] of Object.entries(reactions)) {
        const Data = events[type]?.data;
        expect([type, Data === undefined]).toEqual([type, false]);
        const { basis, ...rest } = exampleOf(Data as new () => object) as { readonly basis?: string };
        // What another system decided may have no consequence.
        const data = basis === undefined || basis === 'reported' ? rest : { ...rest, basis };
        const stream = `${kind}/sealed.${'0'.repeat(32)}`;
        const id = '5f0c1c52-1f0f-5a3e-9c55-0f2a54a3a9b1';
        const event = recordedEvent({ id, stream, revision: 0, type, data });
        const context = { opaque: () => `sealed.${'1'.repeat(32)}` };
        const consequences = react(data as never, event as never, context);
        expect(consequences.length).toBeGreaterThan(0);
        for (const { stream: to, command } of consequences)
          expect([type, faultsOf(to.kind, command), bySystem(to.kind, command.type)]).toEqual([type, null, true]);
      }
    },
  );
  it('has a separate name, and each duty of the read model of due dates has one policy', () => {
    const names = [...POLICIES.events, ...POLICIES.dueDates].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const duties = POLICIES.dueDates.flatMap((policy) => policy.duties.map((duty) => `${policy.kind} ${duty}`));
    expect(new Set(duties).size).toBe(duties.length);
    const kinds = MODELS.find(({ name }) => name === 'due-dates')?.kinds ?? [];
    expect([...new Set(POLICIES.dueDates.map(({ kind }) => kind))].toSorted()).toEqual([...kinds].toSorted());
  });
});
