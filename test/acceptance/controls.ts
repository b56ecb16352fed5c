import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTROLS, type ControlFinding } from '@entente/domain';
import { ApiClient } from '../support/api-client.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { PLANTERS, type PlantedHistory, plant } from '../support/planted-breaches.js';
import { chanceOf, decidedHistory } from '../support/random-history.js';
import { findingsIn } from '../support/control-findings.js';

/**
 * What no command can prevent: what is not done in its days, the end of a store (it does not know
 * its items), a training that begins before the policy has halted the enrolments on a clearance
 * that ended, an enrolment on a day on which something was stopped, if that had ended by then in
 * the log (days of the history go back), a session of a training that was stopped, what a fact
 * recorded later forbids on that day, and the second of two transfers, if the policy has not moved
 * the goods of the first.
 */
const UNGUARDED = [
  'checks-missed',
  'samples-missed',
  'losses-unanswered',
  'losses-unreported',
  'notices-missed',
  'misuse-steps-missed',
  'exception-unreported',
  'closed-stores',
  'reports-missed',
  'trained-uncleared',
  'transfers-overdrawn',
  'assistance-stopped of TraineeEnrolled',
  'assistance-stopped of TechnicalDataTransferred',
  'assistance-stopped of TrainingSessionHeld',
];

const SEED = Number(process.env['FIGURES_SEED'] ?? 7);

/** What the API answers. */
interface Checked {
  readonly position: string;
  readonly events: number;
  readonly controls: readonly { readonly rule: string; readonly findings: number }[];
  readonly findings: readonly { readonly rule: string; readonly event: string }[];
  readonly count: number;
}

/** Findings as the rule and the event, in order. */
const inOrder = (found: readonly string[]): readonly string[] => found.toSorted();
const namesOf = (found: readonly ControlFinding[]): readonly string[] =>
  inOrder(found.map(({ rule, event: { id } }) => `${rule} ${id}`));

/** Control checks over a history that the rules decided, with breaches planted in it. */
export function controls(opens: DeploymentFactory): void {
  describe('the control checks', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    const checked = async (query = ''): Promise<Checked> =>
      (await client.get(`controls${query}`)).body as unknown as Checked;
    const namesIn = ({ findings }: Checked): readonly string[] =>
      inOrder(findings.map(({ rule, event }) => `${rule} ${event}`));
    let before: readonly ControlFinding[];
    let planted: PlantedHistory;
    let positions: readonly bigint[];
    beforeAll(async () => {
      const history = await decidedHistory(SEED);
      before = findingsIn(history);
      const broken = new Set(before.map(({ event: { id } }) => id));
      planted = plant(history, broken, Object.keys(PLANTERS), chanceOf(SEED));
      deployment = await opens();
      await deployment.close();
      const store = await deployment.store();
      positions = await store.importEvents(planted.events);
      await store.close();
      await deployment.open();
    });
    afterAll(() => deployment.end());

    it('find in a history of the rules nothing but what no command can prevent', () => {
      const guarded = before.filter(
        ({ control, event: { type }, requirement }) =>
          !requirement.endsWith('known later') &&
          !UNGUARDED.includes(control) &&
          !UNGUARDED.includes(`${control} of ${type}`),
      );
      expect(guarded).toEqual([]);
    });

    it('find the breaches that were planted, of almost each rule, and no others', async () => {
      const after = await checked();
      expect(after.events).toBe(planted.events.length);
      expect(after.controls.map(({ rule }) => rule)).toEqual(CONTROLS.map(({ rule }) => rule));
      expect(namesIn(after)).toEqual(namesOf(findingsIn(planted.events)));
      const known = new Set(namesOf(before));
      expect(inOrder([...new Set(namesIn(after).filter((one) => !known.has(one)))])).toEqual(inOrder(planted.expected));
      expect(planted.expected.length).toBeGreaterThan(14);
    });

    it('are run as of a position, and for one rule', async () => {
      const part = planted.events.slice(0, planted.events.length / 2);
      const at = positions[part.length - 1] as bigint;
      expect(namesIn(await checked(`?as-of=${at}`))).toEqual(namesOf(findingsIn(part)));
      expect(new Set((await checked('?rule=R15')).findings.map(({ rule }) => rule))).toEqual(new Set(['R15']));
    });

    it('name each wrong parameter', async () => {
      const answer = await client.get('controls?rule=R99&as-of=2026-02-30&asof=1');
      expect([answer.status, answer.body.errors?.map(({ path }) => path).toSorted()]).toEqual([
        400,
        ['as-of', 'asof', 'rule'],
      ]);
    });
  });
}
