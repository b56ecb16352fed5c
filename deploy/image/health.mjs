/**
 * Asks the app in this container whether it is `live` (unless told otherwise) or `ready`. Ends with
 * status 0 where it is; says why where it is not.
 */
const [, , asked = 'live'] = process.argv;
const url = `http://127.0.0.1:${process.env.PORT ?? '3000'}/health/${asked}`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) });
  const says = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${says.slice(0, 2000)}`);
} catch (error) {
  const { message, cause } = error;
  process.stderr.write(`${url}: ${message}${cause === undefined ? '' : `: ${cause.message}`}\n`);
  process.exitCode = 1;
}
