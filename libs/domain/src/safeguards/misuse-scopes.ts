import type { MisuseCaseCommand, MisuseScope } from '@entente/contracts';
import { type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import { assistanceCase } from '../delivery/assistance-case.js';
import { programme } from '../planning/programme.js';

/** The streams in which assistance stops, by the kind of scope. Other scopes have no stream yet. */
const STREAMS: Readonly<Partial<Record<MisuseScope['kind'], string>>> = {
  programme: programme.kind,
  case: assistanceCase.kind,
};

const STOPPING = ['OrderPrecautionarySuspension', 'SuspendAssistance', 'TerminateAssistance'] as const;

/** The streams of the scopes that a command stops. */
export function scopeStreams(command: MisuseCaseCommand): readonly StreamRef[] {
  if (!STOPPING.some((type) => type === command.type)) return [];
  const { scopes } = command.data as { readonly scopes: readonly MisuseScope[] };
  return scopes.flatMap(({ kind, id }) => {
    const stream = STREAMS[kind];
    return stream === undefined ? [] : [{ kind: stream, id }];
  });
}

const ENDED = ['completed', 'terminated', 'reconciled', 'closed', 'cancelled'];

/** Whether a programme or case is stopped for this misuse case, or has ended. */
function programmeRuns(id: string, { known, stream }: DecisionContext): Refusal | null {
  const state = known.of(programme, id);
  if (state === null)
    return refuse('programme-not-found', 'the programme in scope has been proposed', null, { programme: id });
  if (ENDED.includes(state.status) || (state.status === 'suspended' && state.misuseCases.includes(stream.id)))
    return null;
  return refuse('programme-not-suspended', 'the programme in scope was suspended first, naming this case', 'R18', {
    programme: id,
    status: state.status,
  });
}

function caseRuns(id: string, { known, stream }: DecisionContext): Refusal | null {
  const state = known.of(assistanceCase, id);
  if (state === null) return refuse('case-not-found', 'the case in scope has been requested', null, { case: id });
  if (ENDED.includes(state.status) || (state.held !== null && state.misuseCases.includes(stream.id))) return null;
  return refuse('case-not-held', 'the case in scope was held first, naming this misuse case', 'R18', { case: id });
}

const RUNS: Readonly<Partial<Record<MisuseScope['kind'], typeof programmeRuns>>> = {
  programme: programmeRuns,
  case: caseRuns,
};

/**
 * R18, R19: a programme or case in scope is stopped before the measure is recorded, and names this
 * misuse case, which its release consults. So no measure is in force while assistance runs.
 */
export function notStopped(scopes: readonly MisuseScope[], context: DecisionContext): Refusal | null {
  for (const { kind, id } of scopes) {
    const refusal = RUNS[kind]?.(id, context) ?? null;
    if (refusal !== null) return refusal;
  }
  return null;
}

/** R18: assistance is terminated in a programme once the programme has ended. */
export function notEnded(scopes: readonly MisuseScope[], context: DecisionContext): Refusal | null {
  for (const { kind, id } of scopes) {
    const state = kind === 'programme' ? context.known.of(programme, id) : null;
    if (state !== null && !ENDED.includes(state.status))
      return refuse('programme-not-ended', 'the programme in scope was completed or terminated first', 'R18', {
        programme: id,
        status: state.status,
      });
  }
  return null;
}
