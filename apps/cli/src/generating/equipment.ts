import type { EndUseCheckScheduled, ItemReceived } from '@entente/contracts';
import { itemId } from '@entente/domain';
import type { RecordedEvent } from '@entente/kernel';
import { type Activity, MONITOR, type World, donorOf, pass, recipientOf, send } from './activity.js';
import { DONORS } from './parties.js';

const DAY_MS = 86_400_000;

/** Whole days from today to a day; 0 if it is over. */
const daysTo = (world: World, day: string): number =>
  Math.max(0, Math.round((Date.parse(day) - Date.parse(world.day())) / DAY_MS));

/** A check that was scheduled is made, most of them in time, by the monitor or by the holder. */
export function* check(world: World, { stream }: RecordedEvent, data: EndUseCheckScheduled): Activity {
  const { random } = world;
  const { donor, holder, item, serials, type, quantity, due } = data;
  const days = daysTo(world, due);
  const early = Math.min(days, random.between(1, 12));
  yield* pass(random.oneIn(10) ? days + random.between(2, 60) : days - early);
  const itemOf = (serial: string): string => `item/${itemId(donor, item, serial)}`;
  const left = serials.filter((serial) => !world.goneItems.delete(itemOf(serial)));
  // Of items that are all gone, the check ends by itself.
  if (type === 'enhanced' && left.length === 0) return;
  if (random.oneIn(60))
    return void (yield* send(MONITOR, `${stream}/deny-access`, { on: world.day(), reason: 'military-operation' }));
  // A routine check is repeated, until there is nothing left to check.
  if (type === 'routine' && random.oneIn(4))
    return void (yield* send(donorOf(donor), `${stream}/cancel`, { reason: 'consumed' }));
  const situation = world.unstable.get(`${donor} ${holder}`);
  const remote = situation === undefined ? {} : { situation };
  const seen = left.map((serial) => ({ serial, result: random.oneIn(30) ? 'damaged' : 'seen' }));
  const sample = Math.max(1, Math.floor(quantity / 5));
  const lots = type === 'routine' ? [{ lot: 'LOT-1', seen: sample, notSeen: 0, damaged: 0 }] : [];
  const visit = yield* send(
    MONITOR,
    `${stream}/perform`,
    { on: world.day(), manner: situation === undefined ? 'on-site' : 'remote', ...remote, results: seen, lots },
    random.oneIn(8) ? random.between(0, 2) : 0,
  );
  if (visit === null || !random.oneIn(25)) return;
  yield* send(MONITOR, `${stream}/find-discrepancy`, {
    discrepancy: 'gap-1',
    type: 'records-incomplete',
    quantity: 1,
    on: world.day(),
  });
  yield* pass(random.between(5, 40));
  yield* send(MONITOR, `${stream}/clear-discrepancy`, {
    discrepancy: 'gap-1',
    outcome: 'records-found',
    on: world.day(),
  });
}

/** An item from its receipt on: most are kept and returned; some are moved, lost or passed on. */
export function* item(world: World, { stream }: RecordedEvent, { site, check: first }: ItemReceived): Activity {
  const { random } = world;
  if (first === undefined) return;
  const { donor, holder } = first;
  const by = recipientOf(holder);
  const stays = random.between(400, 900);
  const after = random.between(30, stays - 30);
  yield* pass(after);
  const what = random.below(100);
  if (what < 2) yield* lost(world, stream, by.organisation);
  else if (what < 3) yield* diverted(world, stream, donor);
  else if (what < 5) yield* passedOn(world, stream, first.item, first.serials, donor, holder);
  else if (what < 15)
    yield* send(by, `${stream}/report-serviceability`, {
      on: world.day(),
      serviceability: random.pick(['serviceable', 'limited', 'unserviceable']),
    });
  else if (what < 20)
    yield* send(by, `${stream}/move`, {
      on: world.day(),
      site: `${holder}.${site.endsWith('north-depot') ? 'south-depot' : 'north-depot'}`,
    });
  if (what < 5) return;
  yield* pass(stays - after);
  const returned = yield* send(donorOf(donor), `${stream}/return`, { on: world.day(), reason: 'loan-ended' });
  if (returned !== null) world.goneItems.add(stream);
}

/** An item that is reported lost: the monitor verifies it, or finds the item. */
function* lost(world: World, stream: string, holder: string): Activity {
  const { random } = world;
  const report = random.pick(['report-lost', 'report-destroyed', 'report-expended']);
  const cause = random.pick(['theft-from-vehicle', 'fire-in-store', 'used-in-training']);
  yield* send(recipientOf(holder), `${stream}/${report}`, { on: world.day(), cause });
  yield* pass(random.oneIn(4) ? random.between(50, 90) : random.between(5, 25));
  if (random.oneIn(6)) return void (yield* send(MONITOR, `${stream}/reject-loss`, { reason: 'item-found' }));
  const verified = yield* send(MONITOR, `${stream}/verify-loss`, { method: 'police-record-seen' });
  if (verified !== null) world.goneItems.add(stream);
}

/** An item found elsewhere, without consent: the legislature is notified, a case opens. */
function* diverted(world: World, stream: string, donor: string): Activity {
  yield* send(MONITOR, `${stream}/detect-unauthorised-transfer`, {
    on: world.day(),
    place: 'east-market',
    with: DONORS[0],
  });
  yield* pass(world.random.between(0, 4));
  yield* send(donorOf(donor), `${stream}/notify-legislature`, { on: world.day(), authority: 'head-of-government' });
}

/** The holder asks to pass an item on, or to dispose of it. */
function* passedOn(
  world: World,
  stream: string,
  type: string,
  serials: readonly string[],
  donor: string,
  holder: string,
): Activity {
  const { random } = world;
  const transfer = `third-party-transfer/${holder}.${stream.slice(stream.indexOf('.') + 1).slice(-80)}`;
  yield* send(recipientOf(holder), `${transfer}/request`, {
    kind: 'disposal',
    donor,
    goods: [{ item: type, quantity: 1, serials }],
    reason: 'worn-out',
  });
  yield* pass(random.between(5, 30));
  if (random.oneIn(5)) return void (yield* send(donorOf(donor), `${transfer}/refuse`, { reason: 'still-usable' }));
  yield* send(donorOf(donor), `${transfer}/consent`, {
    until: world.day(60),
    conditions: ['certificate-of-destruction'],
  });
  yield* pass(random.between(5, 75));
  const carriedOut = yield* send(recipientOf(holder), `${transfer}/carry-out`, { on: world.day() });
  if (carriedOut !== null) world.goneItems.add(stream);
}
