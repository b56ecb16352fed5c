import type { MisuseFlagged } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';
import { type Activity, INVESTIGATOR, MONITOR, type World, donorOf, pass, recipientOf, send } from './activity.js';

const EVIDENCE = [
  { sha256: '6f1ed002ab5595859014ebf0951522d9c1f4f1fbf2d9f0a3a1c9a5c6f1f0d7e2', reference: 'visit-report-7' },
];

/** A misuse case from its report to its end: declined, dismissed, or with a measure. */
export function* misuse(world: World, { stream }: RecordedEvent, data: MisuseFlagged): Activity {
  const { random } = world;
  const { donor, accused, scopes } = data;
  if (donor === undefined || accused === undefined) return;
  const by = donorOf(donor);
  yield* pass(random.between(1, 6));
  yield* send(MONITOR, `${stream}/acknowledge`, { channel: 'sealed-intake' });
  yield* pass(random.between(1, 10));
  if (random.oneIn(6)) return void (yield* send(MONITOR, `${stream}/decline`, { reason: 'outside-assistance' }));
  yield* send(by, `${stream}/triage`, {
    incidentType: random.pick(['unauthorised-transfer', 'minor-violation']),
  });
  yield* send(by, `${stream}/notify-legislature`, { to: 'foreign-affairs-committee', reference: 'notice-1' });
  yield* pass(random.between(1, 12));
  yield* send(by, `${stream}/open-investigation`, { reason: 'credible-report' });
  yield* send(by, `${stream}/assign-investigator`, { investigator: INVESTIGATOR.organisation });
  const suspends = scopes !== undefined && scopes.length > 0 && random.oneIn(3);
  if (suspends) yield* send(by, `${stream}/order-precautionary-suspension`, { scopes, until: world.day(60) });
  yield* pass(random.between(3, 25));
  yield* send(INVESTIGATOR, `${stream}/add-evidence`, { kind: 'serial-record', evidence: EVIDENCE });
  yield* send(INVESTIGATOR, `${stream}/put-allegation`, { channel: 'note-verbale' });
  yield* pass(random.between(5, 20));
  yield* send(recipientOf(accused), `${stream}/reply`, { position: random.pick(['accepts-in-part', 'contests']) });
  yield* pass(random.between(5, 50));
  if (random.oneIn(3)) {
    yield* send(INVESTIGATOR, `${stream}/dismiss`, { ground: 'serials-accounted-for' });
    return;
  }
  yield* send(INVESTIGATOR, `${stream}/substantiate`, { ground: 'serials-found-elsewhere' });
  yield* pass(random.between(2, 20));
  yield* measure(world, stream, data, by.organisation);
}

function* measure(world: World, stream: string, { scopes, accused }: MisuseFlagged, donor: string): Activity {
  const { random } = world;
  const by = donorOf(donor);
  if (scopes === undefined || random.oneIn(2)) {
    yield* send(by, `${stream}/decide-measure`, { measure: 'condition', conditions: ['recertify-store'] });
    yield* pass(random.between(5, 20));
    yield* send(by, `${stream}/close`, { reason: 'measures-carried-out' });
    return;
  }
  yield* send(by, `${stream}/decide-measure`, { measure: 'suspend' });
  yield* send(by, `${stream}/suspend-assistance`, { scopes });
  yield* pass(random.between(10, 30));
  yield* send(by, `${stream}/agree-remediation-plan`, {
    steps: ['recover-items', 'recertify-store'],
    due: world.day(60),
  });
  yield* pass(random.between(20, 80));
  yield* send(MONITOR, `${stream}/verify-remediation`, { ceasedOn: world.day() });
  yield* send(by, `${stream}/record-assurances`, {
    from: accused,
    undertakings: ['no-retransfer', 'observation-granted'],
  });
  yield* send(by, `${stream}/resume-assistance`, { reason: 'remedied' });
  yield* pass(random.between(5, 30));
  yield* send(by, `${stream}/close`, { reason: 'measures-carried-out' });
}
