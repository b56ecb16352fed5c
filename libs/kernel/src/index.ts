export { ROLES, actsFor, type Actor, type Role } from './actor.js';
export {
  parseStream,
  streamName,
  type Circumstance,
  type Command,
  type Consulted,
  type DataOf,
  type Event,
  type Evidence,
  type StreamEvent,
  type Json,
  type Metadata,
  type RecordedEvent,
  type StreamRef,
} from './event.js';
export { Refusal, alreadyThere, notThere, refuse } from './refusal.js';
export { type AnyDecider, type Circumstances, type Decider, type IdRule, type Known } from './decider.js';
export {
  type AnyProjection,
  type Cell,
  type ColumnType,
  type Projection,
  type Totals,
  type View,
} from './projection.js';
export { addDays, daysBetween, fold, never } from './fold.js';
