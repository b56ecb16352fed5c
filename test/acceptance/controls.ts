import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTROLS } from '@entente/domain';
import { anEvent } from '../contracts/event-store.js';
import { ApiClient } from '../support/api-client.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { decidedHistory } from '../support/random-history.js';

/**
 * What no command can prevent: what is not done in its days, a training that begins before the
 * policy has halted the enrolments on a clearance that ended, and an enrolment on a day on which
 * something was stopped, if that had ended by then in the log (days of the history go back).
 */
const UNGUARDED = [
  'checks-missed',
  'samples-missed',
  'losses-unanswered',
  'notices-missed',
  'misuse-steps-missed',
  'exception-unreported',
  'trained-uncleared',
  'assistance-stopped of TraineeEnrolled',
];

/** A last day that has not passed. */
const LATER = '2999-12-31';

const SEED = Number(process.env['FIGURES_SEED'] ?? 20_261_129);

/** A finding as the API gives it. */
interface Finding {
  readonly control: string;
  readonly rule: string;
  readonly stream: string;
  readonly type: string;
  readonly facts: Readonly<Record<string, unknown>>;
}
interface Checked {
  readonly position: string;
  readonly events: number;
  readonly controls: readonly { readonly rule: string; readonly findings: number }[];
  readonly findings: readonly Finding[];
  readonly count: number;
}

/** Control checks over a history that the rules decided, and over breaches planted in it. */
export function controls(opens: DeploymentFactory): void {
  describe('the control checks', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    const checked = async (query = ''): Promise<Checked> =>
      (await client.get(`controls${query}`)).body as unknown as Checked;
    let before: Checked;
    let planted: bigint;
    beforeAll(async () => {
      deployment = await opens();
      await deployment.close();
      const store = await deployment.store();
      await store.importEvents(await decidedHistory(SEED));
      await store.close();
      await deployment.open();
      before = await checked();
      await deployment.close();
      const again = await deployment.store();
      planted = await again.head();
      await again.append(`misuse-case/sealed.${'e'.repeat(32)}`, 'none', [
        anEvent('MisuseFlagged', { accused: 'ostra', scopes: [], acknowledgeBy: LATER, triageBy: LATER }),
        anEvent('MisuseSubstantiated', { ground: 'x', measureBy: LATER }),
      ]);
      await again.append('funding-account/norland.planted', 'none', [
        anEvent('FundingAccountOpened', {
          donor: 'norland',
          recipient: 'estmark',
          basis: 'own',
          currency: 'USD',
          stages: ['committed', 'disbursed'],
        }),
        anEvent('FundsDisbursed', { amount: 5, period: '2026' }),
      ]);
      await again.append('programme/norland.planted', 'none', [
        anEvent('ProgrammeProposed', { donor: 'norland', recipient: 'estmark', framework: 'norland.no-agreement' }),
      ]);
      await again.append('assistance-case/norland.planted', 'none', [
        anEvent('AssistanceRequested', {
          donor: 'norland',
          recipient: 'estmark',
          programme: 'norland.planted',
          asked: [],
        }),
        anEvent('CaseImplemented', {
          emergency: { authority: 'minister', reason: 'attack' },
          deposited: 0,
          currency: 'USD',
        }),
      ]);
      await again.close();
      await deployment.open();
    });
    afterAll(() => deployment.end());

    it('find in a history of the rules nothing but what no command can prevent', () => {
      expect(before.events).toBeGreaterThan(1000);
      const guarded = before.findings.filter(
        ({ control, type }) => !UNGUARDED.includes(control) && !UNGUARDED.includes(`${control} of ${type}`),
      );
      expect(guarded).toEqual([]);
      expect(before.controls.map(({ rule }) => rule)).toEqual(CONTROLS.map(({ rule }) => rule));
    });

    it('find exactly the breaches that were planted, and their events', async () => {
      const after = await checked();
      const added = after.findings.filter(({ stream }) => /planted|eeee/.test(stream));
      expect(added.map(({ rule, type, facts }) => [rule, type, facts])).toEqual([
        ['R18', 'MisuseSubstantiated', {}],
        ['R15', 'FundsDisbursed', { committed: 0, disbursed: 5 }],
        ['R1', 'CaseImplemented', { day: expect.any(String), agreement: null }],
      ]);
      expect(after.count - before.count).toBe(3);
    });

    it('are run as of a position, and for one rule', async () => {
      expect((await checked(`?as-of=${planted}`)).count).toBe(before.count);
      expect((await checked('?rule=R15')).findings.map(({ rule }) => rule)).toEqual(['R15']);
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
