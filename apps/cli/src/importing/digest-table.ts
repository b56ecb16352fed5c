import { createHash } from 'node:crypto';

/** The first 64 bits of a text's SHA-256. */
export const digest64 = (text: string): bigint => createHash('sha256').update(text).digest().readBigUInt64BE(0);

/**
 * What is kept of each row of a file, and of each command that the log has of it: 43 bytes a slot,
 * whatever the length of the row, at most two thirds of the slots in use. A million rows of one
 * command each take about 130 MB. The keys are 64 bits of a digest: two of a million rows share
 * one with a probability of 1 to 10 million, and then the second row is refused, not lost.
 */
export class DigestTable {
  size = 0;
  private keys = new BigUint64Array(1024);
  /** The digest of the contents. */
  content = new BigUint64Array(1024);
  /** The sum of the signed field. */
  sum = new BigInt64Array(1024);
  stream = new Uint32Array(1024);
  /** The line of the file that has it; 0 if none had it yet. */
  line = new Uint32Array(1024);
  revisions = new Uint16Array(1024);
  /** Bits: see those who use it. */
  flags = new Uint8Array(1024);

  /** The slot of a key; -1 if it is not there. It is good until the next key is added. */
  find(key: bigint): number {
    const slot = this.probe(key === 0n ? 1n : key);
    return this.keys[slot] === 0n ? -1 : slot;
  }

  /** The slot of a key, which is added if it is not there. */
  add(key: bigint): number {
    if (this.size * 3 >= this.keys.length * 2) this.grow();
    const own = key === 0n ? 1n : key;
    const slot = this.probe(own);
    if (this.keys[slot] === 0n) {
      this.keys[slot] = own;
      this.size += 1;
    }
    return slot;
  }

  private probe(key: bigint): number {
    const mask = this.keys.length - 1;
    let slot = Number(key & 0xffffffffn) & mask;
    while (this.keys[slot] !== 0n && this.keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, content, sum, stream, line, revisions, flags } = this;
    const length = keys.length * 2;
    this.keys = new BigUint64Array(length);
    this.content = new BigUint64Array(length);
    this.sum = new BigInt64Array(length);
    this.stream = new Uint32Array(length);
    this.line = new Uint32Array(length);
    this.revisions = new Uint16Array(length);
    this.flags = new Uint8Array(length);
    for (let from = 0; from < keys.length; from += 1) {
      const key = keys[from] as bigint;
      if (key === 0n) continue;
      const to = this.probe(key);
      this.keys[to] = key;
      this.content[to] = content[from] as bigint;
      this.sum[to] = sum[from] as bigint;
      this.stream[to] = stream[from] as number;
      this.line[to] = line[from] as number;
      this.revisions[to] = revisions[from] as number;
      this.flags[to] = flags[from] as number;
    }
  }
}
