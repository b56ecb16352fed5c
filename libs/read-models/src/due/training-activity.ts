import type { TrainingActivityEvent } from '@entente/contracts';
import { due, done, dutiesOf, overdueNow, partiesOf, withdrawn } from './changes.js';

const planned = ({ starts, ends }: { readonly starts: string; readonly ends: string }) => [
  due('training-start', starts),
  due('training-end', ends),
];

/** What is due of a training, until when, and by whom. */
export const trainingActivityDuties = dutiesOf<TrainingActivityEvent>()(
  {
    'training-start': ['donor', 'the planned first day of a training'],
    'training-end': ['donor', 'the planned last day of a training'],
  },
  { type: 'TrainingPlanned', of: partiesOf },
  {
    TrainingPlanned: planned,
    TrainingRescheduled: planned,
    TrainingStarted: ({ on }) => [done('training-start', '', on)],
    TrainingCompleted: ({ on }) => [done('training-end', '', on)],
    TrainingTerminated: ({ on }) => [withdrawn('training-end', '', on)],
    TrainingCorrected: ({ on, fact }) =>
      on === undefined ? [] : [{ duty: fact === 'start' ? 'training-start' : 'training-end', endedOn: on }],
    TrainingBecameOverdue: ({ duty }) => [overdueNow(duty)],
  },
  {},
  ['TrainingCancelled'],
);
