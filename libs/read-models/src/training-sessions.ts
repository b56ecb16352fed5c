import type { NumbersBySex, TrainingActivityEvent } from '@entente/contracts';
import type { Projection } from '@entente/kernel';
import { count, day, text, textOrNull } from './columns.js';
import { itemsBy } from './items-by.js';

/** A session of a training: who was present. */
class TrainingSessionRow {
  @text('the training') training!: string;
  @text("the session's name in the training") session!: string;
  @text('the code of the course') course!: string;
  @text('the code of the place') place!: string;
  @text("the donor's id") donor!: string;
  @text('the recipient') recipient!: string;
  @textOrNull('the programme that the training belongs to, if any') programme!: string | null;
  @day('the day of the session') held_on!: string;
  @count('how many persons were present, corrections included') present!: number;
  @count('how many of them are women') women!: number;
  @count('how many of them are men') men!: number;
  @count('how many of them have no sex stated') not_stated!: number;
  @count('how often it was corrected') corrections!: number;
}

const counted = ({ women, men, notStated }: NumbersBySex) => ({
  present: women + men + notStated,
  women,
  men,
  not_stated: notStated,
});

export const trainingSessions: Projection<TrainingActivityEvent, TrainingSessionRow> = {
  name: 'training-sessions',
  topic: 'Vetting and training',
  version: 2,
  kinds: ['training-activity'],
  about: 'a session of a training: on which day it was held, and how many women and men were present',
  totals: { counts: 'sessions', by: ['course'], sums: ['present', 'women', 'men', 'not_stated'] },
  ...itemsBy<TrainingSessionRow, TrainingActivityEvent>(TrainingSessionRow)(
    'TrainingPlanned',
    ({ course, place, donor, recipient, programme }, { id: training }) => ({
      training,
      course,
      place,
      donor,
      recipient,
      programme,
    }),
    {
      TrainingSessionHeld: {
        begins: true,
        keys: ({ session }) => session,
        change: ({ on: held_on, present }, _, session) => ({ session, held_on, ...counted(present) }),
      },
      SessionCorrected: {
        keys: ({ session }) => session,
        change: ({ present, on }, { corrections, held_on }) => ({
          ...counted(present),
          held_on: on ?? held_on,
          corrections: corrections + 1,
        }),
      },
    },
  ),
};
