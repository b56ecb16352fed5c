import { type Message, type Published, type WatermarkMessage, readCloudEvent } from '@entente/contracts';
import type { KafkaMessage } from 'kafkajs';

/** A record's headers as text; of one that comes again, the last. */
export function headersOf({ headers = {} }: Pick<KafkaMessage, 'headers'>): Readonly<Record<string, string>> {
  // Whatever its name is, a header is nothing that every object has.
  const texts = Object.create(null) as Record<string, string>;
  for (const name in headers) {
    const one = headers[name];
    const last = Array.isArray(one) ? one.at(-1) : one;
    if (last !== undefined && last !== null) texts[name] = last.toString();
  }
  return texts;
}

/** Reads a record of the topic. Throws if it is not one of Entente's. */
export function readRecord(record: KafkaMessage): Published | WatermarkMessage {
  const { key, value } = record;
  const message: Message = {
    key: key === null ? null : key.toString(),
    headers: headersOf(record),
    value: value === null ? null : value.toString(),
  };
  return readCloudEvent(message);
}
