import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Message, cloudEventOf, cloudWatermarkOf, readCloudEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';

const goldenOf = <Of>(version: number): Of =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'topic', `messages.v${version}.json`), 'utf8')) as Of;
interface Golden {
  readonly event: RecordedEvent & { position: string };
  readonly previous: { position: string; id: string };
  readonly storeId: string;
  readonly message: Message;
  readonly watermark: Message;
}
/** As events are written; and as they were before, which readers of old topics still find. */
const golden = goldenOf<Golden>(2);
const old = goldenOf<{ readonly message: Message; readonly mark: Message }>(1);
const event: RecordedEvent = { ...golden.event, position: BigInt(golden.event.position) };
const previous = { position: BigInt(golden.previous.position), id: golden.previous.id };
const { storeId } = golden;
const API = 'https://entente.example';
const watermark = { partition: 3, position: 99n, previous, storeId, recordedAt: '2026-05-01T09:00:02.000Z' };

const text = fc.string({ unit: 'grapheme' });
const recorded: fc.Arbitrary<RecordedEvent> = fc.record({
  id: fc.uuid(),
  type: text,
  stream: fc.tuple(fc.constantFrom('programme', 'note'), text).map(([kind, id]) => `${kind}/${id}x`),
  revision: fc.nat(),
  position: fc.bigInt(100n, 2n ** 63n - 1n),
  version: fc.integer({ min: 1, max: 9 }),
  data: fc.jsonValue(),
  metadata: fc.record(
    {
    actor: fc.record({ organisation: text, role: fc.constantFrom('donor', 'recipient') }),
    occurredAt: fc.constant('2026-05-01T09:00:00.000Z'),
    recordedAt: fc.constant('2026-05-01T09:00:01.000Z'),
    commandId: text,
    commandHash: text,
    correlationId: text,
    causationId: fc.option(text),
    consulted: fc.array(fc.record({ stream: text, revision: fc.integer({ min: -1, max: 9 }) })),
    evidence: fc.array(fc.record({ sha256: text })),
    legalBasis: fc.option(text),
    marking: fc.option(text),
    traceparent: text,
  },
  { requiredKeys: ['actor', 'occurredAt', 'recordedAt', 'commandId', 'commandHash', 'correlationId', 'causationId', 'consulted', 'evidence', 'legalBasis', 'marking'] },
  ),
});

describe('an event on a topic', () => {
  it('equals its golden CloudEvent, and so does a watermark', () => {
    expect(cloudEventOf({ event, previous, storeId }, API)).toEqual(golden.message);
    expect(cloudWatermarkOf(watermark)).toEqual(golden.watermark);
  });

  it('is read back unchanged, with its predecessor and its log, and so is a watermark', () => {
    expect(readCloudEvent(golden.message)).toEqual({ type: 'event', event, previous, storeId });
    expect(readCloudEvent(golden.watermark)).toEqual({ type: 'watermark', position: 99n, previous, storeId });
  });

  it('is read as it was written before types had a prefix, and so is a watermark', () => {
    expect(readCloudEvent(old.message)).toEqual({ type: 'event', event, previous, storeId });
    expect(readCloudEvent(old.mark)).toEqual({ type: 'watermark', position: 99n, previous, storeId });
  });

  it.each([
    ['2026-05-01T09:00:00.000Z', '2026-05-01T09:00:00.000Z'],
    ['2026-05-01T11:00:00.1234567+02:00', '2026-05-01T11:00:00.1234567+02:00'],
    ['2026-05-01T24:00:00Z', '2026-05-02T00:00:00.000Z'],
    ['2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['some day', undefined],
  ])('that happened at %s has %s as its time, and is read back as it was', (occurredAt, time) => {
    const one = { ...event, metadata: { ...event.metadata, occurredAt } };
    const message = cloudEventOf({ event: one, previous, storeId });
    expect(message.headers['ce_time']).toBe(time);
    expect(readCloudEvent(message)).toEqual({ type: 'event', event: one, previous, storeId });
  });

  it('has sequences whose order as text is that of the positions', () => {
    const sequences = [9n, 10n, 2n ** 63n - 1n].map(
      (position) => cloudEventOf({ event: { ...event, position }, previous, storeId }).headers['ce_sequence'],
    );
    expect(sequences.toSorted()).toEqual(sequences);
  });

  it('is read back unchanged, whatever its data', () => {
    fc.assert(
      fc.property(recorded, (one) => {
        const there = JSON.parse(JSON.stringify(cloudEventOf({ event: one, previous, storeId }))) as Message;
        expect(readCloudEvent(there)).toEqual({
          type: 'event', previous, storeId,
          event: { ...one, data: JSON.parse(JSON.stringify(one.data)) as unknown },
        });
      }),
    );
  });

  it('has attribute names that CloudEvents allows: lower-case letters and digits, at most twenty', () => {
    for (const name of Object.keys({ ...golden.message.headers, ...golden.watermark.headers }))
      expect(name).toMatch(/^(ce_[a-z0-9]{1,20}|content-type)$/);
  });

  it.each([
    ['ce_storeid', undefined, 'it has no header ce_storeid'],
    ['ce_sequence', 'x', 'its header ce_sequence is not a number: x'],
    ['ce_prevposition', '1000', 'it has position 42, before its predecessor 1000'],
    ['ce_actor', '{', 'its header ce_actor is not JSON'],
    ['ce_specversion', '0.3', 'it is a CloudEvent of version 0.3, not 1.0'],
  ])('is refused if its %s is %s', (name, text, why) => {
    const headers = Object.entries(golden.message.headers).filter(([other]) => other !== name);
    if (text !== undefined) headers.push([name, text]);
    const broken = { ...golden.message, headers: Object.fromEntries(headers) };
    expect(() => readCloudEvent(broken)).toThrow(why);
  });
});
