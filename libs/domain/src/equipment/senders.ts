import {
  type Actor,
  type Command,
  type DecisionContext,
  type Refusal,
  type RelationCheck,
  type Role,
  type StreamRef,
  actsFor,
  refuse,
} from '@entente/kernel';
import type { GrantableRole } from '@entente/contracts';
import { notRegistered, partyStreams } from '../parties/registration.js';

/** The registration of a sender in one of these roles: deciders that check it consult it. */
export const senderStreams = (sender: Actor, ...roles: readonly Role[]): readonly StreamRef[] =>
  roles.includes(sender.role) ? partyStreams([[actsFor(sender), null]]) : [];

/** R29: the sender is registered in its role. */
export const registeredSender = (role: GrantableRole, context: DecisionContext): Refusal | null =>
  notRegistered([[actsFor(context.actor), role]], context);

/**
 * The sender is the organisation that `of` finds. Where it finds none, every sender passes: the
 * rules refuse the command then, and give the reason.
 */
export const only =
  <C extends Command, State>(
    code: string,
    requirement: string,
    of: (state: State, command: C) => string | null,
  ): RelationCheck<C, State> =>
  (state, { actor }, command) => {
    const organisation = of(state, command);
    if (organisation === null || actsFor(actor) === organisation) return null;
    return refuse(code, requirement, null, { organisation });
  };
