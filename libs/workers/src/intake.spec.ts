import { describe, expect, it } from '@jest/globals';
import { type EventLog, type Executor, Fault, type SentCommand, TooLarge } from '@entente/engine';
import { Intake } from './intake.js';

const aCommand = (id: string): SentCommand =>
  ({
    stream: { kind: 'stakeholder', id },
    key: null,
    metadata: { commandId: id },
    command: { type: 'RegisterStakeholder' },
  }) as never;

/** An executor whose store fails at one command. */
const failingAt = (bad: string, error: Error): Executor =>
  ({
    execute: ({ received }: { received: { stream: { id: string } } }) =>
      received.stream.id === bad
        ? Promise.reject(error)
        : Promise.resolve({ type: 'refused', refusal: { code: 'not-found', message: 'no', rule: 'R1', params: {} } }),
  }) as never;

describe('the intake', () => {
  it('refuses a command whose events are too large for the store, and continues', async () => {
    const intake = new Intake(failingAt('b', new TooLarge('more than 1048576 bytes')), {} as EventLog);
    const [, large, next] = await intake.decide(['a', 'b', 'b2'].map(aCommand));
    expect(large).toEqual({ type: 'refused', code: 'too-large', title: 'more than 1048576 bytes', more: {} });
    expect(next).toMatchObject({ type: 'refused', code: 'not-found' });
  });

  it('answers no command of a batch if the store fails otherwise', async () => {
    const away = new Fault('event-store-unanswered', 'away', 5);
    await expect(new Intake(failingAt('b', away), {} as EventLog).decide(['a', 'b'].map(aCommand))).rejects.toBe(away);
  });

  it('does not decide what follows with the same key after a fault, and continues in order when all come again', async () => {
    const decided: string[] = [];
    let silent = true;
    const executor = {
      execute: ({ received }: { received: { stream: { id: string } } }) => {
        const { id } = received.stream;
        if (id === 'a' && silent) return Promise.reject(new Fault('event-store-unanswered', 'away', 5));
        decided.push(id);
        return Promise.resolve({ type: 'refused', refusal: { code: 'not-found', requirement: 'no', facts: {} } });
      },
    } as never;
    const intake = new Intake(executor, {} as EventLog);
    const batch = ['a', 'b', 'c'].map((id) => ({ ...aCommand(id), key: 'one sender' }));
    await expect(intake.decide(batch)).rejects.toMatchObject({ code: 'event-store-unanswered' });
    expect(decided).toEqual([]);
    silent = false;
    expect(await intake.decide(batch)).toHaveLength(3);
    expect(decided).toEqual(['a', 'b', 'c']);
  });
});
