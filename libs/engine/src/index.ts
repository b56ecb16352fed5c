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
export { NO_EVENT, LogPublisher, type Watermark, type PartitionLinks, type PartitionTail } from './log-publisher.js';
export { Relay, type RelayOptions } from './relay.js';
export { InProcessFeed } from './in-process-feed.js';
export { EventFeed, type FeedBatch, type FeedConsumer, type FeedSubscription } from './event-feed.js';
export {
  ReadModelStore,
  Rebuild,
  RowSink,
  rowKey,
  type RowChange,
  type RowChangeSet,
  type Columns,
  type ReadModelDescription,
  type ColumnFilter,
  type Filter,
  type ModelBatch,
  type OriginsQuery,
  type RowOrigins,
  type Parked,
  type Positions,
  type RowId,
  type ResultRow,
  type RowQuery,
  type RowScan,
  type WholeQuery,
  SCANNED_ROWS,
  type RowVersion,
  type ResultPage,
  type TotalsRow,
  MAX_TOTALS_GROUPS,
  type TotalsQuery,
  asciiLowerCase,
  today,
} from './read-model-store.js';
export {
  Overloaded,
  ShuttingDown,
  Contention,
  CorruptFile,
  Fault,
  InvalidPosition,
  LARGEST_POSITION,
  DamagedLog,
  DiskFull,
  TooLarge,
  ReadModelBehind,
  LogTakenBack,
  OutcomeUnknown,
  DeciderFailed,
  FAULT_TITLE,
} from './faults.js';
export { Pseudonymizer, canonicalJson, commandHash, commandKey, eventId } from './identity.js';
export {
  handleCommand,
  applyEvent,
  consultedStreams,
  emptyStream,
  type FoldedStream,
  type Decision,
  type CommandInput,
} from './handle-command.js';
export {
  type DecidingStore,
  Executor,
  ExecuteCommand,
  type Kinds,
  type CommandResult,
  type ExecutorOptions,
  type Receipt,
} from './executor.js';
export { type EventsAt, lastSharedPosition } from './shared-position.js';
export { type Confirmation, type KnownEvent, compareWithLog, confirmTakenBack } from './taken-back.js';
export { Projector, handles, foldRows } from './projector.js';
export { type ModelStatus, ProjectionStatus } from './projection-status.js';
export { type Era, eraOf, isLost, keptUpTo } from './eras.js';
export { partitionOf } from './partition.js';
export { type ConsistencyToken, waitForPosition, parseConsistencyToken } from './read-your-writes.js';
export { LiveRows, type Resume, type LiveUpdate } from './live-rows.js';
export { SHARED_BATCH_SIZE, fairReads } from './fair-reads.js';
export { LiveLog } from './live-log.js';
export { replay } from './replay.js';
export { type NumberedRefusal, RefusalLog, type RefusalQuery, type RefusedCommand } from './refusal-log.js';
export { type Observer, UNOBSERVED } from './observer.js';
export { type DeadLetter, DeadLetters } from './dead-letters.js';
export { progressSources, modelStatuses } from './model-status.js';
export { type ProgressSource, Watchdog } from './watchdog.js';
export { rebuild, retryParked } from './rebuild.js';
export { problemFor, receiptOut } from './answer.js';
export {
  type CommandConsumer,
  CommandFeed,
  type CommandSubscription,
  type Decided,
  type SentCommand,
} from './command-feed.js';
export { VERSION } from './version.js';
export {
  type Policies,
  Steward,
  StewardCheckpoint,
  type StewardOptions,
  dueConsequence,
  followedAt,
  passedAt,
  sentBySteward,
} from './steward.js';
export { Consequences, type NamedConsequence, consequencesOf } from './consequences.js';
export { readWhole } from './read-whole.js';
export {
  BoundedQuestions,
  type ClockComparison,
  type ServiceAnswer,
  type ServiceFinding,
  type ServiceReport,
  clockFinding,
  compareClocks,
  fails,
  fits,
  warns,
} from './service-check.js';
export { type ProbeTls, type ProbedServer, probeServer } from './probe-server.js';
export { type ProbeRemedies, probeFindings } from './probe-findings.js';
