import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildHouse } from '../../apps/standalone/src/house.js';

const folder = mkdtempSync(join(tmpdir(), 'entente-page-'));
let app: NestFastifyApplication;
let page: string;
let policy: string;
beforeAll(async () => {
  app = await buildHouse(folder, 'fatal');
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const answer = await app.inject({ method: 'GET', url: '/' });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('text/html');
  page = answer.body;
  policy = String(answer.headers['content-security-policy']);
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe('the page at /', () => {
  it('may run its own script and style and nothing else', () => {
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    for (const tag of ['script', 'style']) {
      const blocks = [...page.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, 'g'))];
      expect(blocks).toHaveLength(1);
      const digest = createHash('sha256')
        .update(blocks[0]?.[1] ?? '')
        .digest('base64');
      expect(policy).toContain(`${tag}-src 'sha256-${digest}'`);
    }
  });

  it('needs nothing from elsewhere, and writes what it is told as text, never as markup', () => {
    expect(page).not.toMatch(/https?:|\/\/[a-z]|@import|url\(/i);
    expect(page).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\seval\(|style="|\son[a-z]+="/);
  });

  it('labels each field', () => {
    for (const [field] of page.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)) {
      const before = page.slice(0, page.indexOf(field));
      expect(before.lastIndexOf('<label')).toBeGreaterThan(before.lastIndexOf('</label>'));
    }
  });
});
