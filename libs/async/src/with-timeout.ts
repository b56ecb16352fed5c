/**
 * Waits for a promise for at most the given milliseconds. After that it resolves with the result of
 * `late`, or rejects with its error, and ignores how the promise settles.
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
 * Whether a promise is fulfilled within the given milliseconds. Rejects if it is rejected in that
 * time.
 */
export const endsWithin = (promise: Promise<unknown>, ms: number): Promise<boolean> =>
  withTimeout(
    promise.then(() => true),
    ms,
    () => false,
  );
