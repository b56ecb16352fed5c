/**
 * Loaded before a projector, it makes the read model `funding` fail at a pledge of 666, as a defect
 * in a fold would. With `?dies` the process kills itself after the dead letter is written and
 * before the stream is parked.
 */
import 'reflect-metadata';
import { KafkaDeadLetters } from '../../../dist/libs/kafka/src/index.js';
import { MODELS } from '../../../dist/libs/read-models/src/index.js';

const funding = MODELS.find(({ name }) => name === 'funding');
const { evolve } = funding;
funding.evolve = function (before, event, ...more) {
  if (event.data.amount === 666) throw new RangeError('666 is not folded here');
  return evolve.call(this, before, event, ...more);
};

if (new URL(import.meta.url).searchParams.has('dies')) {
  const { put } = KafkaDeadLetters.prototype;
  KafkaDeadLetters.prototype.put = async function (letters) {
    await put.call(this, letters);
    if (letters.length > 0) process.kill(process.pid, 'SIGKILL');
  };
}
