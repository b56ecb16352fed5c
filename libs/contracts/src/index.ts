export { schemaOf, type Schema } from './fields.js';
export { Beside, readBody, wrongFields, type FieldError } from './validate.js';
export { type CommandWire, type EventWire, type KindWire } from './wire.js';
export { CATALOGUE, commandAt, commandOf, eventOf, type CataloguedCommand } from './catalogue.js';
export { bookOfExamples, type BookStep } from './book.js';
export {
  MARK,
  type Marked,
  type Message,
  type Published,
  cloudEventOf,
  cloudMarkOf,
  readCloudEvent,
} from './cloud-events.js';
export {
  type Arrived,
  type Asked,
  type CommandRead,
  type ReadMessage,
  type Told,
  readCommand,
} from './commands-on-topic.js';
export { ACCEPTED, type Answered, REFUSED, type Reply, cloudReplyOf } from './replies-on-topic.js';
export { type ActorParts, SHAPES, actorOf, wrongUnless } from './sender.js';
