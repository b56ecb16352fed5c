export { schemaOf, type Schema } from './fields.js';
export { Beside, readBody, wrongFields, type WrongField } from './validate.js';
export { type CommandWire, type EventWire, type KindWire } from './wire.js';
export { CATALOGUE, commandAt, eventOf, type CataloguedCommand } from './catalogue.js';
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
