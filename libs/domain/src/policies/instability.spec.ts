import { describe, expect, it } from '@jest/globals';
import type { Consequence, RecordedEvent } from '@entente/kernel';
import { instability } from './instability.js';

const stream = { kind: 'country-situation', id: 'norland.north' };
function follows(type: string, data: object): readonly Consequence[] {
  const event = { stream: `${stream.kind}/${stream.id}`, id: 'e-1', type, data } as unknown as RecordedEvent;
  return instability.reactions[type]?.(data as never, event as never, { opaque: (text) => text }) ?? [];
}

const declared = {
  instability: 'unrest',
  on: '2026-05-04',
  reason: 'clashes',
  country: 'estmark',
  donor: 'norland',
  remoteMonitoring: false,
  hold: false,
};
const scope = { kind: 'country', id: 'estmark' };
const hold = 'instability.norland.north.unrest';
const held = { kind: 'hold', id: 'country.estmark' };

describe('the policy of instability (R19, R20)', () => {
  it('does what the declaration asks for, and nothing else', () => {
    expect(follows('InstabilityDeclared', declared)).toEqual([]);
    const continuity = { plan: 'plan-b', on: '2026-05-04', tasks: [] };
    expect(follows('InstabilityDeclared', { ...declared, remoteMonitoring: true, hold: true, continuity })).toEqual([
      {
        stream,
        command: {
          type: 'ChangeMonitoringMode',
          data: { mode: 'remote', on: '2026-05-04', reason: 'instability' },
        },
      },
      {
        stream: held,
        command: {
          type: 'PlaceHold',
          data: { scope, hold, basis: 'instability', reason: 'clashes', donor: 'norland' },
        },
      },
      { stream, command: { type: 'ActivateContinuityPlan', data: continuity } },
    ]);
  });
  it('moves the hold with the first day of the instability', () => {
    const moved = { corrects: 'e-0', fact: 'instability', item: 'unrest', on: '2026-05-02', reason: 'mistyped' };
    expect(follows('SituationDayCorrected', { ...moved, country: 'estmark', hold: true })).toEqual([
      { stream: held, command: { type: 'MoveHold', data: { hold, on: '2026-05-02', reason: 'mistyped' } } },
    ]);
    for (const other of [moved, { ...moved, fact: 'restoration' }, { ...moved, country: 'estmark', hold: false }])
      expect(follows('SituationDayCorrected', other)).toEqual([]);
  });
  it('releases the hold when stability is restored', () => {
    const restored = { instability: 'unrest', on: '2026-05-20', reason: 'calm', country: 'estmark' };
    expect(follows('StabilityRestored', { ...restored, hold: false })).toEqual([]);
    expect(follows('StabilityRestored', { ...restored, hold: true })).toEqual([
      { stream: held, command: { type: 'ReleaseHold', data: { hold, reason: 'calm' } } },
    ]);
  });
});
