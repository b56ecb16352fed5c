import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Message, cloudEventOf, cloudWatermarkOf, readCloudEvent } from '@entente/contracts';
import type { RecordedEvent } from '@entente/kernel';

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'topic', 'messages.v1.json'), 'utf8')) as {
  readonly event: RecordedEvent & { position: string };
  readonly previous: { position: string; id: string };
  readonly storeId: string;
  readonly message: Message;
  readonly mark: Message;
};
const event: RecordedEvent = { ...golden.event, position: BigInt(golden.event.position) };
const previous = { position: BigInt(golden.previous.position), id: golden.previous.id };
const { storeId } = golden;

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
    expect(cloudEventOf({ event, previous, storeId })).toEqual(golden.message);
    expect(cloudWatermarkOf({ position: 99n, previous, storeId })).toEqual(golden.mark);
  });

  it('is read back unchanged, with its predecessor and its log, and so is a watermark', () => {
    expect(readCloudEvent(golden.message)).toEqual({ type: 'event', event, previous, storeId });
    expect(readCloudEvent(golden.mark)).toEqual({ type: 'watermark', position: 99n, previous, storeId });
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
    for (const name of Object.keys({ ...golden.message.headers, ...golden.mark.headers }))
      expect(name).toMatch(/^(ce_[a-z0-9]{1,20}|content-type)$/);
  });

  it.each([
    ['ce_storeid', undefined, 'it has no header ce_storeid'],
    ['ce_sequence', 'x', 'its header ce_sequence is not a number: x'],
    ['ce_prevposition', '1000', 'it has position 42, before its predecessor 1000'],
    ['ce_actor', '{', 'its header ce_actor is not JSON'],
    ['ce_specversion', '0.3', 'it is a CloudEvent of version 0.3, not 1.0'],
  ])('is refused if its %s is %s', (name, said, why) => {
    const headers = Object.entries(golden.message.headers).filter(([other]) => other !== name);
    if (said !== undefined) headers.push([name, said]);
    const broken = { ...golden.message, headers: Object.fromEntries(headers) };
    expect(() => readCloudEvent(broken)).toThrow(why);
  });
});
