/**
 * Checks whether the app in this container is `live` (the default) or `ready`. Ends with status 0
 * if it is; prints the reason if it is not.
 */
const [, , asked = 'live'] = process.argv;
const url = `http://127.0.0.1:${process.env.PORT ?? '3000'}/health/${asked}`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) });
  const output = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${output.slice(0, 2000)}`);
} catch (error) {
  const { message, cause } = error;
  process.stderr.write(`${url}: ${message}${cause === undefined ? '' : `: ${cause.message}`}\n`);
  process.exitCode = 1;
}
