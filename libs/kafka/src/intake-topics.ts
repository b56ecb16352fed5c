import kafkajs, { type Admin } from 'kafkajs';
import type { KafkaIntakeSettings, TopicSettings } from './settings.js';
import { makeTopic } from './topic.js';

/** The space in bytes for the headers that a dead letter adds to its record, and for a reply. */
export const ENVELOPE_BYTES = 64 * 1024;
const MIN_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * Creates the topics of commands, replies and dead letters if they are missing, with unlimited
 * retention. Rejects if a reply or dead letter of the largest command would exceed the message size
 * of its topic.
 */
export async function makeIntakeTopics(admin: Admin, settings: KafkaIntakeSettings): Promise<void> {
  const { topic, replies, deadLetters } = settings;
  await makeTopic(admin, settings, {});
  const largest = await largestOf(admin, topic);
  for (const other of [replies, deadLetters]) {
    await makeRoomyTopic(admin, { ...settings, topic: other }, largest);
    const room = await largestOf(admin, other);
    if (room < largest + ENVELOPE_BYTES)
      throw new Error(
        `topic ${other} takes messages of ${room} bytes and topic ${topic} such of ${largest}: set max.message.bytes of ${other} to ${largest + ENVELOPE_BYTES} at least`,
      );
  }
}

/**
 * Creates a topic for records of at most `largest` bytes plus added headers. Every process creates
 * the dead-letter topic in the same way, so all can use it.
 */
export const makeRoomyTopic = (admin: Admin, settings: TopicSettings, largest: number): Promise<void> =>
  makeTopic(admin, settings, { 'max.message.bytes': String(Math.max(MIN_MESSAGE_BYTES, 2 * largest)) });

/** The maximum message size of a topic, in bytes. */
export async function largestOf(admin: Admin, topic: string): Promise<number> {
  const configNames = ['max.message.bytes'];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames }],
  });
  return Number(resources[0]?.configEntries[0]?.configValue ?? 0);
}
