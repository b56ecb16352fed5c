export { IN_MINOR_UNITS, OF_CLASS, exampleOf, fieldsOf, schemaOf, type Schema } from './schema.js';
export { currenciesWith, currencyDigits, isCurrency, minorUnitDigits } from './currencies.js';
export { bodyHeaderError, readJson } from './json-text.js';
export { isDay, parseInstant, readAsOf } from './instants.js';
export type { FieldError } from './structure.js';
export { CommandEnvelope, readBody, fieldErrors } from './validate.js';
export {
  CATALOGUE,
  type CommandsOf,
  type EventsOf,
  type KindName,
  type RelationsOf,
  registered,
  commandAt,
  commandOf,
  eventOf,
  type CataloguedCommand,
} from './catalogue.js';
export { closedBy } from './event-lifecycles.js';
export { exampleScenario, type ScenarioStep } from './example-scenario.js';
export {
  TYPE_PREFIX,
  WATERMARK_TYPE,
  type WatermarkMessage,
  type Message,
  type Published,
  cloudEventOf,
  cloudWatermarkOf,
  readCloudEvent,
} from './cloud-events.js';
export { type ReplyTarget, type ReadMessage, readCommand } from './commands-on-topic.js';
export { cloudReplyOf } from './replies-on-topic.js';
export { PATTERNS, actorOf } from './sender.js';
export { type CommandContract, type EventContract, type KindContract } from './contract.js';
export { RELATIONS } from './relations.js';
export type * from './assistance-case.js';
export type * from './consignment.js';
export type * from './country-situation.js';
export type * from './deployment.js';
export type * from './end-use-check.js';
export type * from './funding-account.js';
export type * from './hold.js';
export type * from './legal-framework.js';
export type * from './item.js';
export type * from './item-type.js';
export type * from './storage-site.js';
export type * from './technology-release.js';
export type * from './third-party-transfer.js';
export type * from './fact-answers.js';
export type * from './misuse-case.js';
export type * from './programme.js';
export type * from './promises.js';
export type * from './scope.js';
export type * from './security-unit.js';
export type * from './vetting-case.js';
export type * from './stakeholder.js';
export type * from './training-activity.js';
export { type MetadataNames, type RawMetadata, parseCommand } from './parse-command.js';
export { DELIVERY_POINTS } from './consignment.js';
export { CHECK_MANNERS, CHECK_TYPES } from './end-use-check.js';
export { OWN_OR_REPORTED, STAGES } from './funding-account.js';
export { MISUSE_STEPS } from './misuse-case.js';
export { SCOPE_KINDS } from './scope.js';
export { SUBJECT_KINDS } from './vetting-case.js';
export { PROBLEMS } from './problem-codes.js';
export { REFUSAL_CODES } from './refusal-codes.js';
