export { OF_CLASS, exampleOf, fieldsOf, schemaOf, type Schema } from './schema.js';
export { Beside, readBody, wrongFields, type FieldError } from './validate.js';
export { type CommandWire, type EventWire, type KindWire } from './wire.js';
export { CATALOGUE, registered, commandAt, commandOf, eventOf, type CataloguedCommand } from './catalogue.js';
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
  type ReplyTarget,
  type ReadMessage,
  type CommandProblem,
  readCommand,
} from './commands-on-topic.js';
export { ACCEPTED, type Answered, REFUSED, type CommandReply, cloudReplyOf } from './replies-on-topic.js';
export { type ActorParts, SHAPES, actorOf, wrongUnless } from './sender.js';
export { type CommandContract, type EventContract, type KindContract } from './contract.js';
export { RELATIONS, type Relation } from './relations.js';
export type {
  ConfirmedLine,
  ConsignmentCommand,
  ConsignmentEvent,
  ConsignmentRelation,
  CorrectReceipt,
  DeliveryPoint,
} from './consignment.js';
export type {
  AcceptOffer,
  Amendment,
  AssistanceCaseCommand,
  AssistanceCaseEvent,
  AssistanceCaseRelation,
  ConsignmentShare,
  CorrectDelivery,
  DeliverAssistance,
  ImplementCase,
  LineAmendment,
  LineModification,
  ModifyCase,
  NotifyLegislatureOfOffer,
  OfferAmendment,
  OfferNamed,
  PrepareOffer,
  ReceiveInitialDeposit,
  ReconcileCase,
  RequestAssistance,
  WorksOnLine,
} from './assistance-case.js';
export type {
  DisburseFunds,
  FundingAccountCommand,
  FundingAccountEvent,
  FundingAccountRelation,
  Money,
  OpenFundingAccount,
  ReallocateFundsIn,
  ReallocateFundsOut,
  Reversal,
  Stage,
} from './funding-account.js';
export type {
  EndMandate,
  GiveMandate,
  GrantableRole,
  StakeholderCommand,
  StakeholderEvent,
  StakeholderRelation,
  StakeholderType,
} from './stakeholder.js';
export type {
  GiveConcurrence,
  ProgrammeCommand,
  ProgrammeEvent,
  ProgrammeProposed,
  ProgrammeRelation,
} from './programme.js';
export { type MetadataNames, type RawMetadata, parseCommand } from './parse-command.js';
export { MISUSE_STEPS } from './misuse-case.js';
export type {
  AgreeRemediationPlan,
  CorrectMisuseReport,
  CorrectRecovery,
  DayRange,
  DecideMeasure,
  Escalation,
  FlagMisuse,
  IncidentLimits,
  Measure,
  MisuseCaseCommand,
  MisuseCaseEvent,
  MisuseCaseRelation,
  MisuseScope,
  MisuseStep,
  OrderPrecautionarySuspension,
  RecordAssurances,
  RecordOverdueStep,
  RecoverFunds,
  TriageMisuse,
} from './misuse-case.js';
