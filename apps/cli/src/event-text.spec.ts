import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@entente/kernel';
import { anEvent } from '../../../test/contracts/event-store.js';
import { eventText, money } from './event-text.js';

const recorded = (stream: string, type: string, data: unknown, metadata: object = {}): RecordedEvent => {
  const event = anEvent(type, data);
  return {
    ...event,
    stream,
    revision: 0,
    position: 1n,
    metadata: { ...event.metadata, recordedAt: '2026-06-30T09:00:00.000Z', ...metadata },
  };
};

describe('money in text', () => {
  it.each([
    [250_000_000, 'USD', '2,500,000.00 USD'],
    [5, 'USD', '0.05 USD'],
    [-123_456, 'EUR', '-1,234.56 EUR'],
    [1_300_000, 'JPY', '1,300,000 JPY'],
    [1_234_567, 'KWD', '1,234.567 KWD'],
    [0, 'JPY', '0 JPY'],
    [Number.MAX_SAFE_INTEGER, 'USD', '90,071,992,547,409.91 USD'],
    [7, 'XAU', '7 minor units of XAU'],
    [48_000_000, null, '48000000 minor units'],
  ])('%d of %s is %s', (amount, currency, text) => expect(money(amount, currency)).toBe(text));
});

describe('the text of an event', () => {
  it('has amounts in the currency of the stream, and other numbers as they are', () => {
    const data = { amount: 60_000_000, period: '2026', tranche: 'tranche-1' };
    expect(eventText(recorded('funding-account/norland.a', 'FundsDisbursed', data), 'USD')).toBe(
      'amount: 600,000.00 USD; period: 2026; tranche: tranche-1',
    );
    const line = { item: 'radio', quantity: 120, unit: 'each', line: '001', value: 48_000_000, due: '2026-05-01' };
    expect(eventText(recorded('assistance-case/norland.c', 'CaseLineAdded', line), null)).toBe(
      'item: radio; quantity: 120; unit: each; line: 001; value: 48000000 minor units; due: 2026-05-01',
    );
  });

  it('has amounts in the currency that the event names, which is not the one of an earlier event', () => {
    const data = { amount: 1000, currency: 'JPY' };
    expect(eventText(recorded('misuse-case/sealed.1', 'FundsRecovered', data), 'USD')).toBe('amount: 1,000 JPY');
  });

  it('has lists and parts in one line, with yes and no, and no control characters', () => {
    const data = {
      donor: 'norland',
      onBudget: false,
      currency: 'USD',
      lines: [{ line: '001', quantity: 98 }, 'a\u001b\nb'],
    };
    expect(eventText(recorded('funding-account/norland.a', 'FundingAccountOpened', data), null)).toBe(
      'donor: norland; on budget: no; currency: USD; lines: (line: 001, quantity: 98), a  b',
    );
  });

  it('has the legal basis and the references of the evidence', () => {
    const metadata = { legalBasis: 'decree 7', evidence: [{ sha256: 'ab', reference: 'visit-7' }, { sha256: 'cd' }] };
    expect(eventText(recorded('programme/norland.p', 'ProgrammeActivated', { on: '2026-01-01' }, metadata), null)).toBe(
      'on: 2026-01-01; legal basis: decree 7; evidence: visit-7, cd',
    );
  });

  it('is cut at 300 characters, with what is left out and where it is', () => {
    const text = eventText(recorded('programme/norland.p', 'ObjectiveDefined', { statement: 'x'.repeat(400) }), null);
    expect(text).toBe(`statement: ${'x'.repeat(289)}... (111 more characters: see --json)`);
  });
});
