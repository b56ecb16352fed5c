const DAY_MS = 86_400_000;

/** The day that is this many days after today, before it if negative; YYYY-MM-DD, in UTC. */
export const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

/** All timers that Jest could fake, except the date. */
export const NOT_THE_CLOCK = [
  ...([
    'hrtime',
    'nextTick',
    'performance',
    'queueMicrotask',
    'requestAnimationFrame',
    'cancelAnimationFrame',
  ] as const),
  ...(['requestIdleCallback', 'cancelIdleCallback', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];
