import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { commandAt } from '@entente/contracts';

/** A route of the server: its method, and the pattern of its addresses. */
interface Route {
  readonly method: string;
  readonly address: RegExp;
}

/** A pattern that matches the addresses of a path such as `/v1/history/:kind/:id`. */
function addressesOf(path: string): RegExp {
  const segments = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}/?$`);
}

/** Whether a path is the address of an existing command. */
function isCommand(path: string): boolean {
  const [, version, kind = '', , command = ''] = path.split('/');
  return version === 'v1' && commandAt(kind, command) !== undefined;
}

/**
 * Finds the methods that an address allows. It must be created before the routes, because it
 * records each route.
 */
export class AllowedMethods {
  private readonly routes: Route[] = [];

  constructor(app: NestFastifyApplication) {
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRoute', ({ method, url }) => {
        // A wildcard route, as for files, does not mean that each address below it exists.
        if (url.includes('*')) return;
        for (const one of [method].flat()) this.routes.push({ method: one, address: addressesOf(url) });
      })
      .addHook('onRequest', (request, reply, done) => {
        const methods = request.method === 'OPTIONS' ? this.at(request.url) : [];
        if (methods.length === 0) return done();
        reply.code(204).header('allow', methods.join(', '));
        void reply.send();
      });
  }

  /** The methods of an address in alphabetical order; none if the address does not exist. */
  at(url: string): readonly string[] {
    const [path = ''] = url.split('?');
    // The route of commands matches every address of three parts, so the command must be looked up.
    const found = this.routes.filter(
      ({ method, address }) => address.test(path) && (method !== 'POST' || isCommand(path)),
    );
    const methods = new Set(found.map(({ method }) => method));
    return methods.size === 0 ? [] : [...methods.add('OPTIONS')].sort();
  }
}
