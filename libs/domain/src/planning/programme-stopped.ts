import { type DecisionContext, type Refusal, refuse } from '@entente/kernel';
import { programme } from './programme.js';

/**
 * R19: a programme that is suspended, was completed or was ended early begins nothing: no shipment,
 * no enrolment. Without a programme nothing stops.
 */
export function programmeStopped(id: string | undefined, { known }: Pick<DecisionContext, 'known'>): Refusal | null {
  const status = id === undefined ? undefined : known.of(programme, id)?.status;
  const facts = { programme: id ?? null };
  if (status === 'suspended') return refuse('programme-suspended', 'the programme is not suspended', 'R19', facts);
  if (status === 'terminated') return refuse('programme-terminated', 'the programme was not ended early', 'R19', facts);
  if (status === 'completed')
    return refuse('programme-completed', 'the programme has not been completed', 'R19', facts);
  return null;
}
