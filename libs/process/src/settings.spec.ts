import { describe, expect, it } from '@jest/globals';
import { OneOf, Setting, Text, WholeNumber, settingsDeclaredBy } from './setting.js';
import { readSettings, settingsPart } from './settings.js';

class TapSettings {
  @WholeNumber(1, 9, { name: 'TAP_COUNT', about: 'How many.' })
  readonly count: number = 3;

  @OneOf(['on', 'off'], { name: 'TAP_STATE', about: 'Whether it runs.' })
  readonly state: 'on' | 'off' = 'off';
}

class LockedTapSettings extends TapSettings {
  @Text(/^[a-f]{4}$/, { name: 'TAP_CODE', about: 'Its code.', takes: 'four letters', required: true, secret: true })
  readonly code!: string;

  @Text(/\S/, { name: 'TAP_PLACE', about: 'Where it is.', takes: 'a place', emptyIsGiven: true })
  readonly place: string = 'here';

  @Setting({ name: 'TAP_PLAN', about: 'The path of its plan.', isPath: true })
  readonly plan?: string;

  check(): readonly string[] {
    return this.state === 'on' && this.count > 5 ? ['TAP_COUNT: is too much while TAP_STATE is on'] : [];
  }
}

const PARTS = { tap: settingsPart(LockedTapSettings, { count: 4 }) };
const noFile = (path: string): string => {
  throw new Error(`there is no ${path}`);
};
const wrongIn = (env: Readonly<Record<string, string>>): readonly string[] => {
  const read = readSettings({ TAP_CODE: 'abcd', ...env }, PARTS, noFile);
  return 'wrong' in read ? read.wrong : [];
};

describe('a class of settings', () => {
  it('declares each once, those that it inherits first', () => {
    const names = ['TAP_COUNT', 'TAP_STATE', 'TAP_CODE', 'TAP_PLACE', 'TAP_PLAN'];
    expect(settingsDeclaredBy(LockedTapSettings).map(({ name }) => name)).toEqual(names);
    expect(PARTS.tap.declared.map((one) => one.default)).toEqual([4, 'off', undefined, 'here', undefined]);
    expect(PARTS.tap.declared[0]).toMatchObject({ property: 'count', takes: 'a whole number from 1 to 9' });
  });

  it('is filled by what is given, then by the defaults of the process, then by its own', () => {
    const read = readSettings({ TAP_CODE: 'abcd', TAP_STATE: 'on', TAP_COUNT: '' }, PARTS, noFile);
    expect(read).toEqual({ settings: { tap: { count: 4, state: 'on', code: 'abcd', place: 'here' } } });
  });

  it.each([
    [{ TAP_COUNT: '0' }, ['TAP_COUNT=0: takes a whole number from 1 to 9']],
    [{ TAP_COUNT: '1e0' }, ['TAP_COUNT=1e0: takes a whole number from 1 to 9']],
    [{ TAP_STATE: 'open' }, ['TAP_STATE=open: takes on or off']],
    [{ TAP_CODE: 'hush' }, ['TAP_CODE: takes four letters']],
    [{ TAP_CODE: '' }, ['TAP_CODE: is missing; it takes four letters']],
    [{ TAP_PLACE: '' }, ['TAP_PLACE: takes a place']],
    [{ TAP_COUNT: '9', TAP_STATE: 'on' }, ['TAP_COUNT: is too much while TAP_STATE is on']],
    [{ TAP_PLAN_FILE: '/plan' }, ['TAP_PLAN_FILE: is no setting, since TAP_PLAN takes the path of a file itself']],
    [{ TAP_STATE_FILE: '/away' }, ['TAP_STATE_FILE: the file that it names cannot be read (there is no /away)']],
    [
      { TAP_COUNT: 'x', TAP_CODE: 'hush', TAP_STATE: 'x' },
      ['TAP_COUNT=x: takes a whole number from 1 to 9', 'TAP_STATE=x: takes on or off', 'TAP_CODE: takes four letters'],
    ],
  ])('names all that is wrong at once, and no secret: %j', (env, lines) => {
    expect(wrongIn(env as Readonly<Record<string, string>>)).toEqual(lines);
  });
});
