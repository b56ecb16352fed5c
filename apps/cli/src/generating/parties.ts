import {
  type Activity,
  MONITOR,
  OPERATOR,
  type World,
  donorOf,
  ministerOf,
  pass,
  recipientOf,
  send,
} from './activity.js';

/** Donors, and the types of their equipment that are monitored by serials. */
export const DONORS = ['norland', 'sudria', 'vestra', 'westmark', 'ostland', 'meridia'] as const;
export const MONITORED_TYPES = ['thermal-sight', 'night-vision-goggle', 'anti-tank-launcher'] as const;
export const OTHER_TYPES = ['field-radio', 'ambulance', 'body-armour', 'field-kitchen', 'water-tank'] as const;
export const RECIPIENTS = [
  'estmark',
  'ardania',
  'belvaria',
  'corvia',
  'drenland',
  'elbonia',
  'farasia',
  'galdor',
  'harovia',
  'istria-north',
  'jandal',
  'kestrel-islands',
  'lorania',
  'montara',
  'nerevia',
  'orlandia',
] as const;

/** A donor and a recipient, and the agreement between them that is in force. */
export interface Pair {
  readonly donor: string;
  readonly recipient: string;
  readonly framework: string;
}

const nameOf = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1)}`;

export function* party(world: World, id: string, type: string, role: string): Activity {
  yield* world.once(`stakeholder ${id} ${role}`, function* () {
    yield* world.once(`stakeholder ${id}`, function* () {
      yield* send(OPERATOR, `stakeholder/${id}/register`, { name: nameOf(id), type, country: id });
    });
    yield* send(OPERATOR, `stakeholder/${id}/grant-role`, { role });
  });
}

/** Those who monitor, vet and investigate for all. */
export function* oversight(world: World): Activity {
  yield* party(world, 'veritas-monitor', 'oversight-body', 'monitor');
  yield* party(world, 'vetting-office', 'oversight-body', 'vetter');
  yield* party(world, 'lumen-inquiry', 'oversight-body', 'investigator');
  yield* party(world, 'harbour-watch', 'implementer', 'implementer');
}

/** A donor, with the types of its equipment, whose designations are reviewed each year. */
export function* donor(world: World, id: string): Activity {
  yield* party(world, id, 'state', 'donor');
  yield* world.once(`types ${id}`, function* () {
    const by = donorOf(id);
    for (const type of MONITORED_TYPES) {
      const stream = `item-type/${id}.${type}`;
      yield* send(by, `${stream}/register`, { name: nameOf(type), unit: 'each', category: 'arms-and-night-vision' });
      yield* send(by, `${stream}/designate`, { reason: 'sensitive-technology', reviewBy: world.day(360) });
      world.begin(reviews(world, stream, id), 340);
    }
  });
}

function* reviews(world: World, stream: string, donorId: string): Activity {
  for (;;) {
    if (world.random.oneIn(6)) yield* pass(40);
    yield* send(donorOf(donorId), `${stream}/review-designation`, {
      finding: 'still-sensitive',
      reviewBy: world.day(360),
    });
    yield* pass(330);
  }
}

/** A recipient with two stores, which are certified each year. */
export function* recipient(world: World, id: string): Activity {
  yield* party(world, id, 'state', 'recipient');
  for (const place of ['north-depot', 'south-depot'])
    yield* world.once(`store ${id} ${place}`, function* () {
      const stream = `storage-site/${id}.${place}`;
      yield* send(recipientOf(id), `${stream}/register`, { place, category: 'arms-and-night-vision' });
      yield* certify(world, stream);
      world.begin(certificates(world, stream), 350);
    });
}

const certify = (world: World, stream: string) =>
  send(MONITOR, `${stream}/certify`, {
    on: world.day(),
    until: world.day(365),
    standard: 'physical-security-level-2',
  });

function* certificates(world: World, stream: string): Activity {
  for (;;) {
    // Now and then the certificate has expired before the monitor comes.
    if (world.random.oneIn(8)) yield* pass(world.random.between(20, 60));
    yield* certify(world, stream);
    yield* pass(350);
  }
}

/** How long programmes begin under the same agreement, and how long it is in force. */
const AGREEMENT_EVERY_DAYS = 540;
const AGREEMENT_DAYS = 1460;

/** The agreement under which programmes of these two begin now. */
export function* agreement(world: World, donorId: string, recipientId: string): Activity<Pair> {
  yield* oversight(world);
  yield* donor(world, donorId);
  yield* recipient(world, recipientId);
  const edition = Math.floor(Date.parse(world.day()) / 86_400_000 / AGREEMENT_EVERY_DAYS);
  const framework = `${donorId}.${recipientId}-agreement-${edition}`;
  yield* world.once(`agreement ${framework}`, function* () {
    const stream = `legal-framework/${framework}`;
    const by = donorOf(donorId);
    const to = recipientOf(recipientId);
    const on = world.day();
    const parties = { donor: donorId, recipient: recipientId };
    yield* send(by, `${stream}/draft`, {
      ...parties,
      title: 'Agreement on security assistance',
      instrument: 'exchange-of-notes',
    });
    yield* send(by, `${stream}/sign`, { party: donorId, on });
    yield* send(to, `${stream}/sign`, { party: recipientId, on });
    for (const assurance of ['use', 'no-transfer', 'security', 'observation'])
      yield* send(to, `${stream}/give-assurance`, { assurance, on });
    yield* send(to, `${stream}/bar-listed-units`, { on });
    yield* send(by, `${stream}/bring-into-force`, { on, until: world.day(AGREEMENT_DAYS) });
    if (world.random.oneIn(2))
      yield* send(by, `${stream}/set-parameter`, {
        parameter: 'lossReportDays',
        value: world.random.pick([20, 45, 60]),
        reason: 'remote-border-posts',
      });
    world.begin(waivers(world, stream, donorId), world.random.between(60, 300));
  });
  return { donor: donorId, recipient: recipientId, framework };
}

/** A waiver now and then, with its report, some of them late. */
function* waivers(world: World, stream: string, donorId: string): Activity {
  for (let n = 1; n <= 3; n += 1) {
    const name = `relief-${n}`;
    const minister = ministerOf(donorId);
    yield* send(minister, `${stream}/grant-waiver`, {
      name,
      rules: ['R8'],
      authority: 'foreign-minister',
      basis: 'disaster-relief-act',
      reason: 'disaster-relief',
      from: world.day(),
      until: world.day(90),
    });
    yield* pass(world.random.oneIn(4) ? 25 : world.random.between(4, 13));
    yield* send(donorOf(donorId), `${stream}/submit-report`, {
      report: 'waiver',
      of: name,
      on: world.day(),
      to: 'foreign-affairs-committee',
    });
    yield* pass(world.random.between(200, 400));
  }
}
