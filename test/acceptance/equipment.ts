import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, type Row } from '../support/api-client.js';
import { inDays } from '../support/days.js';
import type { Deployment, DeploymentFactory } from '../support/deployment.js';
import { implementCase } from '../support/implemented-case.js';
import { until } from '../support/kafka.js';
import { registerParties } from '../support/parties.mjs';

const DONOR = 'norland;role=donor;person=n-1';
const RECIPIENT = 'estmark;role=recipient';
const NEW_HOLDER = 'vestra;role=recipient';
const MONITOR = 'veritas-monitor;role=monitor';
const PARTIES = { norland: 'donor', estmark: 'recipient', vestra: 'recipient', 'veritas-monitor': 'monitor' };
const TYPE = 'item-type/norland.thermal-sight';
const DEPOT = 'storage-site/estmark.depot';
const CASE = 'assistance-case/norland.c1';
const LOAD = 'consignment/norland.d1';
const item = (serial: string): string => `item/norland.thermal-sight.~${serial.toLowerCase()}`;

/** Items of a designated type, and transfers with and without consent. */
export function equipment(opens: DeploymentFactory): void {
  describe('items that are monitored by their serials', () => {
    let deployment: Deployment;
    const client = new ApiClient(() => deployment.url);
    beforeAll(async () => {
      deployment = await opens({ steward: { lookEvery: 100 } });
      await registerParties(deployment.url, PARTIES);
    });
    afterAll(() => deployment.end());

    const itemIs = (serial: string, expected: Row): Promise<void> =>
      until(async () => {
        const [row] = await client.latest(`items?serial=${serial}`);
        return Object.entries(expected).every(([column, value]) => row?.[column] === value);
      });

    describe('an enhanced item from designation to loss and verification', () => {
      beforeAll(async () => {
        const about = { name: 'Thermal sight', unit: 'each', category: 'night-vision' };
        await client.send(`${TYPE}/register`, about, DONOR);
        await client.send(`${TYPE}/designate`, { reason: 'sensitive-technology', reviewBy: inDays(365) }, DONOR);
        await client.send(`${DEPOT}/register`, { place: 'north', category: 'arms' }, RECIPIENT);
        const actors = { donorActor: DONOR, recipientActor: RECIPIENT };
        const goods = { item: 'thermal-sight', quantity: 2, due: inDays(30) };
        await implementCase(client, CASE, { donor: 'norland', recipient: 'estmark', ...actors, ...goods });
        const plan = { case: 'norland.c1', lines: [{ line: '001', quantity: 2 }], due: inDays(20) };
        await client.send(`${LOAD}/schedule`, plan, DONOR);
      });

      it('is shipped only once its serials are registered, also after one was mistyped (R9)', async () => {
        const ship = { on: inDays(-3) };
        expect(await client.refused(`${LOAD}/ship`, ship, DONOR)).toMatchObject({
          code: 'serials-not-registered',
          rule: 'R9',
        });
        const mistyped = { line: '001', serials: ['TS-1', 'TS-22'] };
        const corrects = await client.recorded(`${LOAD}/register-serials`, mistyped, DONOR);
        await itemIs('TS-22', { status: 'registered' });
        const right = { corrects, line: '001', serialsAdded: ['TS-2'], serialsRemoved: ['TS-22'], reason: 'mistyped' };
        await client.send(`${LOAD}/correct-serials`, right, DONOR);
        await client.send(`${LOAD}/ship`, ship, DONOR);
        await itemIs('TS-22', { status: 'withdrawn' });
        await itemIs('TS-2', { status: 'registered', consignment: 'norland.d1', line: '001' });
      });

      it('is received only into a certified store, and then checked in 90 days (R9, R10)', async () => {
        const lines = [{ line: '001', quantity: 2, serials: ['TS-1', 'TS-2'] }];
        const receive = (on: number) => ({ on: inDays(on), lines, store: 'estmark.depot' });
        expect(await client.refused(`${LOAD}/confirm-receipt`, receive(-1), RECIPIENT)).toMatchObject({
          code: 'store-not-certified',
          rule: 'R9',
        });
        await client.send(`${DEPOT}/certify`, { on: inDays(-2), until: inDays(365), standard: 'level-2' }, MONITOR);
        expect(await client.refused(`${LOAD}/confirm-receipt`, receive(-3), RECIPIENT)).toMatchObject({
          code: 'store-not-certified',
          rule: 'R9',
        });
        const corrects = await client.recorded(`${LOAD}/confirm-receipt`, receive(-1), RECIPIENT);
        await itemIs('TS-1', { status: 'held', site: 'estmark.depot', received_on: inDays(-1), check_by: inDays(89) });
        await client.send(`${LOAD}/correct-date`, { corrects, on: inDays(-2), reason: 'wrong-day' }, RECIPIENT);
        await itemIs('TS-1', { received_on: inDays(-2), check_by: inDays(88) });
        await itemIs('TS-2', { received_on: inDays(-2), check_by: inDays(88) });
        // The first checks follow the corrected day.
        await until(async () => (await client.latest(`end-use-checks?due=${inDays(88)}`)).length === 2);
        expect(await client.latest('end-use-checks')).toHaveLength(2);
      });

      it('is reported lost, late, and stays on the schedule until a monitor verifies it (R12)', async () => {
        const report = { on: inDays(-2), cause: 'theft-from-vehicle', occurredAt: `${inDays(-1)}T00:00:00.000Z` };
        await client.send(`${item('TS-1')}/report-lost`, report, RECIPIENT);
        expect(await client.refused(`${item('TS-1')}/verify-loss`, { method: 'x' }, RECIPIENT)).toMatchObject({
          code: 'not-a-monitor',
          rule: 'R12',
        });
        await itemIs('TS-1', { status: 'reported', check_by: inDays(88) });
        const [duty] = await client.latest('due-dates?duty=loss-verification');
        expect(duty).toMatchObject({ status: 'open', due: inDays(30), waits_for: 'monitor' });
        await client.send(`${item('TS-1')}/verify-loss`, { method: 'police-record-seen' }, MONITOR);
        await itemIs('TS-1', { status: 'lost', check_by: null, site: null });
        const [loss] = await client.latest('loss-reports');
        expect(loss).toMatchObject({ status: 'verified', reported_on: inDays(-1), lost_on: inDays(-2), days: 1 });
        const steps = await client.latest('custody?serial=TS-1&sort=step');
        // The donor holds it until its receipt.
        const chain = await client.latest('chain-of-custody?serial=TS-1&sort=step');
        expect(chain.slice(0, 2).map((step) => [step['from_holder'], step['to_holder']])).toEqual([
          [null, 'norland'],
          ['norland', 'estmark'],
        ]);
        expect(steps.map((step) => [step['happened'], step['site'], step['recorded_by']])).toEqual([
          ['registered', null, 'entente'],
          ['received', 'estmark.depot', 'entente'],
          ['receipt-corrected', 'estmark.depot', 'entente'],
          ['reported-lost', 'estmark.depot', 'estmark'],
          ['loss-verified', null, 'veritas-monitor'],
        ]);
        // Its check ends with it: nothing of it is due any more.
        const ended = { status: 'cancelled', ended_on: inDays(0), end_reason: 'items-ended', ended_late: false };
        await until(async () => (await client.latest('end-use-checks?status=cancelled')).length === 1);
        expect(await client.latest('end-use-checks?status=cancelled')).toMatchObject([ended]);
        expect(await client.latest('due-dates?duty=check&status=withdrawn')).toMatchObject([{ ended_on: inDays(0) }]);
        expect(await client.latest('due-dates?duty=check&status=open')).toHaveLength(1);
      });
    });

    describe('a transfer with and without consent', () => {
      const T = 'third-party-transfer/estmark.t1';
      const goods = [{ item: 'thermal-sight', quantity: 1, serials: ['TS-2'] }];
      const ask = { kind: 'retransfer', donor: 'norland', goods, to: 'estmark', reason: 'unit-moved' };

      it('is asked for by the holder, corrected, and refused before the consent (R13)', async () => {
        expect(await client.refused(`${T}/request`, ask, RECIPIENT)).toMatchObject({
          code: 'transfer-to-itself',
          rule: 'R13',
        });
        const day = { occurredAt: `${inDays(-1)}T09:00:00.000Z` };
        const corrects = await client.recorded(`${T}/request`, { ...ask, ...day, to: 'norland' }, RECIPIENT);
        await client.send(`${T}/correct-request`, { corrects, to: 'vestra', reason: 'wrong-holder' }, RECIPIENT);
        const request = { item_kind: 'retransfer', item: 'thermal-sight', quantity: 1, status: 'requested' };
        const wait = { awaits: 'consent', waits_for: 'donor', organisation: 'norland', asked_on: inDays(-1) };
        await client.shows('recipient-pipeline', { stream: T, recipient: 'estmark', ...request, ...wait });
        const done = { on: inDays(0) };
        expect(await client.refused(`${T}/carry-out`, done, RECIPIENT)).toMatchObject({
          code: 'transfer-without-consent',
          rule: 'R13',
        });
        const moved = { transfer: 'estmark.t1', on: inDays(0), to: 'vestra' };
        expect(await client.refused(`${item('TS-2')}/transfer`, moved, RECIPIENT)).toMatchObject({
          code: 'transfer-without-consent',
          rule: 'R13',
        });
      });

      it('moves the duty to count to the new holder; donor, old and new holder are informed (R13)', async () => {
        const consent = { until: inDays(30), conditions: [], occurredAt: `${inDays(-1)}T12:00:00.000Z` };
        await client.send(`${T}/consent`, consent, DONOR);
        expect(await client.refused(`${T}/carry-out`, { on: inDays(-1) }, RECIPIENT)).toMatchObject({
          code: 'store-not-named',
          rule: 'R9',
        });
        const site = 'vestra.central-depot';
        await client.send(`storage-site/${site}/register`, { place: 'harbour', category: 'arms' }, NEW_HOLDER);
        const carried = { on: inDays(-1), site };
        expect(await client.refused(`${T}/carry-out`, carried, RECIPIENT)).toMatchObject({
          code: 'store-not-certified',
        });
        const certificate = { on: inDays(-2), until: inDays(300), standard: 'level-2' };
        await client.send(`storage-site/${site}/certify`, certificate, MONITOR);
        await client.send(`${T}/carry-out`, carried, RECIPIENT);
        await itemIs('TS-2', { holder: 'vestra', site, check_by: inDays(88), status: 'held' });
        const [row] = await client.latest('third-party-transfers');
        expect(row).toMatchObject({ status: 'carried-out', new_holder: 'vestra', carried_out_on: inDays(-1) });
        expect(row?.['informed']).toEqual(['norland', 'estmark', 'vestra']);
        // The schedule moves too: whose turn it is, and in whose account the check is.
        await until(async () => (await client.latest('end-use-checks?holder=vestra')).length === 1);
        const [moved] = await client.latest('end-use-checks?holder=vestra');
        expect(moved).toMatchObject({ due: inDays(88), site, status: 'scheduled', items: 1 });
        expect(await client.latest('due-dates?duty=check&recipient=vestra')).toMatchObject([{ due: inDays(88) }]);
      });

      it('is moved by its new holder, and an older move that is recorded late does not take it back (R13, R30)', async () => {
        const site = 'vestra.central-depot';
        const east = 'vestra.east-depot';
        await client.send(`storage-site/${east}/register`, { place: 'hills', category: 'arms' }, NEW_HOLDER);
        const certificate = { on: inDays(-2), until: inDays(300), standard: 'level-2' };
        await client.send(`storage-site/${east}/certify`, certificate, MONITOR);
        const move = (on: number, to: string) => ({ on: inDays(on), site: to });
        expect(await client.refused(`${item('TS-2')}/move`, move(-2, east), NEW_HOLDER)).toMatchObject({
          code: 'before-transfer',
          rule: 'R30',
          facts: { transferredOn: inDays(-1) },
        });
        await client.send(`${item('TS-2')}/move`, move(0, east), NEW_HOLDER);
        await client.shows('end-use-checks', { holder: 'vestra', site: east });
        await client.send(`${item('TS-2')}/move`, move(-1, site), NEW_HOLDER);
        await itemIs('TS-2', { holder: 'vestra', site: east });
        const steps = await client.latest('custody?serial=TS-2&sort=step');
        expect(steps.slice(-2)).toMatchObject([
          { happened: 'moved', happened_on: inDays(0), site: east },
          { happened: 'moved', happened_on: inDays(-1), site: east, site_before: east },
        ]);
        await client.send(`${item('TS-2')}/move`, move(0, site), NEW_HOLDER);
        await client.shows('end-use-checks', { holder: 'vestra', site });
      });

      it('waits for the new holder, which confirms what it received; donor and old holder see it too (R13)', async () => {
        const about = { task: 'confirm', what: 'ThirdPartyTransferCarriedOut', recipient: 'vestra', donor: 'norland' };
        await client.shows('recipient-tasks', { ...about, stream: T, item: 'thermal-sight', quantity: 1 });
        expect(await client.latest(`recipient-pipeline?stream=${T}`)).toEqual([]);
        const waits = { concerned: 'vestra', recorded_by: 'estmark', donor: 'norland', status: 'unanswered' };
        await client.shows('recorded-facts', waits);
        const [row] = await client.latest('recorded-facts?recorded_by=estmark&concerned=vestra');
        const fact = row?.['fact_event'];
        expect(await client.refused(`${T}/confirm-fact`, { fact }, RECIPIENT)).toMatchObject({
          code: 'not-the-party-concerned',
        });
        await client.send(`${T}/dispute-fact`, { fact, reason: 'other-serial' }, NEW_HOLDER);
        await client.shows('third-party-transfers', { transfer: 'estmark.t1', confirmation: 'disputed' });
        const dispute = { item_kind: 'dispute', recipient: 'vestra', item: 'thermal-sight', awaits: 'answer' };
        await client.shows('recipient-pipeline', { ...dispute, waits_for: 'recorder', organisation: 'estmark' });
        await client.send(`${T}/answer-dispute`, { fact, outcome: 'rejected', reason: 'document-on-file' }, RECIPIENT);
        await client.shows('recorded-facts', {
          ...waits,
          status: 'disputed',
          reason: 'other-serial',
          outcome: 'rejected',
        });
        await client.send(`${T}/confirm-fact`, { fact }, NEW_HOLDER);
        await client.shows('third-party-transfers', { transfer: 'estmark.t1', confirmation: 'confirmed' });
        expect(await client.latest('recipient-tasks?recipient=vestra&task=confirm')).toEqual([]);
      });

      it('moves a part of goods without serials, and their checks, and no more than the holder has (R11, R13)', async () => {
        const C = 'assistance-case/norland.c2';
        const D = 'consignment/norland.d2';
        const V = 'third-party-transfer/estmark.t2';
        const actors = { donorActor: DONOR, recipientActor: RECIPIENT };
        const what = { item: 'field-kitchen', quantity: 10, due: inDays(30) };
        await implementCase(client, C, { donor: 'norland', recipient: 'estmark', ...actors, ...what });
        const lines = [{ line: '001', quantity: 10 }];
        await client.send(`${D}/schedule`, { case: 'norland.c2', lines, due: inDays(20) }, DONOR);
        const corrects = await client.recorded(`${D}/confirm-receipt`, { on: inDays(-3), lines }, RECIPIENT);
        const part = (quantity: number) => ({
          ...ask,
          to: 'vestra',
          goods: [{ item: 'field-kitchen', quantity, consignment: 'norland.d2' }],
        });
        expect(await client.refused(`${V}/request`, part(11), RECIPIENT)).toMatchObject({
          code: 'more-than-held',
          rule: 'R13',
          facts: { held: 10 },
        });
        await client.send(`${V}/request`, part(4), RECIPIENT);
        await client.send(`${V}/consent`, { until: inDays(30), conditions: [] }, DONOR);
        await client.send(`${V}/carry-out`, { on: inDays(0) }, RECIPIENT);
        const kept = { item: 'field-kitchen', place: 'estmark', quantity: 6, transfer: 'estmark.t2' };
        await client.shows('goods-held', { holder: 'estmark', ...kept });
        await client.shows('goods-held', { holder: 'vestra', ...kept, place: 'vestra', quantity: 4 });
        await client.shows('end-use-checks', { holder: 'estmark', items: 6, due: inDays(87), status: 'scheduled' });
        await client.shows('end-use-checks', { holder: 'vestra', items: 4, due: inDays(90), status: 'scheduled' });
        expect(await client.refused('third-party-transfer/estmark.t3/request', part(7), RECIPIENT)).toMatchObject({
          code: 'more-than-held',
        });
        // A correction below what was transferred takes the check away until it is undone.
        const by = (quantityBy: number) =>
          client.send(`${D}/correct-receipt`, { corrects, line: '001', quantityBy, reason: 'miscounted' }, RECIPIENT);
        const its = { item: 'field-kitchen', holder: 'estmark', due: inDays(87) };
        await by(-8);
        await client.shows('goods-held', { holder: 'estmark', quantity: -2 });
        await client.shows('end-use-checks', { ...its, status: 'cancelled' });
        await by(8);
        await client.shows('goods-held', { holder: 'estmark', quantity: 6 });
        await client.shows('end-use-checks', { ...its, status: 'scheduled', items: 6 });
      });

      it('leaves a check that was late before with the old holder, and the months up to then (R13)', async () => {
        const D = 'consignment/norland.d3';
        const V = 'third-party-transfer/estmark.t4';
        const parties = { donor: 'norland', recipient: 'estmark', donorActor: DONOR, recipientActor: RECIPIENT };
        const what = { item: 'tent', quantity: 10, due: inDays(30) };
        await implementCase(client, 'assistance-case/norland.c3', { ...parties, ...what });
        const lines = [{ line: '001', quantity: 10 }];
        await client.send(`${D}/schedule`, { case: 'norland.c3', lines, due: inDays(20) }, DONOR);
        await client.send(`${D}/confirm-receipt`, { on: inDays(-150), lines }, RECIPIENT);
        const its = { item: 'tent', holder: 'estmark' };
        await client.shows('end-use-checks', { ...its, due: inDays(-60), overdue: true });
        const goods = (quantity: number) => ({ goods: [{ item: 'tent', quantity, consignment: 'norland.d3' }] });
        for (const [transfer, quantity] of [
          [V, 4],
          [`${V}b`, 6],
        ] as const) {
          await client.send(`${transfer}/request`, { ...ask, to: 'vestra', ...goods(quantity) }, RECIPIENT);
          await client.send(`${transfer}/consent`, { until: inDays(30), conditions: [] }, DONOR);
          await client.send(`${transfer}/carry-out`, { on: inDays(0) }, RECIPIENT);
        }
        const ended = { due: inDays(-60), status: 'cancelled', ended_on: inDays(0), ended_late: true };
        await client.shows('end-use-checks', { ...its, ...ended, items: 10 });
        await client.shows('end-use-checks', { item: 'tent', holder: 'vestra', items: 10, due: inDays(90) });
        const month = inDays(-60).slice(0, 7);
        for (const [holder, rows] of [
          ['estmark', [{ overdue: 1, items: '10' }]],
          ['vestra', []],
        ] as const)
          expect(await client.latest(`overdue-by-month?holder=${holder}&type=routine&month=${month}`)).toMatchObject(
            rows,
          );
        const delinquent = { holder: 'estmark', due: 1, delinquent: 1, items_delinquent: '10' };
        expect(await client.latest(`check-delinquency?type=routine&month=${month}`)).toMatchObject([delinquent]);
      });

      it('is seen, or not, on the day to which a visit was corrected (R10, R26)', async () => {
        await itemIs('TS-2', { holder: 'vestra', last_checked_on: null, check_by: inDays(88) });
        const [{ end_use_check: id } = {}] = await client.latest('items?serial=TS-2');
        const check = `end-use-check/${String(id)}`;
        const visit = { on: inDays(-1), manner: 'on-site', results: [{ serial: 'TS-2', result: 'seen' }] };
        const corrects = await client.recorded(`${check}/perform`, visit, MONITOR);
        await itemIs('TS-2', { last_checked_on: inDays(-1), check_by: inDays(364) });
        const right = (result: string) =>
          client.send(`${check}/correct-result`, { corrects, serial: 'TS-2', result, reason: 'mistyped' }, MONITOR);
        await right('not-seen');
        await itemIs('TS-2', { last_checked_on: null, check_by: inDays(364) });
        const task = { task: 'report', what: 'loss', recipient: 'vestra', part: 'TS-2' };
        await client.shows('recipient-tasks', { ...task, due: inDays(30) });
        await right('seen');
        await client.shows('due-dates', { duty: 'loss-report', organisation: 'vestra', status: 'withdrawn' });
        await itemIs('TS-2', { last_checked_on: inDays(-1), check_by: inDays(364) });
        await client.send(`${check}/correct-day`, { corrects, on: inDays(-2), reason: 'mistyped' }, MONITOR);
        await itemIs('TS-2', { last_checked_on: inDays(-2), check_by: inDays(363) });
        await client.shows('end-use-checks', {
          item: 'thermal-sight',
          due: inDays(363),
          status: 'scheduled',
          items: 1,
        });
      });

      it('without consent makes the notice due at once, and flags a misuse case (R14)', async () => {
        await client.send(`${item('TS-2')}/detect-unauthorised-transfer`, { on: inDays(0), place: 'market' }, MONITOR);
        await itemIs('TS-2', { status: 'diverted', site: null, found_at: 'market' });
        const [found] = await client.latest('chain-of-custody?serial=TS-2&happened=diverted');
        expect(found).toMatchObject({ from_holder: 'vestra', to_site: null, to_place: 'market', detail: 'market' });
        const [duty] = await client.latest('due-dates?duty=transfer-notice');
        expect(duty).toMatchObject({ status: 'open', due: inDays(0), organisation: 'norland' });
        await until(async () => (await client.latest('misuse-register')).length === 1);
        const [flagged] = await client.latest('misuse-register');
        expect(flagged).toMatchObject({ allegation: 'unauthorised-transfer', accused: 'vestra', donor: 'norland' });
        const notice = { on: inDays(0), authority: 'head-of-government' };
        await client.send(`${item('TS-2')}/notify-legislature`, notice, DONOR);
        expect(await client.refused(`${item('TS-2')}/notify-legislature`, notice, DONOR)).toMatchObject({
          code: 'no-notice-due',
          rule: 'R14',
        });
      });
    });
  });
}
