/**
 * Waits for a promise no longer than so many milliseconds. After that it resolves with what `late`
 * gives, or rejects with what `late` throws. What the promise settles with then is ignored.
 */
export async function withTimeout<T, Late = never>(
  promise: Promise<T>,
  ms: number,
  late: () => Late,
): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  try {
    return await Promise.race([promise, timeout.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether a promise is fulfilled within so many milliseconds. Rejects if it is rejected in that
 * time.
 */
export const endsWithin = (promise: Promise<unknown>, ms: number): Promise<boolean> =>
  withTimeout(
    promise.then(() => true),
    ms,
    () => false,
  );
