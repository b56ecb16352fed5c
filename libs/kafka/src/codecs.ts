import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { snappyCompress, snappyUncompress } from 'hysnappy';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';

/** The interface of a codec in kafkajs. It passes the data to compress in its own encoder. */
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(compressed: Buffer): Promise<Buffer>;
}

/**
 * The header of the frame in which Java clients put snappy: this magic, then two versions of four
 * bytes. Blocks follow, each after its length in four bytes.
 */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER = 16;

/**
 * Decompresses snappy data of Java clients, which use a frame, and of librdkafka, which sends one
 * block without a frame.
 */
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

/**
 * Decompresses a block. It begins with the length of its uncompressed data, with seven bits per
 * byte.
 */
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
 * Registers all codecs that a broker accepts, for every client of this process. kafkajs itself only
 * has gzip.
 */
export function registerCodecs(): void {
  for (const [type, codec] of CODECS) kafkajs.CompressionCodecs[type] = () => codec;
}
