import { describe, expect, it } from '@jest/globals';
import type { Consequence, EventPolicy, RecordedEvent } from '@entente/kernel';
import { correctedPersons, correctedUnits, exceptedUnits, vettingClearance } from './vetting-clearance.js';

const V = 'norland.vetting-1';
const UNIT = { kind: 'security-unit', id: 'estmark.brigade-1' };
const PERSON = { kind: 'vetted-person', id: 'estmark.person-1' };
const HOLD = { kind: 'hold', id: 'unit.estmark.brigade-1' };

const opaque = (text: string, { id }: { readonly id: string }): string => `${text}-of-${id}`;
const follows = (policy: EventPolicy, stream: string, type: string, data: object): readonly Consequence[] =>
  policy.reactions[type]?.(data as never, { stream, id: 'e-1', type, data } as unknown as RecordedEvent<never>, {
    opaque,
  }) ?? [];
/** The stream and the command of each consequence, with some of its fields. */
const brief = (all: readonly Consequence[]) =>
  all.map(({ stream, command: { type, data } }) => {
    const { reason, until, hold } = data as Readonly<Record<string, string | undefined>>;
    return [stream, type, reason ?? until, hold];
  });
const ofCase = (type: string, data: object) => brief(follows(vettingClearance, `vetting-case/${V}`, type, data));
const hold = `hold-of-${V}`;
const released = [HOLD, 'ReleaseHold', 'clearance-restored', hold];

describe('the policy of vetting (R7, R8)', () => {
  it('suspends the clearance, and puts the unit on hold', () => {
    const suspends = (subject: object) => ofCase('DerogatoryInformationRecorded', { subject });
    expect(suspends(UNIT)).toEqual([
      [UNIT, 'SuspendClearance', 'derogatory-information', undefined],
      [HOLD, 'PlaceHold', 'derogatory-information', hold],
    ]);
    expect(suspends(PERSON)).toEqual([[PERSON, 'SuspendClearance', 'derogatory-information', undefined]]);
  });
  it('refuses it for credible information, and restores it when no information stands', () => {
    const assessed = (credible: boolean, standing: number) =>
      ofCase('InformationAssessed', { subject: UNIT, credible, standing, reason: 'assessed' });
    expect(assessed(true, 1)).toEqual([[UNIT, 'RefuseClearance', 'assessed', undefined]]);
    expect(assessed(false, 1)).toEqual([]);
    expect(assessed(false, 0)).toEqual([[UNIT, 'RestoreClearance', 'assessed', undefined], released]);
  });
  it('gives or refuses it by the conclusion, and restores it by a completed remediation', () => {
    const concluded = (data: object) => ofCase('VettingConcluded', { subject: UNIT, ...data });
    expect(concluded({ outcome: 'cleared', until: '2027-05-01' })).toEqual([
      [UNIT, 'GiveClearance', '2027-05-01', undefined],
    ]);
    expect(concluded({ outcome: 'refused' })).toEqual([[UNIT, 'RefuseClearance', 'vetting-concluded', undefined]]);
    expect(ofCase('RemediationCompleted', { subject: UNIT, until: '2027-05-01' })).toEqual([
      [UNIT, 'RestoreClearance', 'remediation-completed', undefined],
      released,
    ]);
  });
  it('notes the right last day of a clearance in its inquiry (R26)', () => {
    const noted = (policy: EventPolicy, data: object) => brief(follows(policy, 'x/y', 'ClearanceCorrected', data));
    const right = { until: '2027-04-01', corrects: 'e-1', reason: 'mistyped' };
    for (const policy of [correctedUnits, correctedPersons]) {
      expect(noted(policy, { ...right, vettingCase: V })).toEqual([
        [{ kind: 'vetting-case', id: V }, 'NoteCorrectedClearance', '2027-04-01', undefined],
      ]);
      expect(noted(policy, right)).toEqual([]);
    }
  });
  it('releases the hold of an inquiry that an exception names', () => {
    const given = (data: object) =>
      brief(follows(exceptedUnits, `security-unit/${UNIT.id}`, 'ClearanceRestored', data));
    expect(given({ exception: {}, vettingCase: V })).toEqual([released]);
    expect(given({ exception: {} })).toEqual([]);
    expect(given({ vettingCase: V })).toEqual([]);
  });
});
