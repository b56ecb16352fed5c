/**
 * Loaded before a program, it raises an uncaught error at each SIGUSR2: a rejection and an
 * exception in turn.
 */
let signals = 0;
process.on('SIGUSR2', () => {
  signals += 1;
  if (signals % 2 === 1) void Promise.reject(new Error('nobody caught this'));
  else
    setImmediate(() => {
      throw new Error('nobody caught this either');
    });
});
