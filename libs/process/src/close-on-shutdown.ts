import type { InjectionToken, OnApplicationShutdown, Provider } from '@nestjs/common';

/**
 * Closes the resources of a module at shutdown, in this order, after the last answer. If closing
 * one fails, the others are still closed.
 */
export const closeOnShutdown = (...tokens: readonly InjectionToken[]): Provider => ({
  provide: 'CloseOnShutdown',
  inject: [...tokens],
  useFactory: (...opened: readonly { close(): Promise<void> }[]): OnApplicationShutdown => ({
    onApplicationShutdown: () => opened.reduce((closed, one) => closed.finally(() => one.close()), Promise.resolve()),
  }),
});
