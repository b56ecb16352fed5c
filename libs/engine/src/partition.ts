import { idOf } from '@entente/kernel';
/**
 * The permanent partition of a stream. It is the partition that Kafka chooses for the stream's id
 * as message key: murmur2 over its UTF-8 bytes, made positive, modulo the number of partitions
 * (`org.apache.kafka.common.utils.Utils`, `BuiltInPartitioner`). A stream is named `<kind>/<id>`.
 */
export function partitionOf(stream: string, partitions: number): number {
  if (partitions === 1) return 0;
  const key = Buffer.from(idOf({ stream }), 'utf8');
  return (murmur2(key) & 0x7fffffff) % partitions;
}

const M = 0x5bd1e995;

/** MurmurHash2 by Austin Appleby, 32 bits, with the seed that Kafka uses. */
function murmur2(bytes: Buffer): number {
  const whole = bytes.length & ~3;
  let hash = 0x9747b28c ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    const mixed = Math.imul(bytes.readInt32LE(at), M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M);
  }
  const rest = bytes.length - whole;
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(whole, rest), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
