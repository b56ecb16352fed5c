import { type Message, type Published, type WatermarkMessage, readCloudEvent } from '@entente/contracts';
import type { KafkaMessage } from 'kafkajs';

/** The headers of a record as text. Of a repeated header, the last value is used. */
export function headersOf({ headers = {} }: Pick<KafkaMessage, 'headers'>): Readonly<Record<string, string>> {
  // The object has no prototype, so a header may have any name.
  const texts = Object.create(null) as Record<string, string>;
  for (const name in headers) {
    const one = headers[name];
    const last = Array.isArray(one) ? one.at(-1) : one;
    if (last !== undefined && last !== null) texts[name] = last.toString();
  }
  return texts;
}

/** Parses a record of the topic. Throws if Entente did not write it. */
export function readRecord(record: KafkaMessage): Published | WatermarkMessage {
  const { key, value } = record;
  const message: Message = {
    key: key === null ? null : key.toString(),
    headers: headersOf(record),
    value: value === null ? null : value.toString(),
  };
  return readCloudEvent(message);
}
