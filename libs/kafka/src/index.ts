export { type KafkaFeedSettings, type KafkaSettings, type TopicSettings } from './settings.js';
export { KafkaEventPublisher, type KafkaPublisherSettings } from './kafka-event-publisher.js';
export { KafkaTopicEnd } from './kafka-topic-end.js';
export { KafkaEventFeed } from './kafka-event-feed.js';
