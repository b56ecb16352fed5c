export {
  EventLog,
  EventStore,
  checkedPosition,
  type Appended,
  type Expected,
  type LogRange,
  type NewEvent,
  type StreamRange,
} from './event-store.js';
export {
  BEFORE_ALL,
  EventPublisher,
  type Link,
  type Mark,
  type PartitionLinks,
  type Place,
  type Tail,
} from './event-publisher.js';
export { Relay, type RelayOptions, type RelayStatus } from './relay.js';
export { InProcessFeed } from './in-process-feed.js';
export { EventFeed, type FeedBatch, type FeedConsumer, type FeedSubscription } from './event-feed.js';
export {
  ReadModelStore,
  Rebuild,
  RowSink,
  rowKey,
  type Change,
  type Changes,
  type Columns,
  type Described,
  type Filter,
  type ModelBatch,
  type Origin,
  type Parked,
  type Pin,
  type RowClose,
  type RowId,
  type RowOut,
  type RowQuery,
  type RowVersion,
  type RowsOut,
  type TotalOut,
} from './read-model-store.js';
export {
  Busy,
  Closing,
  Contention,
  Damaged,
  Fault,
  InvalidPosition,
  LARGEST_POSITION,
  NoRoom,
  NotThereYet,
  OutcomeUnknown,
  RulesFailed,
} from './faults.js';
export { Sealer, canonicalJson, commandHash, commandKey, eventId } from './identity.js';
export {
  COMMAND_NOTED,
  OCCURRED,
  settle,
  take,
  unopened,
  type Folded,
  type Settlement,
  type Submission,
} from './settle.js';
export { Executor, Submit, type Kinds, type Outcome, type Receipt } from './execute.js';
export { Projector, concerns, foldRows, type Folding } from './project.js';
export { type ModelStatus, Projecting } from './projecting.js';
export { type Era, eraAt, eraOf, isLost, keptOf } from './eras.js';
export { EXIT_UNSURE, lastResort } from './last-resort.js';
export { partitionOf } from './partition.js';
export { type Seen, afterToken, reaches, seenBy } from './reading.js';
export { LiveRows, type Resume, type RowsNews } from './live-rows.js';
export { LiveLog } from './live-log.js';
export { replay } from './replay.js';
export { type NumberedRefusal, RefusalLog, type RefusalQuery, type RefusedCommand } from './refusal-log.js';
export { type Observer, UNOBSERVED } from './observer.js';
export { type DeadLetter, DeadLetters } from './dead-letters.js';
export { followersIn, modelsIn } from './standing.js';
export { type Follower, Watchdog } from './watchdog.js';
export { type RebuildOptions, type Retried, rebuild, retryParked } from './rebuild.js';
export { type Answer, type NotTaken, type ReceiptOut, notTaken, receiptOut } from './answer.js';
export {
  type CommandConsumer,
  CommandFeed,
  type CommandSubscription,
  type Decided,
  type SentCommand,
} from './command-feed.js';
