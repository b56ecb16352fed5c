import {
  type Activity,
  type RunningProgramme,
  VETTER,
  type World,
  donorOf,
  pass,
  recipientOf,
  send,
} from './activity.js';

const TRAINED_UNITS = ['border-guard', 'coast-guard', 'engineers', 'military-police', 'medical-corps'];
const COURSES = ['patrol-medicine', 'border-law', 'mine-clearance', 'maintenance', 'command-of-companies'];

/** A unit is vetted, and its members are trained. */
export function* training(world: World, of: RunningProgramme, n: number): Activity {
  const { random } = world;
  const name = of.id.slice(of.donor.length + 1);
  const unit = `${of.recipient}.${of.donor}-${name}-unit-${n}`;
  const to = recipientOf(of.recipient);
  yield* send(to, `security-unit/${unit}/register`, {
    recipient: of.recipient,
    type: random.pick(TRAINED_UNITS),
  });
  yield* vetting(world, of, unit, `${of.id}-vetting-${n}`);
  yield* course(world, of, unit, n);
}

/** The inquiry into a unit: most are cleared; some are refused and come back by remediation. */
function* vetting(world: World, of: RunningProgramme, unit: string, id: string): Activity {
  const { random } = world;
  const stream = `vetting-case/${id}`;
  yield* send(donorOf(of.donor), `${stream}/request`, {
    subject: { kind: 'security-unit', id: unit },
    donor: of.donor,
    recipient: of.recipient,
    programme: of.id,
    neededBy: world.day(30),
  });
  yield* pass(random.between(5, 20));
  const found = random.oneIn(7);
  for (const source of ['un-mission-reports', 'court-records'])
    yield* send(VETTER, `${stream}/check-source`, { source, on: world.day(), found });
  if (random.oneIn(6)) yield* pass(random.between(10, 40));
  if (found) {
    yield* send(VETTER, `${stream}/record-information`, {
      information: 'report-1',
      source: 'un-mission-reports',
      allegation: 'arbitrary-detention',
    });
    yield* pass(random.between(5, 20));
    const credible = random.oneIn(2);
    yield* send(VETTER, `${stream}/assess-information`, {
      information: 'report-1',
      credible,
      reason: credible ? 'confirmed-by-second-source' : 'contradicted-by-two-sources',
    });
    if (credible) return yield* remediation(world, of, stream);
  }
  yield* send(VETTER, `${stream}/conclude`, { outcome: 'cleared', until: world.day(360) });
}

function* remediation(world: World, of: RunningProgramme, stream: string): Activity {
  const { random } = world;
  yield* send(VETTER, `${stream}/conclude`, { outcome: 'refused' });
  yield* send(VETTER, `${stream}/inform-recipient`, { on: world.day(), note: 'note-1' });
  yield* send(VETTER, `${stream}/publish`, { list: 'list-1', on: world.day() });
  if (random.oneIn(3)) return;
  yield* pass(random.between(10, 40));
  yield* send(VETTER, `${stream}/open-remediation`, {
    steps: [{ step: 'step-1', measure: 'prosecution', due: world.day(60) }],
  });
  yield* pass(random.between(30, 80));
  yield* send(recipientOf(of.recipient), `${stream}/take-step`, { step: 'step-1', on: world.day() });
  yield* pass(random.between(5, 20));
  yield* send(VETTER, `${stream}/complete-remediation`, { on: world.day(), until: world.day(340) });
}

function* course(world: World, of: RunningProgramme, unit: string, n: number): Activity {
  const { random } = world;
  const stream = `training-activity/${of.id}-training-${n}`;
  const by = donorOf(of.donor);
  const to = recipientOf(of.recipient);
  const women = random.between(1, 5);
  const men = random.between(3, 12);
  const all = women + men;
  const starts = random.between(25, 60);
  const length = random.between(5, 20);
  const cost = random.between(10, 90) * 100_000;
  yield* send(by, `${stream}/plan`, {
    donor: of.donor,
    recipient: of.recipient,
    programme: of.id,
    purpose: 'border-security',
    course: random.pick(COURSES),
    place: `${of.recipient}-training-centre`,
    planned: all,
    cost,
    currency: 'USD',
    starts: world.day(starts),
    ends: world.day(starts + length),
  });
  yield* pass(random.between(3, 12));
  if (random.oneIn(14)) return void (yield* send(by, `${stream}/cancel`, { reason: 'no-instructors' }));
  yield* send(to, `${stream}/nominate`, { trainee: 'group-1', unit, number: all });
  yield* pass(random.between(2, 10));
  for (let tries = 0; (yield* send(by, `${stream}/enrol`, { trainee: 'group-1' })) === null; tries += 1) {
    if (tries === 3) {
      yield* send(by, `${stream}/refuse`, { trainee: 'group-1', reason: 'not-cleared' });
      return void (yield* send(by, `${stream}/cancel`, { reason: 'not-cleared' }));
    }
    yield* pass(30);
  }
  yield* pass(random.between(10, 50));
  if ((yield* send(by, `${stream}/start`, { on: world.day() })) === null)
    return void (yield* send(by, `${stream}/cancel`, { reason: 'clearance-over' }));
  const present = { women, men, notStated: 0 };
  for (let session = 1; session <= 3; session += 1) {
    yield* pass(random.between(1, 5));
    yield* send(by, `${stream}/hold-session`, { session: `session-${session}`, on: world.day(), present });
  }
  yield* pass(random.between(1, 6));
  yield* send(by, `${stream}/complete`, { on: world.day(), completed: present, cost: cost - random.below(50_000) });
  yield* send(by, `${stream}/assess`, {
    trainee: 'group-1',
    competence: 'casualty-care',
    competent: all - random.below(3),
    on: world.day(),
  });
  yield* pass(random.between(90, 200));
  yield* send(to, `${stream}/follow-up`, { trainee: 'group-1', finding: 'in-post', number: all, on: world.day() });
}
