import type { AssistanceScope, MisuseCaseCommand } from '@entente/contracts';
import { type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import { assistanceCase } from '../delivery/assistance-case.js';
import { stakeholder } from '../parties/stakeholder.js';
import { programme } from '../planning/programme.js';
import { COUNTRY_REGISTERED } from './holds.js';

/** The kinds of scope that are streams, or have one: a country, that of its organisation. */
const STREAMS: Readonly<Partial<Record<AssistanceScope['kind'], string>>> = {
  programme: programme.kind,
  case: assistanceCase.kind,
  country: stakeholder.kind,
};

const STOPPING = ['OrderPrecautionarySuspension', 'SuspendAssistance', 'TerminateAssistance'] as const;

/** The streams of the scopes that a command stops. */
export function scopeStreams(command: MisuseCaseCommand): readonly StreamRef[] {
  if (!STOPPING.some((type) => type === command.type)) return [];
  const { scopes } = command.data as { readonly scopes: readonly AssistanceScope[] };
  return scopes.flatMap(({ kind, id }) => {
    const stream = STREAMS[kind];
    return stream === undefined ? [] : [{ kind: stream, id }];
  });
}

/**
 * R18: each programme, case and country in scope exists. A policy then puts every scope on hold,
 * so that nothing is enrolled, shipped or disbursed there.
 */
export function scopesUnknown(scopes: readonly AssistanceScope[], { known }: DecisionContext): Refusal | null {
  for (const { kind, id } of scopes) {
    if (kind === 'programme' && known.of(programme, id) === null)
      return refuse('programme-not-found', 'the programme in scope has been proposed', null, { programme: id });
    if (kind === 'case' && known.of(assistanceCase, id) === null)
      return refuse('case-not-found', 'the case in scope has been requested', null, { case: id });
    if (kind === 'country' && known.of(stakeholder, id) === null)
      return refuse('country-not-found', COUNTRY_REGISTERED, null, { country: id });
  }
  return null;
}

const ENDED = ['completed', 'terminated'];

/** R18: assistance is terminated in a programme once the programme has ended. */
export function notEnded(scopes: readonly AssistanceScope[], context: DecisionContext): Refusal | null {
  for (const { kind, id } of scopes) {
    const state = kind === 'programme' ? context.known.of(programme, id) : null;
    if (state !== null && !ENDED.includes(state.status))
      return refuse('programme-not-ended', 'the programme in scope was completed or terminated first', 'R18', {
        programme: id,
        status: state.status,
      });
  }
  return scopesUnknown(scopes, context);
}
