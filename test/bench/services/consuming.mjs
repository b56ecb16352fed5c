/**
 * A consumer with nothing round it, that reads and parses the same messages: kafkajs with the
 * projector's settings.
 */
import kafkajs from 'kafkajs';

export async function consuming({ brokers, topic, partitions, group }, report) {
  const kafka = new kafkajs.Kafka({ brokers: [brokers], clientId: 'bench', logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: group, minBytes: 1, maxWaitTimeInMs: 250, sessionTimeout: 10_000 });
  let own = [];
  let open = false;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    own = payload.memberAssignment[topic] ?? [];
    if (!open) consumer.pause([{ topic, partitions: own }]);
    report({ holds: own });
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: partitions,
    async eachBatch({ batch, resolveOffset, heartbeat }) {
      let events = 0;
      for (const { headers, value } of batch.messages) {
        const texts = {};
        for (const name in headers) texts[name] = headers[name].toString();
        // A watermark has no value.
        if (value === null) continue;
        JSON.parse(value.toString());
        events += 1;
      }
      resolveOffset(batch.lastOffset());
      await heartbeat();
      report({ did: events });
    },
  });
  return {
    go() {
      open = true;
      consumer.resume([{ topic, partitions: own }]);
    },
    end: () => consumer.disconnect(),
  };
}
