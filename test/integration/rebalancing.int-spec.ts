import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { RunningApp } from '../support/app-process.mjs';
import { verifySystem } from '../support/system-verification.mjs';
import { distributedUnderLoad } from '../support/distributed-under-load.js';

const { deployment, load } = await distributedUnderLoad({
  partitions: 6,
  rate: 20,
  apps: { api: 1, relay: 1, intake: 1, projector: 1 },
});

/** What comes next: another joins, or the one of this number, which joined as that, leaves. */
type Step = 'join' | number;

/** Every order in which a number of members join and leave. */
function orders(count: number, joined = 0, there: readonly number[] = []): readonly (readonly Step[])[] {
  if (joined === count && there.length === 0) return [[]];
  const joining = joined < count ? orders(count, joined + 1, [...there, joined]) : [];
  return [
    ...joining.map((rest) => ['join' as const, ...rest]),
    ...there.flatMap((one) =>
      orders(
        count,
        joined,
        there.filter((other) => other !== one),
      ).map((rest) => [one, ...rest]),
    ),
  ];
}

it('three projectors that join and leave in any of fifteen orders fold each event once', async () => {
  const all = orders(3);
  expect([all.length, new Set(all.map(String)).size]).toEqual([15, 15]);
  await deployment.named('projector')[0]?.stop();
  load.begin();
  for (const [n, order] of all.entries()) {
    const joined: RunningApp[] = [];
    for (const step of order) {
      if (step === 'join') joined.push(await deployment.start('projector'));
      const one = step === 'join' ? joined.at(-1) : joined[step];
      const done = step === 'join' ? one?.ready() : one?.stop();
      // A member that leaves before the group is stable reports nothing further.
      done?.catch(() => undefined);
      await (n % 2 === 0 ? done : pause(randomInt(600)));
    }
    expect(await Promise.all(joined.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  }
  await load.end();
  await deployment.start('projector');
  const { events, deadLetters } = await verifySystem(deployment, load);
  expect([events > 1000, deadLetters]).toEqual([true, 0]);
}, 900_000);
