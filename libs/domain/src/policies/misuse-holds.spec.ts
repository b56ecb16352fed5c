import { describe, expect, it } from '@jest/globals';
import type { AssistanceScope } from '@entente/contracts';
import type { Consequence, RecordedEvent } from '@entente/kernel';
import { misuseHolds } from './misuse-holds.js';

const CASE = `sealed.${'5'.repeat(32)}`;
const programme: AssistanceScope = { kind: 'programme', id: 'norland.programme-1' };
const country: AssistanceScope = { kind: 'country', id: 'estmark' };

const opaque = (text: string, { id }: { readonly id: string }): string => `name-of-${text}-${id.length}`;
function follows(type: string, data: object): readonly Consequence[] {
  const event = { stream: `misuse-case/${CASE}`, id: 'e-1', type, data } as unknown as RecordedEvent;
  return misuseHolds.reactions[type]?.(data as never, event as never, { opaque }) ?? [];
}
const MEASURE = 'name-of-hold-39.measure';
const PRECAUTION = 'name-of-hold-39.precaution';

const placed = (scope: AssistanceScope, hold: string, reason: string, more: object = {}) => ({
  stream: { kind: 'hold', id: `${scope.kind}.${scope.id}` },
  command: { type: 'PlaceHold', data: { scope, hold, basis: 'misuse', reason, ...more } },
});
const released = (scope: AssistanceScope, hold: string, reason: string) => ({
  stream: { kind: 'hold', id: `${scope.kind}.${scope.id}` },
  command: { type: 'ReleaseHold', data: { hold, reason } },
});

describe('the policy of misuse holds (R18, R19)', () => {
  it('puts each scope of a suspension on hold, for the donor of the case', () =>
    expect(follows('AssistanceSuspended', { scopes: [programme, country], donor: 'norland' })).toEqual([
      placed(programme, MEASURE, 'misuse-measure', { donor: 'norland' }),
      placed(country, MEASURE, 'misuse-measure', { donor: 'norland' }),
    ]));
  it('puts each scope of a precautionary suspension on hold until its last day, also when it is renewed', () => {
    for (const type of ['PrecautionarySuspensionOrdered', 'PrecautionarySuspensionRenewed'])
      expect(follows(type, { scopes: [programme], until: '2026-06-30' })).toEqual([
        placed(programme, PRECAUTION, 'precautionary-suspension', { until: '2026-06-30' }),
      ]);
  });
  it('releases the holds when the suspension ends', () => {
    expect(
      follows('PrecautionarySuspensionLapsed', { scopes: [programme], until: '2026-06-30', reason: 'not-renewed' }),
    ).toEqual([released(programme, PRECAUTION, 'not-renewed')]);
    expect(follows('AssistanceResumed', { scopes: [country], reason: 'remedied' })).toEqual([
      released(country, MEASURE, 'remedied'),
    ]);
  });
  it('keeps the scopes of a termination on hold, and releases the others', () =>
    expect(
      follows('AssistanceTerminated', { scopes: [country], reason: 'not-remedied', released: [programme] }),
    ).toEqual([placed(country, MEASURE, 'misuse-measure'), released(programme, MEASURE, 'assistance-terminated')]));
  it('does nothing for other events, and names the case nowhere', () => {
    expect(follows('MisuseSubstantiated', { ground: 'x' })).toEqual([]);
    expect(JSON.stringify(follows('AssistanceSuspended', { scopes: [programme] }))).not.toContain(CASE);
  });
});
