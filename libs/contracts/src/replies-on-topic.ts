import { type CommandAnswer, type Json, idOf } from '@entente/kernel';
import { type Message, TYPE_PREFIX, sourceOf } from './cloud-events.js';
import type { ReplyTarget } from './commands-on-topic.js';

/** The types of the replies to commands from a topic. */
const ACCEPTED = `${TYPE_PREFIX}command-accepted`;
const REFUSED = `${TYPE_PREFIX}command-refused`;

/** A reply: its unique id, the log that answers, and when, by RFC 3339. */
export interface CommandReply {
  readonly id: string;
  readonly storeId: string;
  readonly time: string;
  readonly asked: ReplyTarget & { readonly correlationId: string };
  readonly answer: CommandAnswer;
}

/**
 * A reply as a CloudEvent 1.0 in Kafka's binary mode: its key is the stream's id, `subject` the
 * stream; `commandid`, `commandsource` and `correlationid` are those of the command. The value is
 * the receipt as over HTTP, with `repeated` if it repeats an earlier one; or the members of an HTTP
 * problem without its status.
 */
export function cloudReplyOf({ id, storeId, time, asked, answer }: CommandReply): Message {
  const { commandId, source, correlationId, subject, traceparent } = asked;
  return {
    key: idOf({ stream: subject }),
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: answer.type === 'accepted' ? ACCEPTED : REFUSED,
      ce_source: sourceOf(storeId),
      ce_time: time,
      ce_subject: subject,
      ce_commandid: commandId,
      ce_commandsource: source,
      ce_correlationid: correlationId,
      ...(traceparent === null ? {} : { ce_traceparent: traceparent }),
      'content-type': 'application/json',
    },
    value: JSON.stringify(bodyOf(answer)),
  };
}

function bodyOf(answer: CommandAnswer): object | Record<string, Json> {
  switch (answer.type) {
    case 'accepted':
      return answer.repeated ? { ...answer.receipt, repeated: true } : answer.receipt;
    case 'refused':
      return { code: answer.code, title: answer.title, ...answer.more };
  }
}
