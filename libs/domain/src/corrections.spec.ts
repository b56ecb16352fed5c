import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, type EventContract, type KindContract, schemaOf } from '@entente/contracts';
import { given } from '../../../test/support/decider-specification.js';
import { type Correction, CORRECTIONS } from './corrections.js';
import { fundingAccount } from './planning/funding-account.js';

interface Property {
  readonly items?: { readonly properties: Readonly<Record<string, Property>> };
}

const propertiesOf = (of: new () => object) => schemaOf(of).properties as Readonly<Record<string, Property>>;
const fieldsOf = (of: new () => object): readonly string[] => Object.keys(propertiesOf(of));

const tabled = Object.entries(CORRECTIONS).flatMap(([kind, corrections]) =>
  Object.entries<Correction>(corrections).map(([command, correction]) => ({ kind, command, correction })),
);

describe('the table of corrections', () => {
  it('has every command that names an event which it corrects, and no other (R26)', () => {
    const named = CATALOGUE.flatMap(({ kind, commands }) =>
      Object.entries(commands).flatMap(([command, { body }]) =>
        fieldsOf(body).includes('corrects') ? [`${kind} ${command}`] : [],
      ),
    );
    expect(tabled.map(({ kind, command }) => `${kind} ${command}`).sort()).toEqual(named.sort());
  });

  it.each(tabled)('names fields that $kind $command and its events have', ({ kind, command, correction }) => {
    const { commands, events } = CATALOGUE.find((one) => one.kind === kind) as KindContract;
    const eventFields = (type: string) => fieldsOf((events[type] as EventContract).data);
    const { then, names, within, takes, replaces = [], states = {}, days = {}, derives = false } = correction;
    const part = within === undefined ? [] : [within];
    const own = [...part, ...replaces, ...(takes === undefined ? [] : [takes.by, ...(takes.beside ?? [])])];
    if (!derives) expect(fieldsOf(commands[command]?.body as new () => object)).toEqual(expect.arrayContaining(own));
    expect(eventFields(then)).toEqual(expect.arrayContaining(own));
    for (const name of names)
      expect(eventFields(name)).toEqual(
        expect.arrayContaining((states[name] ?? replaces).map((of) => (of === 'on' ? (days[name] ?? of) : of))),
      );
    for (const name of names) {
      const whole = propertiesOf((events[name] as EventContract).data);
      const items = takes?.each === undefined ? whole : (whole[takes.each]?.items?.properties ?? {});
      expect(Object.keys(items)).toEqual(expect.arrayContaining([...part, ...(takes === undefined ? [] : [takes.of])]));
    }
  });
});

describe('a correction takes back at most what is left of its event (R31)', () => {
  const stages = ['pledged', 'committed', 'obligated', 'disbursed', 'spent'];
  const opened = (basis: string) => ({
    type: 'FundingAccountOpened',
    data: { donor: 'norland', recipient: 'estmark', currency: 'USD', stages, basis },
  });
  const money = (type: string, amount: number, period = '2026') => ({ type, data: { amount, period } });
  const back = (type: string, amount: number, n: number, period = '2026') => ({
    type,
    data: { amount, period, reason: 'entered-twice', corrects: given.id(n) },
  });
  /** It counts on the day of what it corrects. */
  const taken = (...of: Parameters<typeof back>) => {
    const { type, data } = back(...of);
    return { type, data: { ...data, on: '2026-05-01' } };
  };
  const account = (...events: { type: string; data: unknown }[]) =>
    given(fundingAccount, opened('own'), ...events).as('norland', 'donor');
  const pledges = [money('FundsPledged', 1_000), money('FundsPledged', 5_000)];

  it('a pledge by its amount, though more is pledged', () => {
    account(...pledges).refuses(back('ReducePledge', 4_000, 1), 'exceeds-what-is-left');
    account(...pledges).decides(back('ReducePledge', 1_000, 1), taken('PledgeReduced', 1_000, 1));
  });
  it('less what earlier corrections took', () => {
    const once = [...pledges, back('PledgeReduced', 400, 1)];
    account(...once).refuses(back('ReducePledge', 601, 1), 'exceeds-what-is-left');
    account(...once).decides(back('ReducePledge', 600, 1), taken('PledgeReduced', 600, 1));
  });
  it('and nothing once nothing is left', () =>
    account(...pledges, back('PledgeReduced', 1_000, 1)).refuses(
      back('ReducePledge', 1, 1),
      'nothing-left-to-correct',
    ));
  it('in the period of its event', () =>
    account(...pledges).refuses(back('ReducePledge', 10, 1, '2027'), 'corrects-elsewhere'));
  it('at the stage of its event', () =>
    account(...pledges, money('FundsCommitted', 10)).refuses(back('ReducePledge', 10, 3), 'corrects-unknown-event'));
  it('another contribution like a pledge of its own', () => {
    const pooled = { type: 'ContributionPooled', data: { amount: 10, period: '2026', contributor: 'sudria' } };
    const named = taken('PledgeReduced', 10, 1);
    account(pooled).decides(back('ReducePledge', 10, 1), { ...named, data: { ...named.data, contributor: 'sudria' } });
    account(pooled, ...pledges).refuses(back('ReducePledge', 11, 1), 'exceeds-what-is-left');
  });
  it('also in an account that repeats another system', () => {
    const reported = { source: 'greenbook', key: { fiscal_year: '2026' } };
    const row = (type: string, amount: number, more: object = {}) => ({
      type,
      data: { amount, period: '2026', reported, ...more },
    });
    const reports = given(fundingAccount, opened('reported'), row('FundsObligated', 20)).as('norland', 'donor');
    const more = { corrects: given.id(1), reason: 'entered-twice' };
    reports.refuses(row('DeobligateFunds', 21, more), 'exceeds-what-is-left');
    reports.decides(row('DeobligateFunds', 20, more), row('FundsDeobligated', 20, { ...more, on: '2026-05-01' }));
  });
  it('a movement back that corrects nothing is bound by its stage alone', () =>
    account(...pledges).decides(
      { type: 'ReducePledge', data: { amount: 6_000, period: '2027', reason: 'budget-cut' } },
      { type: 'PledgeReduced', data: { amount: 6_000, period: '2027', reason: 'budget-cut' } },
    ));
});
