import { type DecisionContext, type Refusal, refuse } from '@entente/kernel';
import { programme } from './programme.js';

/**
 * R19: a programme that is suspended, was completed or was ended early begins nothing: no shipment,
 * no enrolment, no execution of a case. What happened by the day of the completion, or before an
 * early end, may be recorded if the day is given. Without a programme nothing stops.
 */
export function programmeStopped(
  id: string | undefined,
  context: Pick<DecisionContext, 'known'>,
  day: string,
): Refusal | null {
  const suspended = id !== undefined && context.known.of(programme, id)?.status === 'suspended';
  return suspended
    ? refuse(
        'programme-suspended',
        'the programme is not suspended: what happened before that is recorded once it resumed',
        'R19',
        { programme: id },
      )
    : programmeEnded(id, context, day);
}

/**
 * R19: nothing is planned in a programme that has ended, since it could not begin. A suspended one
 * can be resumed.
 */
export function programmeEnded(
  id: string | undefined,
  { known }: Pick<DecisionContext, 'known'>,
  day: string,
): Refusal | null {
  const { status, completedOn = null, stoppedOn = null } = (id === undefined ? null : known.of(programme, id)) ?? {};
  const facts = { programme: id ?? null };
  if (status === 'terminated' && (stoppedOn === null || day >= stoppedOn))
    return refuse('programme-terminated', 'the programme was not ended early by that day', 'R19', {
      ...facts,
      stoppedOn,
    });
  if (status === 'completed' && (completedOn === null || day > completedOn))
    return refuse('programme-completed', 'the programme has not been completed', 'R19', facts);
  return null;
}
