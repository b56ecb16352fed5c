import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Controller, Get, Header, Res } from '@nestjs/common';
import type { HttpReply } from './http-reply.js';

const hashesOf = (page: string, tag: 'script' | 'style'): string =>
  [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
    .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join(' ');

/**
 * Serves the page at `/`: one file, which is read once. Its content security policy allows only its
 * own script and style, by their digests, and requests to this deployment.
 */
@Controller()
export class PageController {
  private readonly page = readFileSync(new URL('./page.html', import.meta.url), 'utf8');
  private readonly policy = [
    "default-src 'none'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `script-src ${hashesOf(this.page, 'script')}`,
    `style-src ${hashesOf(this.page, 'style')}`,
  ].join('; ');

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  index(@Res({ passthrough: true }) reply: HttpReply): string {
    reply.header('content-security-policy', this.policy);
    return this.page;
  }
}
