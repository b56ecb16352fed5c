import { type Activity, type RunningProgramme, type World, donorOf, pass, send } from './activity.js';

const situationId = (donor: string, country: string): string => `${donor}.${country}-situation`;

/** The situation of a country as a donor follows it: unstable now and then, for some months. */
function* situation(world: World, donor: string, country: string): Activity {
  const { random } = world;
  const stream = `country-situation/${situationId(donor, country)}`;
  const by = donorOf(donor);
  const key = `${donor} ${country}`;
  for (let n = 1; ; n += 1) {
    yield* pass(random.between(150, 600));
    yield* send(by, `${stream}/assess-risk`, { level: 'high', on: world.day() });
    const declared = yield* send(by, `${stream}/declare-instability`, {
      instability: `unrest-${n}`,
      on: world.day(),
      reason: random.pick(['armed-clashes', 'coup-attempt', 'border-clashes']),
      remoteMonitoring: true,
      hold: random.oneIn(5),
      continuity: { plan: `plan-${n}`, on: world.day(), tasks: [{ task: `move-records-${n}`, due: world.day(20) }] },
    });
    if (declared !== null) world.unstable.set(key, situationId(donor, country));
    yield* pass(random.between(3, 15));
    yield* send(by, `${stream}/issue-alert`, {
      alert: `alert-${n}`,
      on: world.day(),
      instruction: 'shelter-in-place',
      reason: 'shelling',
      accountBy: world.day(1),
    });
    yield* pass(random.between(1, 12));
    yield* send(by, `${stream}/end-alert`, { alert: `alert-${n}`, on: world.day(), reason: 'threat-over' });
    yield* send(by, `${stream}/complete-continuity-task`, { task: `move-records-${n}`, on: world.day() });
    yield* pass(random.between(20, 90));
    yield* send(by, `${stream}/end-continuity-plan`, { on: world.day(), reason: 'normal-operation' });
    world.unstable.delete(key);
    yield* send(by, `${stream}/restore-stability`, { on: world.day(), reason: 'ceasefire-holds' });
    yield* send(by, `${stream}/assess-risk`, { level: 'elevated', on: world.day() });
  }
}

/** Advisors of a programme, with the situation of the country in which they are. */
export function* personnel(world: World, { id, donor, recipient }: RunningProgramme): Activity {
  const { random } = world;
  const by = donorOf(donor);
  yield* world.once(`situation ${donor} ${recipient}`, function* () {
    yield* send(by, `country-situation/${situationId(donor, recipient)}/open`, {
      country: recipient,
      donor,
      level: 'elevated',
    });
    world.begin(situation(world, donor, recipient));
  });
  const stream = `deployment/${id}-advisors`;
  const persons = Array.from({ length: random.between(2, 6) }, (_, n) => `${donor.slice(0, 3)}-${n + 10}`);
  const women = random.below(persons.length);
  const planned = random.between(90, 250);
  yield* send(by, `${stream}/deploy`, {
    role: random.pick(['advisor', 'trainer', 'engineer']),
    women,
    men: persons.length - women,
    persons,
    country: recipient,
    area: 'north',
    donor,
    recipient,
    programme: id,
    from: world.day(),
    plannedReturn: world.day(planned),
  });
  yield* pass(random.between(20, 80));
  if (random.oneIn(6))
    yield* send(by, `${stream}/report-incident`, {
      incident: 'incident-1',
      on: world.day(),
      type: random.pick(['road-accident', 'illness', 'blast-injury']),
      severity: 'minor',
      hurt: 1,
      evacuated: 0,
    });
  if (world.unstable.has(`${donor} ${recipient}`))
    yield* send(by, `${stream}/relocate`, { area: 'south', on: world.day(), reason: 'instability' });
  yield* pass(planned - 70 + random.below(40));
  yield* send(by, `${stream}/return`, { on: world.day(), reason: 'mission-completed' });
}
