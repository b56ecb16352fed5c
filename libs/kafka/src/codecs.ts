import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { snappyCompress, snappyUncompress } from 'hysnappy';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';

/** How kafkajs asks for a codec: what is to be compressed comes in its own encoder. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(compressed: Buffer): Promise<Buffer>;
}

/**
 * The frame in which Java's clients put snappy: this mark, two versions of four bytes, then blocks,
 * each behind its length in four bytes.
 */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER = 16;

/** Snappy as Java's clients frame it, or as librdkafka sends it: one block without a frame. */
export function unsnappy(compressed: Buffer): Buffer {
  if (!compressed.subarray(0, XERIAL.length).equals(XERIAL)) return unblock(compressed);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER; at < compressed.length;) {
    const from = at + 4;
    at = from + compressed.readUInt32BE(at);
    blocks.push(unblock(compressed.subarray(from, at)));
  }
  return Buffer.concat(blocks);
}

/** A block begins with the length of what it holds, seven bits a byte. */
function unblock(block: Buffer): Buffer {
  let length = 0;
  for (let at = 0, times = 1; ; at += 1, times *= 128) {
    const byte = block[at];
    if (byte === undefined || at > 4) throw new Error('a block of snappy has no length');
    length += (byte & 0x7f) * times;
    if (byte < 0x80) break;
  }
  return length === 0 ? Buffer.alloc(0) : Buffer.from(snappyUncompress(block, length));
}

const zstd = promisify(zstdCompress);
const unzstd = promisify(zstdDecompress);

const CODECS: readonly (readonly [
  kafkajs.CompressionTypes.Snappy | kafkajs.CompressionTypes.LZ4 | kafkajs.CompressionTypes.ZSTD,
  Codec,
])[] = [
  [
    kafkajs.CompressionTypes.Snappy,
    {
      compress: ({ buffer }) => Promise.resolve(Buffer.from(snappyCompress(buffer))),
      decompress: (compressed) => Promise.resolve(unsnappy(compressed)),
    },
  ],
  [kafkajs.CompressionTypes.LZ4, { compress: ({ buffer }) => compressFrame(buffer), decompress: decompressFrame }],
  [
    kafkajs.CompressionTypes.ZSTD,
    { compress: ({ buffer }) => zstd(buffer), decompress: (compressed) => unzstd(compressed) },
  ],
];

/**
 * Has every client of this process understand all that a broker takes: kafkajs by itself knows
 * gzip.
 */
export function knowAllCodecs(): void {
  for (const [type, codec] of CODECS) kafkajs.CompressionCodecs[type] = () => codec;
}
