export { type CommandMetadata, type ReceivedCommand, type RevisionCondition, meetsCondition } from './command.js';
export { GRANTABLE_ROLES, ROLES, actsFor, type Actor, type Role } from './actor.js';
export {
  COMMAND_NOTED,
  MAX_NEW_ID_LENGTH,
  parseStream,
  idOf,
  kindOf,
  streamName,
  type ProposedMetadata,
  type Command,
  type Consulted,
  type DataOf,
  type Event,
  type Evidence,
  type StreamEvent,
  type Json,
  type EventMetadata,
  type RecordedEvent,
  type StreamRef,
} from './event.js';
export { Refusal, notFound, refuse } from './refusal.js';
export { type AnyDecider, type DecisionContext, type Decider, type ConsultedStreams, authorised } from './decider.js';
export { type RelationCheck, authoriseBy, bySystem } from './authorise-by.js';
export { type Rules, decideBy } from './decide-by.js';
export { type OnlyOf, evolveBy } from './evolve-by.js';
export {
  type AnyProjection,
  type Cell,
  type ColumnFormat,
  type ColumnCodes,
  type ColumnFormats,
  type ColumnType,
  type ColumnValues,
  type Projection,
  type SumOfRows,
  type Totals,
  type View,
  type DailyColumn,
  type KeyMapping,
  groupedBy,
  keptApart,
  type AnsweredQuestion,
  type ExactSums,
  type ViewOptions,
  isSum,
} from './projection.js';
export type { CommandAnswer, CommandProblem, CommandReceipt } from './receipt.js';
export { append, put } from './owned.js';
export { pick } from './pick.js';
export { addDays, daysBetween, fold, isNewest, never, partOf } from './fold.js';
export {
  type Consequence,
  type DueItem,
  type DuePolicy,
  type EventPolicy,
  type PolicyContext,
  eventPolicy,
  happenedAt,
} from './policy.js';
