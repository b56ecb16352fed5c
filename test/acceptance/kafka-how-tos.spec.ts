import { describe, expect, it } from '@jest/globals';
import { blocksOf, textOf } from '../support/documents.js';

const HOW_TOS = ['docs/how-to/consume-events-from-kafka.md', 'docs/how-to/send-commands-over-kafka.md'];

describe('a how-to on Kafka', () => {
  it.each(HOW_TOS)('states the partitioner of librdkafka, and the setting that gives the same partition: %s', (of) => {
    const prose = textOf(of).replaceAll(/\s+/g, ' ');
    const sentence = prose.split('. ').find((one) => one.includes('librdkafka')) ?? '';
    expect(sentence).toMatch(/partition/);
    expect(prose).toContain('murmur2_random');
    expect(prose).toContain("Kafka's Java client");
  });

  it('sends with that partitioner in each program on librdkafka', () => {
    const programs = HOW_TOS.flatMap(blocksOf).filter(({ text }) => /confluent_kafka import .*Producer/.test(text));
    expect(programs).not.toEqual([]);
    for (const { text } of programs) expect(text).toContain('"partitioner": "murmur2_random"');
  });
});
