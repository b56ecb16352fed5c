import { AsyncLocalStorage } from 'node:async_hooks';

const ids = new AsyncLocalStorage<string>();

/** Works under the correlation id of a request; all that the work waits for has it, too. */
export const correlated = <T>(id: string, work: () => T): T => ids.run(id, work);

/** The correlation id of the request that the present work is for; undefined if it is for none. */
export const correlationId = (): string | undefined => ids.getStore();
