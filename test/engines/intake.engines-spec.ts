import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type IntakeHouse, aCommand, exactly, intakeHouse, repliedBy } from './intake.js';

let house: IntakeHouse;
afterEach(() => house.end());

describe('a command on a topic', () => {
  it('is recorded, and answered by its receipt under the key of its stream', async () => {
    house = await intakeHouse(3);
    const { delivery } = house.start();
    await house.topics();
    const replies = await house.collect('replies');
    await house.send([aCommand('stakeholder/estmark', { id: 'command-1', correlationid: 'story' })]);
    await exactly(replies, 1);
    expect(replies.map((one) => String(one.key))).toEqual(['estmark']);
    expect(replies.map(repliedBy)).toEqual([
      {
        ...{ type: 'entente.command-accepted', commandId: 'command-1', correlationId: 'story' },
        subject: 'stakeholder/estmark',
        body: {
          ...{ commandId: 'command-1', stream: 'stakeholder/estmark', revision: 0, position: '1' },
          after: expect.any(String) as unknown,
          events: [{ id: expect.any(String) as unknown, type: 'StakeholderRegistered', revision: 0 }],
        },
      },
    ]);
    expect(await house.store.revisionOf('stakeholder/estmark')).toBe(0);
    expect(delivery.fault()).toBeNull();
  });
});
