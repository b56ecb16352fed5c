import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-golden-'));
  cpSync(import.meta.dirname, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script on a folder, and returns its output. */
const golden = (): string =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'golden.mjs'), folder], { encoding: 'utf8' }).stdout;

describe('npm run golden', () => {
  it('writes the golden files that are missing, and changes no other', () => {
    expect(golden()).toBe('0 golden files written\n');
    const missing = join(folder, 'consignment', 'DeliveryRescheduled.v1.json');
    const kept = join(folder, 'consignment', 'ShipmentHeld.v1.json');
    rmSync(missing);
    const old = '{"type":"ShipmentHeld","version":1,"data":{"reason":"as-it-is"}}';
    writeFileSync(kept, old);
    expect(golden()).toBe(`${missing}\n1 golden file written\n`);
    expect(JSON.parse(readFileSync(missing, 'utf8'))).toEqual({
      type: 'DeliveryRescheduled',
      version: 1,
      data: { due: '2026-05-22', cause: 'late-export-licence' },
    });
    expect(readFileSync(kept, 'utf8')).toBe(old);
  });

  it('writes a further file for a field that was added, once', () => {
    const first = join(folder, 'consignment', 'DeliveryRescheduled.v1.json');
    writeFileSync(first, '{"type":"DeliveryRescheduled","version":1,"data":{"due":"2026-05-22"}}');
    expect(golden()).toBe(`${join(folder, 'consignment', 'DeliveryRescheduled.v1.cause.json')}\n1 golden file written\n`);
    expect(golden()).toBe('0 golden files written\n');
  });
});
