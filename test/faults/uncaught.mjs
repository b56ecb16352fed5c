/**
 * Loaded before a program, it throws what nobody catches when it is told to by SIGUSR2: alternately
 * a rejection and an exception.
 */
let told = 0;
process.on('SIGUSR2', () => {
  told += 1;
  if (told % 2 === 1) void Promise.reject(new Error('nobody caught this'));
  else
    setImmediate(() => {
      throw new Error('nobody caught this either');
    });
});
