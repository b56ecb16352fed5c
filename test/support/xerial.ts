import { snappyCompress } from 'hysnappy';

/** Snappy in the framing of Java's clients, in blocks of a given number of bytes. */
export function xerial(bytes: Buffer, size: number): Buffer {
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const blocks: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += size) {
    const block = snappyCompress(bytes.subarray(at, at + size));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    blocks.push(length, Buffer.from(block));
  }
  return Buffer.concat(blocks);
}
