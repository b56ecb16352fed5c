import type { InjectionToken, OnApplicationShutdown, Provider } from '@nestjs/common';

/**
 * Closes what a module opened, in this order, after the last answer. A failure to close one does
 * not keep the others open.
 */
export const closeOnShutdown = (...tokens: readonly InjectionToken[]): Provider => ({
  provide: 'CloseOnShutdown',
  inject: [...tokens],
  useFactory: (...opened: readonly { close(): Promise<void> }[]): OnApplicationShutdown => ({
    onApplicationShutdown: () => opened.reduce((closed, one) => closed.finally(() => one.close()), Promise.resolve()),
  }),
});
