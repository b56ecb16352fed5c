/**
 * The address of a module in `preload`, for `node --import`: it changes a program from within, as a
 * test needs it.
 */
export const preload = (module: string): string => new URL(module, `file://${import.meta.dirname}/preload/`).href;
