import { describe, it } from '@jest/globals';
import type { Event } from '@entente/kernel';
import { act, given, same } from '../../../../test/support/decider-specification.js';
import { legalFramework } from '../framework/legal-framework.js';
import { itemType } from './item-type.js';
import { storageSite } from './storage-site.js';

const registered = ['norland', 'sudria', 'estmark', 'veritas'];

describe('a type of items', () => {
  const about = { name: 'Thermal sight', unit: 'each', category: 'optics' };
  const opening = act('ItemTypeRegistered', { ...about, donor: 'norland' });
  const designated = act('EnhancedDesignationGiven', { reason: 'sensitive', reviewBy: '2026-06-30' });
  const donor = (...past: Event[]) =>
    given(itemType, ...past)
      .named('norland.thermal-sight')
      .registered(registered, 'donor')
      .as('norland', 'donor');
  const type = (...past: Event[]) => donor(opening, ...past);
  const july = { now: '2026-07-01T00:00:00.000Z' };

  it('is registered by its donor, by the word of case lines (R29)', () => {
    const register = act('RegisterItemType', about);
    donor().decides(register, opening);
    donor().named('norland.thermal.sight').refuses(register, 'not-an-item-code');
    donor()
      .named(`norland.${'x'.repeat(65)}`)
      .refuses(register, 'not-an-item-code');
    donor().as('vestra', 'donor').named('vestra.sight').refuses(register, 'party-not-registered');
  });
  it('is corrected in its name, also after its end (R26)', () => {
    const correct = act('CorrectItemType', { corrects: given.id(0), reason: 'misspelt', name: 'Sight' });
    const retired = act('ItemTypeRetired', { reason: 'replaced' });
    type().decides(correct, same(correct, 'ItemTypeCorrected'));
    type(retired).decides(correct, same(correct, 'ItemTypeCorrected'));
    type().as('sudria', 'donor').refuses(correct, 'not-the-donor');
  });
  it('is designated once, and the designation reviewed or removed (R9)', () => {
    const designate = act('GiveEnhancedDesignation', { reason: 'sensitive', reviewBy: '2026-06-30' });
    type().decides(designate, designated);
    type().refuses(designate, 'day-in-past', july);
    type().decides(designate, designated, { ...july, occurredAt: '2026-06-20T09:00:00.000Z' });
    type(designated).refuses(designate, 'already-designated');
    const review = (reviewBy: string) => act('ReviewDesignation', { finding: 'still-sensitive', reviewBy });
    type(designated).decides(review('2026-07-01'), same(review('2026-07-01'), 'DesignationReviewed'));
    type(designated).refuses(review('2026-06-30'), 'not-later');
    type().refuses(review('2026-07-01'), 'not-designated');
    const remove = act('RemoveDesignation', { reason: 'public' });
    type(designated).decides(remove, same(remove, 'DesignationRemoved'));
    type(designated, same(remove, 'DesignationRemoved')).refuses(remove, 'not-designated');
  });
  it('is reviewed within the days of the framework that is named: a change counts from then on (R9)', () => {
    const framework = 'norland.framework-1';
    const drafted = (by = 'norland') => act('AgreementDrafted', { donor: by, recipient: 'estmark', parameters: [] });
    const set = act('ParameterSet', { parameter: 'designationReviewDays', value: 30, unit: 'days', reason: 'x' });
    const designate = (reviewBy: string) =>
      act('GiveEnhancedDesignation', { reason: 'sensitive', reviewBy, framework });
    const within = (...past: Event[]) => type().knowing(legalFramework, framework, ...past);
    const given = (reviewBy: string) => same(designate(reviewBy), 'EnhancedDesignationGiven');
    within(drafted()).decides(designate('2027-06-01'), given('2027-06-01'));
    within(drafted()).refuses(designate('2027-06-02'), 'review-too-late');
    within(drafted(), set).decides(designate('2026-07-01'), given('2026-07-01'));
    within(drafted(), set).refuses(designate('2026-07-02'), 'review-too-late');
    within().refuses(designate('2026-07-01'), 'framework-not-found');
    within(drafted('sudria')).refuses(designate('2026-07-01'), 'framework-not-found');
    const review = act('ReviewDesignation', { finding: 'still-sensitive', reviewBy: '2026-07-02', framework });
    const later = type(given('2027-06-01')).knowing(legalFramework, framework, drafted(), set);
    later.refuses({ ...review, data: { ...review.data, reviewBy: '2027-06-02' } }, 'review-too-late');
    type(designated).knowing(legalFramework, framework, drafted()).decides(review, same(review, 'DesignationReviewed'));
  });
  it('is due for review after its last day, which the system records', () => {
    const overdue = act('RecordOverdueReview', { due: '2026-06-30' });
    const system = (...past: Event[]) => type(...past).as('entente', 'system');
    system(designated).decides(overdue, same(overdue, 'DesignationReviewBecameOverdue'), july);
    system(designated).refuses(overdue, 'not-over-yet');
    system(designated).refuses(act('RecordOverdueReview', { due: '2026-05-30' }), 'other-last-day', july);
    system(designated, same(overdue, 'DesignationReviewBecameOverdue')).decides(overdue, [], july);
    type(designated).refuses(overdue, 'not-the-system', july);
  });
  it('is checked no more rarely than 90 days after receipt and then every 365 days (R10)', () => {
    const set = (firstDays: number, everyDays: number) =>
      act('SetCheckInterval', { firstDays, everyDays, reason: 'x' });
    type().decides(set(90, 180), same(set(90, 180), 'CheckIntervalSet'));
    type().decides(set(90, 365), same(set(90, 365), 'CheckIntervalSet'));
    type(same(set(60, 180), 'CheckIntervalSet')).decides(set(60, 180), []);
    type().refuses(set(91, 365), 'interval-too-long');
    type().refuses(set(90, 366), 'interval-too-long');
  });
  it('is retired once it is not designated, and then nothing more', () => {
    const retire = act('RetireItemType', { reason: 'replaced' });
    type().decides(retire, same(retire, 'ItemTypeRetired'));
    type(designated).refuses(retire, 'designation-in-force');
    type(same(retire, 'ItemTypeRetired')).refuses(retire, 'type-retired');
  });
});

describe('a store', () => {
  const about = { place: 'north-depot', category: 'arms' };
  const opening = act('StorageSiteRegistered', { ...about, owner: 'estmark' });
  const certify = (on: string, until: string) => act('CertifyStorage', { on, until, standard: 'level-2' });
  const certified = same(certify('2026-04-20', '2026-06-30'), 'StorageCertified');
  const july = { now: '2026-07-01T00:00:00.000Z' };
  const before = (...past: Event[]) =>
    given(storageSite, ...past)
      .named('estmark.north-depot')
      .registered(registered, 'donor', 'recipient', 'monitor');
  const store = (...past: Event[]) => before(opening, ...past).as('veritas', 'monitor');

  it('is registered by the recipient that holds it (R29)', () => {
    const register = act('RegisterStorageSite', about);
    before().as('estmark', 'recipient').decides(register, opening);
    const there = act('RegisterStorageSite', { ...about, area: 'north' });
    before()
      .as('estmark', 'recipient')
      .decides(there, same(there, 'StorageSiteRegistered', { owner: 'estmark' }));
    before().as('estmark', 'donor').refuses(register, 'not-the-owner');
    before().as('vestra', 'recipient').named('vestra.depot').refuses(register, 'party-not-registered');
  });
  it('is certified by a donor or a monitor, never by its owner (R9)', () => {
    const first = certify('2026-04-20', '2026-06-30');
    store().decides(first, certified);
    store().as('norland', 'donor').decides(first, certified);
    store().as('estmark', 'monitor').refuses(first, 'certifies-its-own');
    store().as('norland', 'auditor').refuses(first, 'not-a-certifier');
    store().as('vestra', 'donor').refuses(first, 'party-not-registered');
  });
  it('is certified until a last day, and again until a later one', () => {
    store().refuses(certify('2026-06-02', '2026-06-30'), 'day-in-future');
    store().refuses(certify('2026-04-20', '2026-04-19'), 'ends-before-start');
    const later = certify('2026-05-20', '2026-07-01');
    store(certified).decides(later, same(later, 'StorageCertified'));
    store(certified).refuses(certify('2026-05-20', '2026-06-30'), 'not-later');
  });
  it('has the days of its present certificate corrected (R26)', () => {
    const correct = (n: number) =>
      act('CorrectCertificate', { corrects: given.id(n), reason: 'mistyped', until: '2026-06-29' });
    store(certified).decides(correct(1), same(correct(1), 'CertificateCorrected'));
    const later = same(certify('2026-05-20', '2026-07-01'), 'StorageCertified');
    store(certified, later).refuses(correct(1), 'certificate-replaced');
    store(certified).refuses(
      act('CorrectCertificate', { ...correct(1).data, until: '2026-04-19' }),
      'ends-before-start',
    );
  });
  it('has the last day of an expired certificate corrected, as if it had been entered right (R26)', () => {
    const mistyped = same(certify('2026-04-20', '2026-05-30'), 'StorageCertified');
    const expired = act('CertificateExpired', { until: '2026-05-30' });
    const correct = act('CorrectCertificate', { corrects: given.id(1), reason: 'mistyped', until: '2026-06-30' });
    const corrected = same(correct, 'CertificateCorrected');
    store(mistyped, expired).decides(correct, corrected);
    const expire = (until: string) => act('RecordExpiredCertificate', { until });
    const right = () => store(mistyped, expired, corrected);
    right()
      .as('entente', 'system')
      .decides(expire('2026-06-30'), same(expire('2026-06-30'), 'CertificateExpired'), july);
    right().refuses(certify('2026-05-20', '2026-06-30'), 'not-later');
    const end = act('DecertifyStorage', { on: '2026-05-02', reason: 'fence-broken' });
    right().decides(end, same(end, 'StorageDecertified'));
    // Its inspection alone does not change its end.
    const inspected = act('CorrectCertificate', { corrects: given.id(1), reason: 'mistyped', on: '2026-04-21' });
    store(mistyped, expired, same(inspected, 'CertificateCorrected')).refuses(end, 'not-certified');
    store(mistyped, same(end, 'StorageDecertified')).refuses(correct, 'certificate-replaced');
    const again = same(certify('2026-05-31', '2026-07-31'), 'StorageCertified');
    store(mistyped, expired, again).refuses(correct, 'certificate-replaced');
  });
  it('loses the certificate by a decision, or with its last day, and its use is ended', () => {
    const end = act('DecertifyStorage', { on: '2026-05-02', reason: 'fence-broken' });
    store(certified).decides(end, same(end, 'StorageDecertified'));
    store().refuses(end, 'not-certified');
    const expire = (until: string) => act('RecordExpiredCertificate', { until });
    const system = () => store(certified).as('entente', 'system');
    system().decides(expire('2026-06-30'), same(expire('2026-06-30'), 'CertificateExpired'), july);
    system().refuses(expire('2026-06-30'), 'not-over-yet');
    system().refuses(expire('2026-06-29'), 'other-last-day', july);
    const close = act('CloseStorageSite', { reason: 'moved' });
    const closed = same(close, 'StorageSiteClosed');
    store(certified).as('estmark', 'recipient').decides(close, closed);
    store(closed).refuses(certify('2026-04-20', '2026-06-30'), 'store-closed');
    store(certified).refuses(close, 'not-the-owner');
  });
  it('has its registration corrected by its owner, such as an area that was left out (R26)', () => {
    const correct = (more: object) => act('CorrectStorageSite', { corrects: given.id(0), reason: 'left-out', ...more });
    const owner = (...past: Event[]) => store(...past).as('estmark', 'recipient');
    const area = correct({ area: 'north' });
    owner(certified).decides(area, same(area, 'StorageSiteCorrected'));
    store().refuses(area, 'not-the-owner');
    owner(act('StorageSiteClosed', { reason: 'x' })).refuses(area, 'store-closed');
    owner().refuses(correct({}), 'nothing-corrected');
    owner(same(area, 'StorageSiteCorrected')).refuses(area, 'nothing-corrected');
  });
});
