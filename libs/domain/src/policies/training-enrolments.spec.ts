import { describe, expect, it } from '@jest/globals';
import type { Consequence, EventPolicy, RecordedEvent } from '@entente/kernel';
import { haltedByPerson, haltedByUnit, notedEnrolments } from './training-enrolments.js';

const T = 'norland.training-1';
const U = 'estmark.brigade-1';
const S = 'estmark.person-1';
const opaque = (text: string): string => text;
const follows = (policy: EventPolicy, stream: string, type: string, data: object): readonly Consequence[] =>
  policy.reactions[type]?.(data as never, { stream, id: 'e-1', type, data } as unknown as RecordedEvent<never>, {
    opaque,
  }) ?? [];
const halts = (reason: string, of: object, ...trainings: readonly string[]) =>
  trainings.map((id) => ({
    stream: { kind: 'training-activity', id },
    command: { type: 'HaltEnrolments', data: { ...of, reason } },
  }));

describe('the policies of enrolments (R7)', () => {
  it('note an enrolment at the unit and at the person', () => {
    const noted = (data: object) =>
      follows(notedEnrolments, `training-activity/${T}`, 'TraineeEnrolled', data).map(({ stream }) => stream);
    const unit = { kind: 'security-unit', id: U };
    expect(noted({ unit: U })).toEqual([unit]);
    expect(noted({ unit: U, person: S })).toEqual([unit, { kind: 'vetted-person', id: S }]);
    expect(noted({})).toEqual([]);
  });
  it('note it again if its training is put off after the planned day', () => {
    const put = (data: object) => follows(notedEnrolments, `training-activity/${T}`, 'TrainingRescheduled', data);
    const command = { type: 'NoteEnrolment', data: { training: T } };
    expect(put({ units: [U], persons: [S] })).toEqual([
      { stream: { kind: 'security-unit', id: U }, command },
      { stream: { kind: 'vetted-person', id: S }, command },
    ]);
    expect(put({})).toEqual([]);
  });
  it.each([
    ['ClearanceSuspended', 'clearance-suspended'],
    ['ClearanceRefused', 'clearance-refused'],
    ['ClearanceExpired', 'clearance-expired'],
    ['RegistrationEnded', 'registration-ended'],
  ])('halt what rests on a clearance at %s', (type, reason) => {
    const data = { trainings: [T, 't-2'] };
    expect(follows(haltedByUnit, `security-unit/${U}`, type, data)).toEqual(halts(reason, { unit: U }, T, 't-2'));
    expect(follows(haltedByPerson, `vetted-person/${S}`, type, data)).toEqual(halts(reason, { person: S }, T, 't-2'));
  });
  it('halt an enrolment that was noted after the clearance had ended', () => {
    const noted = (cleared: boolean) =>
      follows(haltedByUnit, `security-unit/${U}`, 'EnrolmentNoted', { training: T, cleared });
    expect(noted(false)).toEqual(halts('not-cleared', { unit: U }, T));
    expect(noted(true)).toEqual([]);
  });
});
