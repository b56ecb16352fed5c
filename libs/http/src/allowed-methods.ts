import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { commandAt } from '@entente/contracts';

/** A route of the server: its method, and the addresses that it answers. */
interface Route {
  readonly method: string;
  readonly address: RegExp;
}

/** The addresses of a path such as `/v1/history/:kind/:id`. */
function addressesOf(path: string): RegExp {
  const segments = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}/?$`);
}

/** The address of a command that exists. */
function isCommand(path: string): boolean {
  const [, version, kind = '', , command = ''] = path.split('/');
  return version === 'v1' && commandAt(kind, command) !== undefined;
}

/** Which methods an address takes. Made before the routes, of which it keeps a list. */
export class AllowedMethods {
  private readonly routes: Route[] = [];

  constructor(app: NestFastifyApplication) {
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRoute', ({ method, url }) => {
        // A route for all addresses below one, as of files, does not make each of them one.
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

  /** The methods of an address in alphabetical order; none if nothing is there. */
  at(url: string): readonly string[] {
    const [path = ''] = url.split('?');
    // Every address of three parts is one of a command, which exists or does not.
    const found = this.routes.filter(
      ({ method, address }) => address.test(path) && (method !== 'POST' || isCommand(path)),
    );
    const methods = new Set(found.map(({ method }) => method));
    return methods.size === 0 ? [] : [...methods.add('OPTIONS')].sort();
  }
}
