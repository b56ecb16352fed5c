type Port = Record<string, (...args: unknown[]) => unknown>;

/** The methods of a port by which something is read or written on the way of a command, from the adapter that has these methods and no others. */
export const methodsOf = (adapter: { prototype: object }): string[] =>
  allMethodsOf(adapter.prototype).filter((name) => !NOT_ON_THE_WAY.includes(name));
const NOT_ON_THE_WAY = ['open', 'close', 'waiting', 'onCommit', 'names', 'adopt', 'rebuild'];

/** All methods of a port that wait for something, by the same. */
export const allMethodsOf = (prototype: object): string[] =>
  Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor' && name !== 'refuses');

async function* broken(of: AsyncIterable<unknown>, fault: Error): AsyncIterable<unknown> {
  yield* of;
  throw fault;
}

/** Makes a method fail once, before its effect or after it; what it gives back mends it and answers whether it was called. */
export function failOnce(of: object, method: string, when: 'before' | 'after'): () => boolean {
  const port = of as Port;
  const real = port[method] as (...args: unknown[]) => unknown;
  let failed = false;
  port[method] = (...args: unknown[]): unknown => {
    if (failed) return real.apply(port, args);
    failed = true;
    const fault = new Error(`failed ${when} ${method}`);
    if (when === 'before') throw fault;
    const answer = real.apply(port, args);
    if (answer instanceof Promise) return answer.then(() => Promise.reject(fault));
    return broken(answer as AsyncIterable<unknown>, fault);
  };
  return () => {
    delete port[method];
    return failed;
  };
}
