/** Lets Node.js find what generated code imports without an extension, as bundlers do. */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(name, context, next) {
    if (!name.startsWith('.') || name.endsWith('.js')) return next(name, context);
    const at = new URL(name, context.parentURL);
    const file = existsSync(`${fileURLToPath(at)}.js`) ? `${at.href}.js` : `${at.href}/index.js`;
    return next(file, context);
  },
});
