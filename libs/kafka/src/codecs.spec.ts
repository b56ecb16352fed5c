import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { xerial } from '../../../test/support/xerial.js';
import { registerCodecs, unsnappy } from './codecs.js';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(compressed: Buffer): Promise<Buffer>;
}
const bodies: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('x'),
  Buffer.from('Überlassung '.repeat(40_000)),
  randomBytes(300_000),
  Buffer.concat([Buffer.alloc(70_000), randomBytes(70_000)]),
];
/** The same text, as other programs have compressed it. */
const TEXT = 'entente entente entente entente\n';
const FOREIGN = {
  // The format's own description: a length of 32, a literal of eight bytes, and a copy of 23 from
  // eight before, then a literal of one.
  snappy: Buffer.concat([
    Buffer.from([32, 7 << 2]),
    Buffer.from('entente '),
    Buffer.from([(22 << 2) | 2, 8, 0, 0]),
    Buffer.from('\n'),
  ]),
};

describe('a compression codec', () => {
  it.each([CompressionTypes.GZIP, CompressionTypes.Snappy, CompressionTypes.LZ4, CompressionTypes.ZSTD] as const)(
    '(number %s) decompresses what it compressed',
    async (type) => {
      registerCodecs();
      const codec = CompressionCodecs[type]() as Codec;
      for (const body of bodies) {
        const compressed = await codec.compress({ buffer: body });
        expect((await codec.decompress(compressed)).equals(body)).toBe(true);
      }
    },
  );

  it('snappy reads the frame of Java clients, in one block or many', () => {
    for (const body of bodies)
      for (const size of [100_000, 32_768]) expect(unsnappy(xerial(body, size)).equals(body)).toBe(true);
  });

  it('snappy reads data that is written by its specification', () => {
    expect(unsnappy(FOREIGN.snappy).toString()).toBe(TEXT);
  });

  it('snappy refuses corrupt data', () => {
    expect(() => unsnappy(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))).toThrow();
    expect(() => unsnappy(Buffer.from([32, 7 << 2, 1]))).toThrow();
    expect(() => unsnappy(Buffer.alloc(0))).toThrow();
  });
});
