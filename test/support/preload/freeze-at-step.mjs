/**
 * Loaded before an app, it stops the whole process (SIGSTOP) once, after SIGUSR2 has armed it. With
 * `?before=keep` it stops a projector that has folded and not committed; with `?before=answer` an
 * intake that has decided and not answered. It prints `frozen`, and the outcome of the step after
 * SIGCONT. With `&unfenced` it removes the fence: the control of a test.
 */
import 'reflect-metadata';
import { writeSync } from 'node:fs';
import kafkajs from 'kafkajs';
import { TransactionalReplier } from '../../../dist/libs/kafka/src/transactional-replier.js';
import { PostgresReadModelStore } from '../../../dist/libs/typeorm/src/postgres-read-model-store.js';
import { PostgresRowWriter } from '../../../dist/libs/typeorm/src/postgres-row-writer.js';

const asked = new URL(import.meta.url).searchParams;
const unfenced = asked.has('unfenced');
let armed = false;
process.on('SIGUSR2', () => (armed = true));

const say = (text) => writeSync(2, `${text}\n`);

/** Freezes before a method, where what it is given has something in it. */
function freezeBefore(of, method, matters) {
  const real = of[method];
  of[method] = async function (...args) {
    if (!armed || !matters(...args)) return real.apply(this, args);
    armed = false;
    say('frozen');
    process.kill(process.pid, 'SIGSTOP');
    try {
      const answer = await real.apply(this, args);
      say(`woken: ${answer === false ? 'fenced' : 'kept'}`);
      return answer;
    } catch (error) {
      say(`woken: failed: ${error.message}`);
      throw error;
    }
  };
}

if (asked.get('before') === 'keep') {
  freezeBefore(PostgresReadModelStore.prototype, 'commit', (batches) => batches.some((one) => one.versions.length > 0));
  if (unfenced)
    PostgresRowWriter.prototype.moveCheckpoints = async function (asks, batches) {
      for (const { model, partition, to } of batches)
        await asks.query(
          'INSERT INTO checkpoints VALUES ($1, $2, $3) ON CONFLICT (table_name, partition) DO UPDATE SET position = excluded.position',
          [this.of(model).table, partition, to],
        );
    };
}

if (asked.get('before') === 'answer') {
  freezeBefore(TransactionalReplier.prototype, 'answer', ({ replies }) => replies.length > 0);
  const { producer } = kafkajs.Kafka.prototype;
  // With its own transactional id it neither fences another producer nor is fenced.
  if (unfenced)
    kafkajs.Kafka.prototype.producer = function (options) {
      const { transactionalId: id } = options;
      return producer.call(this, {
        ...options,
        ...(id === undefined ? {} : { transactionalId: `${id}-${process.pid}` }),
      });
    };
}
