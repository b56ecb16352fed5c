/**
 * Codes of answers that are not refusals by the rules: the HTTP status, the meaning, and what a
 * client should do.
 */
export const PROBLEMS: Readonly<Record<string, readonly [status: number, meaning: string, action: string]>> = {
  'validation-failed': [400, 'Fields are invalid.', 'Correct each field that `errors` names by `path` and `message`.'],
  unreadable: [400, 'The body is not JSON in UTF-8, or the request cannot be read.', 'Send valid JSON in UTF-8.'],
  'invalid-position': [400, 'The number cannot be a position of a log.', 'Use a position that an answer gave you.'],
  'no-such-command': [
    404,
    'The kind has no such command.',
    'See the [event catalogue](event-catalogue.md) or `GET /v1/catalogue`.',
  ],
  'no-such-receipt': [
    404,
    'The sender sent no command of this id to the stream.',
    'Check the id, the stream and the sender; or send the command.',
  ],
  'no-such-read-model': [404, 'There is no read model or view of this name.', 'See `GET /v1/read-models`.'],
  'no-such-route': [404, 'There is nothing at this address.', 'See `/docs`.'],
  'no-such-schema': [404, 'The type has no schema of this kind and version.', 'See `GET /v1/catalogue`.'],
  'not-found': [
    404,
    'The stream or row does not exist, or not yet at that time. A misuse case answers so to the accused before it is heard.',
    'Check the id, and the position or date.',
  ],
  'command-id-reused': [
    409,
    'The sender used this command id for another command on this stream.',
    'Choose a new `Idempotency-Key` for a new command.',
  ],
  'cursor-void': [410, 'The rows were rebuilt since the cursor was issued.', 'Query again from the first page.'],
  'lost-since': [
    410,
    'The log was restored from a backup without this write.',
    'Send the command again with the same `Idempotency-Key`.',
  ],
  'revision-mismatch': [
    412,
    'The stream has another revision than `If-Match` names.',
    'Read the stream, then decide whether the command still applies.',
  ],
  'body-too-large': [413, 'The body is larger than 1 MiB.', 'Send less at once.'],
  'too-large': [413, 'The events are larger than the event store accepts at once.', 'Split the command.'],
  'method-not-allowed': [405, 'The address does not take this method.', 'Use a method that `Allow` names.'],
  'expectation-failed': [
    417,
    'The request has an `Expect` header with another value than `100-continue`.',
    'Send none, or `Expect: 100-continue`.',
  ],
  'request-timeout': [408, 'The request did not arrive completely in time.', 'Send it again, faster.'],
  'headers-too-large': [431, 'The address and the headers are larger than 16 KiB together.', 'Send shorter ones.'],
  'wrong-content-type': [
    415,
    'The body is not `application/json` in UTF-8, or it is compressed.',
    'Set `Content-Type: application/json`, and send no `Content-Encoding`.',
  ],
  fault: [500, 'Something failed in the service.', 'Report the correlation id; the log has the cause.'],
  damaged: [500, 'A file of the data folder is damaged.', 'Follow the message: remove the rows, or restore.'],
  'outcome-unknown': [
    500,
    'The disk failed during a commit. The process ends with status 70.',
    'Send the command again with the same `Idempotency-Key` after the restart.',
  ],
  'event-store-access': [
    500,
    'The event store refuses the user, or the user may not do this.',
    'Check the user and the password in `ESDB_URL`, and the access rights.',
  ],
  'no-position': [
    500,
    'The event store is older than 22.6 and gives no positions.',
    'Upgrade it; see [run on EventStoreDB, Kafka and PostgreSQL](../how-to/run-on-eventstoredb-kafka-postgresql.md#which-eventstoredb).',
  ],
  'foreign-event': [
    500,
    'Another program wrote to a stream of the log on the event store.',
    'The operator gives that program other streams, or the log another name, and restores the event store.',
  ],
  'stream-deleted': [
    500,
    'Another program deleted a stream, or a part of it, on the event store.',
    'The operator removes the setting that cuts the stream, or restores the event store from a backup; `entente verify` lists every damaged stream.',
  ],
  'instant-not-over': [
    503,
    "The instant is not over by the event store's clock, so that its answer could still change.",
    'Ask for an earlier instant, or wait for `Retry-After`; the operator sets the clocks of API and event store.',
  ],
  transaction: [
    500,
    "An old client wrote a transaction into one of the log's own streams.",
    'Such a log cannot be read.',
  ],
  starting: [503, 'The process starts and waits for a backing service.', 'Wait, then try again.'],
  'too-many-connections': [503, 'All connections are in use.', 'Wait for `Retry-After`, then connect again.'],
  overloaded: [503, 'Too many appends wait.', 'Wait for `Retry-After`, then send again with the same key.'],
  contention: [503, 'Others kept changing the stream.', 'Wait for `Retry-After`, then send again with the same key.'],
  'disk-full': [503, 'The disk is full; nothing was recorded.', 'The operator frees space; then send again.'],
  'read-model-behind': [
    503,
    'The rows did not reach the requested position within five seconds.',
    'Wait for `Retry-After`, then query again.',
  ],
  'shutting-down': [503, 'The process is stopping.', 'Wait for `Retry-After`, then send again with the same key.'],
  'event-store-no-leader': [
    503,
    'No node of the event store leads.',
    'Wait for `Retry-After`, then send again with the same key.',
  ],
  'event-store-not-replicated': [
    503,
    'The leader of the event store has lost the other nodes: a write on the stream is not replicated.',
    'Wait for `Retry-After`, then send again with the same key.',
  ],
  'event-store-unanswered': [
    503,
    'The event store does not answer, or a command has not been decided within `ENTENTE_COMMAND_TIMEOUT_SECONDS`.',
    'Wait for `Retry-After`, then send again with the same key.',
  ],
  'log-taken-back': [
    503,
    'The event store ends before what was read of it: it was set back, as by restoring a backup.',
    'The operator runs `entente begin-era` and restarts every app; then send again with the same key.',
  ],
  'no-rows': [503, 'The database has no rows yet.', 'The operator starts a projector; then query again.'],
  'rows-away': [503, 'The rows cannot be read at this moment.', 'Wait for `Retry-After`, then query again.'],
  'rows-moved': [503, 'A rebuild was promoted during the export.', 'Request the export again.'],
  unanswered: [503, 'A backing service does not answer in time.', 'Wait for `Retry-After`, then try again.'],
};
