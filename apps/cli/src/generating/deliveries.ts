import {
  type Activity,
  MONITOR,
  type RunningProgramme,
  type World,
  donorOf,
  pass,
  recipientOf,
  send,
} from './activity.js';
import { MONITORED_TYPES, OTHER_TYPES } from './parties.js';

interface OrderedLine {
  readonly line: string;
  readonly item: string;
  readonly quantity: number;
  readonly monitored: boolean;
}

/** A case that is being executed: its lines, and how many of its consignments are under way. */
interface RunningCase {
  readonly id: string;
  readonly of: RunningProgramme;
  underWay: number;
}

const MAX_TRIES = 8;

function orderedLine(world: World, n: number): OrderedLine {
  const { random } = world;
  const monitored = n === 1 || random.oneIn(3);
  return {
    line: `00${n}`,
    item: monitored ? random.pick(MONITORED_TYPES) : random.pick(OTHER_TYPES),
    quantity: monitored ? random.between(6, 40) : random.between(10, 400),
    monitored,
  };
}

/** A case from the letter of request to its end, with consignments of each line. */
export function* assistanceCase(world: World, of: RunningProgramme, n: number): Activity {
  const { random } = world;
  const own: RunningCase = { id: `${of.id}-case-${n}`, of, underWay: 0 };
  const stream = `assistance-case/${own.id}`;
  const by = donorOf(of.donor);
  const to = recipientOf(of.recipient);
  const lines = Array.from({ length: random.between(1, 3) }, (_, line) => orderedLine(world, line + 1));
  yield* send(by, `${stream}/request`, {
    donor: of.donor,
    recipient: of.recipient,
    programme: of.id,
    letter: `LOR ${n}`,
    asked: lines.map(({ item, quantity }) => ({ item, quantity, unit: 'each' })),
  });
  yield* pass(random.between(4, 15));
  if (random.oneIn(8)) {
    yield* send(by, `${stream}/return-request`, { missing: ['end-use-statement'] });
    yield* pass(random.between(5, 30));
    yield* send(to, `${stream}/supplement-request`, { supplied: ['end-use-statement'] });
  }
  const values = lines.map(({ quantity }) => quantity * random.between(50, 400) * 100);
  for (const [l, { line, item, quantity }] of lines.entries())
    yield* send(by, `${stream}/add-line`, {
      line,
      item,
      quantity,
      unit: 'each',
      value: values[l],
      due: world.day(random.between(150, 300)),
    });
  const value = values.reduce((sum, one) => sum + one, 0);
  const deposit = Math.floor(value / 5);
  yield* send(by, `${stream}/prepare-offer`, {
    offer: 'basic',
    lines: lines.map(({ line }) => line),
    value,
    currency: 'USD',
    initialDeposit: deposit,
    validUntil: world.day(60),
    deliveryPoint: 'receipt',
  });
  yield* send(by, `${stream}/make-offer`, { offer: 'basic' });
  // An offer that is not accepted lapses.
  if (random.oneIn(15)) return;
  yield* pass(random.between(8, 40));
  yield* send(to, `${stream}/accept-offer`, { offer: 'basic', value, currency: 'USD' });
  yield* pass(random.between(3, 20));
  yield* send(by, `${stream}/receive-deposit`, { amount: deposit, currency: 'USD' });
  for (let tries = 0; (yield* send(by, `${stream}/implement`)) === null; tries += 1) {
    if (tries === MAX_TRIES) return;
    yield* pass(30);
  }
  for (const line of lines) {
    const parts = line.quantity >= 8 ? random.between(1, 3) : 1;
    const share = Math.floor(line.quantity / parts);
    for (let part = 0; part < parts; part += 1) {
      const quantity = part === parts - 1 ? line.quantity - share * (parts - 1) : share;
      own.underWay += 1;
      world.begin(consignment(world, own, `${line.line}-${part + 1}`, { ...line, quantity }), random.between(5, 90));
    }
  }
  for (let looks = 0; own.underWay > 0 && looks < 36; looks += 1) yield* pass(25);
  yield* send(by, `${stream}/reconcile`, { finalValue: value, currency: 'USD' });
  yield* pass(random.between(5, 30));
  yield* send(by, `${stream}/close`, { reason: 'all-delivered' });
}

/** A consignment from its schedule to its delivery: a hold stops it, and some are late. */
function* consignment(world: World, of: RunningCase, name: string, ordered: OrderedLine): Activity {
  const { random } = world;
  const { donor, recipient } = of.of;
  const { line, item, monitored } = ordered;
  const id = `${of.id}-${name}`;
  const stream = `consignment/${id}`;
  const by = donorOf(donor);
  const to = recipientOf(recipient);
  let { quantity } = ordered;
  yield* send(by, `${stream}/schedule`, {
    case: of.id,
    lines: [{ line, quantity }],
    due: world.day(70),
    carrier: `${donor}-airlift`,
  });
  const serials = monitored ? Array.from({ length: quantity }, (_, n) => `${id.slice(donor.length + 1)}-${n + 1}`) : [];
  if (monitored) yield* send(by, `${stream}/register-serials`, { line, serials });
  yield* pass(random.between(15, 45));
  if (random.oneIn(5)) {
    yield* send(by, `${stream}/reschedule`, {
      due: world.day(random.between(50, 90)),
      cause: random.pick(['late-supplier', 'late-export-licence', 'transport-not-available']),
    });
    yield* pass(random.between(20, 50));
  }
  const leave = (): void => void (of.underWay -= 1);
  for (let tries = 0; (yield* send(by, `${stream}/ship`, { on: world.day() })) === null; tries += 1) {
    if (tries === MAX_TRIES) {
      yield* send(by, `${stream}/cancel`, { reason: 'on-hold' });
      return leave();
    }
    yield* pass(random.between(20, 40));
  }
  if (random.oneIn(2)) yield* send(by, `${stream}/transfer-title`, { on: world.day(), point: 'port-of-exit' });
  yield* pass(random.between(3, 12));
  if (random.oneIn(2)) yield* send(by, `${stream}/arrive-at-hub`, { on: world.day(), hub: `${recipient}-air-base` });
  yield* pass(random.between(4, 20));
  const short = !monitored && random.oneIn(6) ? Math.min(2, quantity - 1) : 0;
  quantity -= short;
  const received = { line, quantity, ...(monitored ? { serials } : {}) };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const late = tries === 0 && random.oneIn(4) ? random.between(1, 3) : 0;
    const store = monitored ? { store: `${recipient}.${random.pick(['north-depot', 'south-depot'])}` } : {};
    const receipt = { on: world.day(-late), lines: [received], ...store };
    if ((yield* send(to, `${stream}/confirm-receipt`, receipt, late)) !== null) break;
    // The store is not certified at the moment.
    yield* pass(15);
  }
  if (short > 0) {
    yield* send(to, `${stream}/report-discrepancy`, {
      discrepancy: 'sdr-1',
      line,
      type: 'shortage',
      quantity: short,
    });
    yield* pass(random.between(5, 30));
    yield* send(by, `${stream}/resolve-discrepancy`, { discrepancy: 'sdr-1', outcome: 'credited' });
  }
  yield* pass(random.between(1, 6));
  if (!monitored) yield* routineCheck(world, of, item, quantity, `${id}-check`.slice(donor.length + 1));
  leave();
}

/** The first routine check of items that have no serials: the next ones follow from it. */
function* routineCheck(world: World, of: RunningCase, item: string, quantity: number, name: string): Activity {
  yield* send(MONITOR, `end-use-check/veritas-monitor.${name}/schedule`, {
    type: 'routine',
    manner: 'on-site',
    donor: of.of.donor,
    recipient: of.of.recipient,
    holder: of.of.recipient,
    programme: of.of.id,
    case: of.id,
    item,
    site: `${of.of.recipient}-depot`,
    serials: [],
    quantity,
    due: world.day(80),
  });
}
