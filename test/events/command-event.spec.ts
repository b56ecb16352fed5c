import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandAnswer, streamName } from '@entente/kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CATALOGUE, type Message, type ReadMessage, cloudReplyOf, readCommand } from '@entente/contracts';

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}
/** An answer as the golden file has it: its type is named `as`. */
type GoldenAnswer = Omit<CommandAnswer, 'type'> & { readonly as: CommandAnswer['type'] };
const answerOf = ({ as: type, ...answer }: GoldenAnswer) => ({ ...answer, type }) as CommandAnswer;
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'topic', 'commands.v1.json'), 'utf8')) as {
  readonly binary: Sent;
  readonly structured: Sent;
  readonly asked: { commandId: string; source: string; subject: string; correlationId: string; traceparent: string };
  readonly read: object;
  readonly place: { id: string; storeId: string; time: string };
  readonly accepted: { answer: GoldenAnswer; message: Message };
  readonly refused: { answer: GoldenAnswer; message: Message };
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const reading = ({ headers, value }: Sent): ReadMessage => readCommand({ headers, value: bytes(value) });
/** The golden message in binary mode with other headers; one that is undefined is left out. */
const binary = (headers: Record<string, string | undefined>, value = golden.binary.value): Sent => {
  const all = Object.entries({ ...golden.binary.headers, ...headers });
  return { headers: Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined)), value };
};
const structured = (more: object): Sent => ({
  headers: golden.structured.headers,
  value: JSON.stringify({ ...(JSON.parse(golden.structured.value) as object), ...more }),
});
/** The golden message in structured mode with JSON for one name, which may give a name twice. */
const twice = (name: string, json: string): Sent => {
  const rest = JSON.stringify({ ...(JSON.parse(golden.structured.value) as object), [name]: undefined });
  return { headers: golden.structured.headers, value: `{"${name}":${json},${rest.slice(1)}` };
};
/** More fields than an object may have. */
const MANY = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`f${i}`, 1]));
const inBase64 = (text: string) => structured({ data: undefined, data_base64: text });
const problem = (message: ReadMessage) => {
  if (message.type !== 'invalid') throw new Error(`it is ${message.type}`);
  return message.problem;
};
const paths = (message: ReadMessage) => (problem(message).more['errors'] as { path: string }[]).map(({ path }) => path);

describe('a command on a topic', () => {
  it.each(['binary', 'structured'] as const)('is read in %s mode as in the golden file', (mode) => {
    const message = reading(golden[mode]);
    if (message.type !== 'command') throw new Error(`it is ${message.type}`);
    const { asked, received } = message;
    const { commandId, correlationId, traceparent, ...metadata } = received.metadata;
    const { organisation: source } = metadata.actor;
    const subject = streamName(received.stream);
    expect({ commandId, source, correlationId, traceparent, subject }).toEqual(golden.asked);
    expect(asked).toEqual(golden.asked);
    const { stream, command, ifMatch, body } = received;
    expect({ stream, command, ifMatch, received: body, ...metadata }).toEqual(golden.read);
  });

  it('is the same with its body in base64, the prefix of its type, names of headers in other case and null', () => {
    const { data } = JSON.parse(golden.structured.value) as { data: object };
    const encoded = btoa(String.fromCharCode(...bytes(JSON.stringify(data))));
    const upper = Object.entries(golden.binary.headers).map(([name, text]) => [name.toUpperCase(), text] as const);
    for (const sent of [
      inBase64(encoded),
      structured({ type: 'org.entente.GiveConcurrence', data_base64: null, theirs: null }),
      binary({ ce_type: 'org.entente.GiveConcurrence' }),
      { headers: Object.fromEntries(upper), value: golden.binary.value },
      { headers: { 'Content-Type': 'application/cloudevents+json' }, value: golden.structured.value },
    ])
      expect(reading(sent)).toEqual(reading(golden.structured));
  });

  it('has the reply of the golden file', () => {
    const { place, asked, accepted, refused } = golden;
    expect(cloudReplyOf({ ...place, asked, answer: answerOf(accepted.answer) })).toEqual(accepted.message);
    const untraced = { ...asked, traceparent: null };
    expect(cloudReplyOf({ ...place, asked: untraced, answer: answerOf(refused.answer) })).toEqual(refused.message);
    const answer = answerOf(accepted.answer);
    if (answer.type !== 'accepted') throw new Error('the golden answer is not accepted');
    const first = cloudReplyOf({ ...place, asked, answer: { ...answer, repeated: false } });
    expect(JSON.parse(first.value ?? '')).toEqual(answer.receipt);
  });

  it('of every kind of the catalogue is read from its example', () => {
    for (const { kind, commands } of CATALOGUE)
      for (const [type, { example }] of Object.entries(commands))
        expect(reading(binary({ ce_type: type, ce_subject: `${kind}/one` }, JSON.stringify(example)))).toMatchObject({
          type: 'command',
          received: { command: { type }, body: example },
        });
  });

  it('has every invalid field reported at once, by the name that was sent', () => {
    const message = binary(
      {
        ce_id: 'a b', ce_source: 'No One', ce_subject: 'programme/Ä', ce_actorrole: 'king', ce_actorperson: '?',
        ce_actorfor: '!', ce_ifrevision: '-1', ce_correlationid: ' ', ce_causationid: '',
      },
      '{"party":7,"extra":1,"occurredAt":"yesterday"}',
    );
    expect(new Set(paths(reading(message)))).toEqual(
      new Set([
        'id', 'source', 'subject', 'actorrole', 'actorperson', 'actorfor', 'ifrevision', 'correlationid',
        'causationid', 'party', 'authority', 'extra', 'occurredAt',
      ]),
    );
    expect(problem(reading(message)).code).toBe('validation-failed');
    expect(reading(message)).toMatchObject({ asked: { commandId: 'a b', correlationId: null } });
  });

  it.each<[string, Sent, string, readonly string[] | undefined]>([
    ['has a body that is no JSON', binary({}, '{"party":'), 'validation-failed', ['']],
    ['has no body', binary({}, ''), 'validation-failed', ['']],
    ['has a body of another media type', binary({ 'content-type': 'text/xml' }), 'validation-failed', ['content-type']],
    ['has data twice', structured({ data_base64: 'e30=' }), 'validation-failed', ['data_base64']],
    ['has no base64', inBase64('{'), 'validation-failed', ['data_base64']],
    ['has base64 of a number', structured({ data: undefined, data_base64: 7 }), 'validation-failed', ['data_base64']],
    ['has base64 of no JSON', inBase64(btoa('{')), 'validation-failed', ['']],
    ['has base64 of bytes that are no UTF-8', inBase64(btoa('\xff')), 'validation-failed', ['']],
    ['has a list as an attribute', structured({ ifrevision: [7] }), 'validation-failed', ['ifrevision']],
    ['has an object as an attribute', structured({ actorfor: { a: 1 } }), 'validation-failed', ['actorfor']],
    ['has a list as its role', structured({ actorrole: ['donor'] }), 'validation-failed', ['actorrole']],
    ['has a list as its type', structured({ type: ['GiveConcurrence'] }), 'validation-failed', ['type']],
    ['has a list as an attribute of others', structured({ theirs: [] }), 'validation-failed', ['theirs']],
    ['has no data', structured({ data: undefined }), 'validation-failed', ['']],
    ['names no stream', binary({ ce_subject: 'programme' }), 'validation-failed', ['subject']],
    ['has no role', binary({ ce_actorrole: undefined }), 'validation-failed', ['actorrole']],
    ['has no type', binary({ ce_type: undefined }), 'validation-failed', ['type']],
    ['has a type that its kind has not', binary({ ce_type: 'RegisterStakeholder' }), 'no-such-command', undefined],
    ['is on a kind that is not there', binary({ ce_subject: 'treaty/one' }), 'no-such-command', undefined],
    ['has a type that every object has', binary({ ce_type: 'constructor' }), 'no-such-command', undefined],
    ['would reach for a prototype', binary({}, '{"__proto__":{"party":"us"}}'), 'validation-failed', ['']],
    ['has a field twice', binary({}, '{"party":"us","party":"them"}'), 'validation-failed', ['party']],
    ['has data with a field twice', twice('data', '{"party":"us","party":"them"}'), 'validation-failed', ['party']],
    ['is compressed', binary({ 'content-encoding': 'gzip' }), 'validation-failed', ['content-encoding']],
    [
      'is in another charset',
      binary({ 'content-type': 'application/json; charset=iso-8859-1' }),
      'validation-failed',
      ['content-type'],
    ],
    ['has many fields', binary({}, JSON.stringify(MANY)), 'validation-failed', ['']],
    ['has many fields in its data', structured({ data: MANY }), 'validation-failed', ['']],
    ['has many fields in an object of its data', structured({ data: { x: MANY } }), 'validation-failed', ['x']],
    ['has many fields in another attribute', structured({ ifrevision: MANY }), 'validation-failed', ['ifrevision']],
    ['is too large', binary({}, `{"party":"${'x'.repeat(1024 * 1024)}"}`), 'body-too-large', undefined],
  ])('has a reply with this problem: it %s', (_, sent, code, wrong) => {
    const { code: problemCode, more } = problem(reading(sent));
    expect(problemCode).toBe(code);
    expect(more['errors'] === undefined ? undefined : paths(reading(sent))).toEqual(wrong);
  });

  it('with very many invalid fields has a reply that counts the rest', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${'x'.repeat(1000)}${i}`, 1]));
    const message = reading(binary({}, JSON.stringify(many)));
    expect(JSON.stringify(problem(message)).length).toBeLessThan(256 * 1024);
    expect(JSON.stringify(problem(message))).toMatch(/and \d+ more fields are wrong/);
  });

  it.each<[string, Sent, string]>([
    ['has no specversion', binary({ ce_specversion: undefined }), 'it is not a CloudEvent: it has no specversion'],
    ['is of another version', binary({ ce_specversion: '0.3' }), 'its specversion is not 1.0'],
    ['has no id', binary({ ce_id: undefined }), 'it has no id'],
    ['has no source', binary({ ce_source: '' }), 'it has no source'],
    ['has no subject', binary({ ce_subject: undefined }), 'it has no subject'],
    ['has an endless id', binary({ ce_id: 'x'.repeat(1025) }), 'its id is longer than 1024 characters'],
    ['is structured and no JSON', { ...golden.structured, value: '<xml/>' }, 'its content type is CloudEvents in JSON'],
    ['is a list', { ...golden.structured, value: '[1]' }, 'it is a batch of CloudEvents'],
    [
      'is a batch',
      { headers: { 'content-type': 'application/cloudevents-batch+json' }, value: `[${golden.structured.value}]` },
      'it is a batch of CloudEvents: send each in a separate message',
    ],
    [
      'is structured without the media type of that',
      { headers: { 'content-type': 'application/json' }, value: golden.structured.value },
      'it is a CloudEvent in structured mode and has content-type application/json: it takes content-type application/cloudevents+json',
    ],
    ['is structured without any media type', { ...golden.structured, headers: {} }, 'and has no content-type'],
    ['is a batch without any media type', { headers: {}, value: `[${golden.structured.value}]` }, 'it is a batch'],
    [
      'is no CloudEvent',
      { headers: { 'content-type': 'text/plain' }, value: 'hello' },
      'it has content-type text/plain and no header ce_specversion',
    ],
    ['has a list as its id', structured({ id: ['command-1'] }), 'its id must be a text, a number or a boolean'],
    ['has a line feed in its id', binary({ ce_id: 'a\nb' }), 'its id has control characters'],
    ['has an attribute twice', twice('id', '"one","id":"two"'), 'its attribute id is given twice'],
    ['has many attributes', structured(MANY), 'it must have no more than 1000 fields'],
    ['has many fields in its id', structured({ id: MANY }), 'its id must be a text, a number or a boolean'],
    ['is structured without an id', structured({ id: undefined }), 'it has no id'],
    ['is structured with an id of null', structured({ id: null }), 'it has no id'],
    [
      'is in another format',
      { headers: { 'content-type': 'application/cloudevents+avro' }, value: '' },
      'it is a CloudEvent in another format than JSON',
    ],
  ])('has no reply: it %s', (_, sent, why) => {
    const message = reading(sent);
    expect(message).toMatchObject({ type: 'unreadable' });
    expect(message.type === 'unreadable' ? message.reason : '').toContain(why);
  });

  it('that is not UTF-8 is no JSON, and is not repaired', () => {
    const value = Uint8Array.from([...bytes('{"party":"'), 0xff, ...bytes('","authority":"x"}')]);
    expect(paths(readCommand({ headers: golden.binary.headers, value }))).toEqual(['']);
  });

  it('is read without a fault, whatever it contains', () => {
    const names = ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_actorrole', 'content-type'];
    const some = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.values(golden.binary.headers), 'application/cloudevents+json', '__proto__'),
    );
    const headers = fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), some);
    const value = fc.oneof(fc.uint8Array(), fc.json().map(bytes), fc.constant(null));
    fc.assert(
      fc.property(headers, value, (values, body) => {
        expect(['command', 'invalid', 'unreadable']).toContain(readCommand({ headers: values, value: body }).type);
      }),
    );
  });
});
