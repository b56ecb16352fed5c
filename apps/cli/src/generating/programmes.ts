import { STAGES } from '@entente/contracts';
import {
  type Activity,
  MONITOR,
  type RunningProgramme,
  WITNESS,
  type World,
  donorOf,
  ministerOf,
  pass,
  recipientOf,
  send,
} from './activity.js';
import { assistanceCase } from './deliveries.js';
import { DONORS, RECIPIENTS, agreement } from './parties.js';
import { personnel } from './situations.js';
import { training } from './trainings.js';

const CURRENCIES = ['USD', 'EUR', 'GBP'] as const;

/**
 * A programme from its proposal to its end: money, cases with their consignments, trainings,
 * advisors and milestones, and in some a report of misuse.
 */
export function* programme(world: World, n: number): Activity {
  const { random } = world;
  const donorId = random.pick(DONORS);
  const recipientId = random.pick(RECIPIENTS);
  const pair = yield* agreement(world, donorId, recipientId);
  const id = `${donorId}.${recipientId}-${n}`;
  const own: RunningProgramme = { id, donor: donorId, recipient: recipientId, running: 0 };
  const stream = `programme/${id}`;
  const by = donorOf(donorId);
  yield* send(by, `${stream}/propose`, {
    framework: pair.framework,
    kind: 'bilateral',
    title: random.pick(['Border police training', 'Coast guard', 'Air defence', 'Demining', 'Military medicine']),
    donor: donorId,
    recipient: recipientId,
    sector: random.pick(['15210', '15220', '15230', '15240']),
    starts: world.day(20),
    ends: world.day(700),
  });
  yield* send(by, `${stream}/define-objective`, {
    objective: 'trained-officers',
    statement: 'Two hundred officers hold the certificate',
  });
  yield* send(by, `${stream}/assign-gender-marker`, { marker: random.below(3) });
  yield* pass(random.between(5, 20));
  if (random.oneIn(20)) return void (yield* send(by, `${stream}/terminate`, { reason: 'budget-not-voted' }));
  yield* send(ministerOf(donorId), `${stream}/approve`, { authority: 'minister' });
  yield* pass(random.between(2, 15));
  yield* send(by, `${stream}/activate`, { on: world.day() });
  const part = (activity: Activity, inDays: number): void => {
    own.running += 1;
    world.begin(counted(own, activity), inDays);
  };
  for (let m = 1; m <= 3; m += 1) part(milestone(world, stream, donorId, `milestone-${m}`), 20 * m);
  part(account(world, own, random.pick(CURRENCIES)), 3);
  const cases = random.between(1, 3);
  for (let c = 1; c <= cases; c += 1) part(assistanceCase(world, own, c), random.between(10, 150));
  const trainings = random.between(1, 3);
  for (let t = 1; t <= trainings; t += 1) part(training(world, own, t), random.between(10, 250));
  if (random.oneIn(2)) part(personnel(world, own), random.between(20, 100));
  if (random.oneIn(4)) world.begin(report(world, own), random.between(60, 400));
  for (let looks = 0; own.running > 0 && looks < 40; looks += 1) yield* pass(30);
  yield* send(by, `${stream}/complete`, { on: world.day() });
}

function* counted(own: RunningProgramme, activity: Activity): Activity {
  yield* activity;
  own.running -= 1;
}

/** A milestone that is met, some of them late, replanned or missed. */
function* milestone(world: World, stream: string, donorId: string, name: string): Activity {
  const { random } = world;
  const by = donorOf(donorId);
  yield* send(by, `${stream}/plan-milestone`, { milestone: name, due: world.day(100) });
  yield* pass(random.between(60, 130));
  if (random.oneIn(4)) {
    yield* send(by, `${stream}/replan-milestone`, {
      milestone: name,
      due: world.day(60),
      cause: random.pick(['late-supplier', 'border-closed', 'staff-changed']),
    });
    yield* pass(random.between(30, 80));
  }
  if (random.oneIn(12)) yield* send(by, `${stream}/miss-milestone`, { milestone: name, on: world.day() });
  else yield* send(by, `${stream}/meet-milestone`, { milestone: name, on: world.day() });
}

/** The money of a programme: each tranche is planned, disbursed and spent. */
function* account(world: World, own: RunningProgramme, currency: string): Activity {
  const { random } = world;
  const stream = `funding-account/${own.id}`;
  const by = donorOf(own.donor);
  const period = world.day().slice(0, 4);
  const tranches = random.between(3, 6);
  const each = random.between(5, 400) * 100_000;
  const all = each * tranches;
  yield* send(by, `${stream}/open`, {
    donor: own.donor,
    recipient: own.recipient,
    programme: own.id,
    fund: 'Partner Capacity Fund',
    currency,
    stages: STAGES,
    basis: 'own',
    onBudget: random.oneIn(2),
    budgetLine: '07-210',
    availableUntil: world.day(1200),
  });
  yield* send(by, `${stream}/pledge`, { amount: all, period });
  yield* pass(random.between(3, 20));
  yield* send(by, `${stream}/commit`, { amount: all, period });
  yield* pass(random.between(3, 20));
  yield* send(by, `${stream}/obligate`, { amount: all, period });
  for (let t = 1; t <= tranches; t += 1) {
    const tranche = `tranche-${t}`;
    yield* send(by, `${stream}/plan-disbursement`, { amount: each, period, tranche, due: world.day(60) });
    yield* pass(random.between(30, 75));
    // A suspended programme, or a hold, stops the money: it is tried again.
    for (let tries = 0; tries < 6; tries += 1) {
      if ((yield* send(by, `${stream}/disburse`, { amount: each, period, tranche })) !== null) break;
      yield* pass(45);
    }
    yield* pass(random.between(10, 40));
    const amount = Math.floor(each * 0.9);
    yield* send(recipientOf(own.recipient), `${stream}/report-expenditure`, { amount, period }, random.below(12));
    if (random.oneIn(8))
      yield* send(recipientOf(own.recipient), `${stream}/correct-expenditure`, {
        amount: 1000,
        period,
        reason: 'entered-twice',
      });
  }
  if (random.oneIn(6))
    yield* send(by, `${stream}/reimburse`, { amount: Math.floor(each / 20), period, reason: 'unspent' });
}

/** A report of misuse: what follows from it begins with its event. */
function* report(world: World, own: RunningProgramme): Activity {
  const { random } = world;
  const hex = Array.from({ length: 32 }, () => random.below(16).toString(16)).join('');
  yield* send(random.oneIn(2) ? WITNESS : MONITOR, `misuse-case/sealed.${hex}/flag`, {
    allegation: random.pick(['unauthorised-transfer', 'unauthorised-use', 'loss-or-theft', 'rights-violation']),
    programme: own.id,
    donor: own.donor,
    recipient: own.recipient,
    accused: own.recipient,
    scopes: [{ kind: 'programme', id: own.id }],
    happened: { from: world.day(-random.between(30, 50)), to: world.day(-random.between(5, 29)) },
  });
}
