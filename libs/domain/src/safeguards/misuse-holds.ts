import type { AssistanceScope, PrecautionarySuspensionOrdered } from '@entente/contracts';
import { type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import { type MisuseCase, nothingRecovered } from './misuse-record.js';

/**
 * What a programme or a case knows of the misuse cases that stop it: it consults them, as their
 * rules consult it.
 */

/** A reference to a misuse case for deciders that consult it. */
const misuseFacts: { readonly kind: 'misuse-case'; readonly initial: MisuseCase | null } = {
  kind: 'misuse-case',
  initial: null,
};

/** The most misuse cases for which one programme or case is stopped: a release consults each. */
const MAX_MISUSE_CASES = 20;

/** These misuse cases as streams to consult. */
export const misuseStreams = (ids: readonly string[]): readonly StreamRef[] =>
  ids.map((id) => ({ kind: misuseFacts.kind, id }));

/** Whether a scope is among these. */
export const names = (scopes: readonly AssistanceScope[], { kind, id }: AssistanceScope): boolean =>
  scopes.some((scope) => scope.kind === kind && scope.id === id);

const holdsOn = (precaution: PrecautionarySuspensionOrdered | null, day: string): readonly AssistanceScope[] =>
  precaution !== null && precaution.until >= day ? precaution.scopes : [];

/** R18: no scope is released while a misuse case that stopped it has a measure in force there. */
export function stillStopped(
  misuseCases: readonly string[],
  scope: AssistanceScope,
  { known, now }: DecisionContext,
): Refusal | null {
  const stopping = misuseCases.find((id) => {
    const state = known.of(misuseFacts, id);
    return (
      state !== null &&
      [state.suspended, state.terminated, holdsOn(state.precaution, now.slice(0, 10))].some((scopes) =>
        names(scopes, scope),
      )
    );
  });
  if (stopping === undefined) return null;
  return refuse('misuse-measure-in-force', 'the misuse case no longer stops assistance here', 'R18', {
    misuseCase: stopping,
  });
}

/** Why a programme or case cannot be stopped for this misuse case, too; null if it can. */
export function cannotStopFor(
  misuseCase: string,
  { misuseCases }: { readonly misuseCases: readonly string[] },
  isStopped: boolean,
  { known }: DecisionContext,
): Refusal | null {
  if (known.of(misuseFacts, misuseCase) === null)
    return refuse('misuse-case-not-found', 'the misuse case named has been reported', null, { misuseCase });
  if (misuseCases.includes(misuseCase))
    return isStopped ? refuse('already-stopped-for', 'it is not stopped for this misuse case yet', 'R19') : null;
  return misuseCases.length < MAX_MISUSE_CASES
    ? null
    : refuse('too-many-misuse-cases', `it is stopped for at most ${MAX_MISUSE_CASES} misuse cases`);
}

/** These misuse cases and one more, if one is named; each once. */
export const withMisuseCase = (misuseCases: readonly string[], one: string | undefined): readonly string[] =>
  one === undefined || misuseCases.includes(one) ? misuseCases : [...misuseCases, one];

/** R18: no money follows money that is to come back. */
export function recoveryOutstanding(misuseCases: readonly string[], { known }: DecisionContext): Refusal | null {
  const waiting = misuseCases.find((id) => {
    const state = known.of(misuseFacts, id);
    if (state === null || state.status === 'closed' || !state.measures.includes('recover')) return false;
    return nothingRecovered(state);
  });
  if (waiting === undefined) return null;
  return refuse('recovery-outstanding', 'the funds that the misuse case recovers have come back', 'R18', {
    misuseCase: waiting,
  });
}
