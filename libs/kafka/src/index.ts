export type { KafkaFeedSettings, KafkaIntakeSettings, KafkaSettings, TopicSettings } from './settings.js';
export { KafkaLogPublisher, type KafkaPublisherSettings } from './kafka-log-publisher.js';
export { KafkaDeadLetters } from './kafka-dead-letters.js';
export { PublishedPosition } from './published-position.js';
export { KafkaEventFeed } from './kafka-event-feed.js';
export { CommandLag, type KafkaBacklogSettings } from './command-lag.js';
export { KafkaCommandFeed } from './kafka-command-feed.js';
export { type FailureContext, deadLetterOf } from './dead-letters.js';
export { type RedrivenLetter, type RedriveSettings, listDeadLetters, redrive } from './redrive.js';
