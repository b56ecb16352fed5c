/**
 * Loaded before a program, it raises an uncaught error at each SIGUSR2: a rejection and an
 * exception in turn.
 */
let signals = 0;
process.on('SIGUSR2', () => {
  signals += 1;
  if (signals % 2 === 1) void Promise.reject(new Error('not caught'));
  else
    setImmediate(() => {
      throw new Error('not caught either');
    });
});
