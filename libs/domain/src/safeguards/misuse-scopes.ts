import type { AssistanceScope, MisuseCaseCommand } from '@entente/contracts';
import { type DecisionContext, type Refusal, type StreamRef, refuse } from '@entente/kernel';
import { assistanceCase } from '../delivery/assistance-case.js';
import { itemTypeFacts, itemTypeId } from '../equipment/item-facts.js';
import { stakeholder } from '../parties/stakeholder.js';
import { programme } from '../planning/programme.js';
import { securityUnitFacts } from '../vetting/clearance-facts.js';
import { COUNTRY_REGISTERED } from './holds.js';

/** The kinds of scope that are streams, or have one: a country, that of its organisation. */
const STREAMS: Readonly<Record<Exclude<AssistanceScope['kind'], 'item-type'>, string>> = {
  unit: securityUnitFacts.kind,
  programme: programme.kind,
  case: assistanceCase.kind,
  country: stakeholder.kind,
};

const STOPPING = ['OrderPrecautionarySuspension', 'SuspendAssistance', 'TerminateAssistance'] as const;

/** The streams of the scopes that a command stops. */
export function scopeStreams(command: MisuseCaseCommand, donor: string | undefined): readonly StreamRef[] {
  if (!STOPPING.some((type) => type === command.type)) return [];
  const { scopes } = command.data as { readonly scopes: readonly AssistanceScope[] };
  return scopes.flatMap(({ kind, id }) => {
    if (kind === 'item-type')
      return donor === undefined ? [] : [{ kind: itemTypeFacts.kind, id: itemTypeId(donor, id) }];
    return [{ kind: STREAMS[kind], id }];
  });
}

/**
 * R18: each programme, case, country and unit in scope exists, and each type of items is one of the
 * donor's, if the case names a donor. A policy then puts every scope on hold, so that nothing is
 * enrolled, shipped or disbursed there.
 */
export function scopesUnknown(
  scopes: readonly AssistanceScope[],
  donor: string | undefined,
  { known }: DecisionContext,
): Refusal | null {
  for (const { kind, id } of scopes) {
    if (kind === 'programme' && known.of(programme, id) === null)
      return refuse('programme-not-found', 'the programme in scope has been proposed', null, { programme: id });
    if (kind === 'case' && known.of(assistanceCase, id) === null)
      return refuse('case-not-found', 'the case in scope has been requested', null, { case: id });
    if (kind === 'country' && known.of(stakeholder, id) === null)
      return refuse('country-not-found', COUNTRY_REGISTERED, null, { country: id });
    if (kind === 'unit' && known.of(securityUnitFacts, id) === null)
      return refuse('unit-not-found', 'the unit in scope has been registered', 'R18', { unit: id });
    if (kind === 'item-type' && donor !== undefined && known.of(itemTypeFacts, itemTypeId(donor, id)) === null)
      return refuse(
        'item-type-not-found',
        'the donor has registered the type in scope, by the word of case lines',
        'R18',
        {
          donor,
          item: id,
        },
      );
  }
  return null;
}

const ENDED = ['completed', 'terminated'];

/** R18: assistance is terminated in a programme once the programme has ended. */
export function notEnded(
  scopes: readonly AssistanceScope[],
  donor: string | undefined,
  context: DecisionContext,
): Refusal | null {
  for (const { kind, id } of scopes) {
    const state = kind === 'programme' ? context.known.of(programme, id) : null;
    if (state !== null && !ENDED.includes(state.status))
      return refuse('programme-not-ended', 'the programme in scope was completed or terminated first', 'R18', {
        programme: id,
        status: state.status,
      });
  }
  return scopesUnknown(scopes, donor, context);
}
