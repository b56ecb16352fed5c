import { type Circumstances, type Refusal, actsFor, never, refuse } from '@entente/kernel';

/**
 * Who may send a command of a case or a consignment. `recipient` and `donor`: that organisation, or its representative. `deliverer`: the donor, or an
 * implementer other than the recipient, so that nobody accepts what it delivered itself. `party`: donor or recipient. `timer`: the donor, or the clock.
 */
export type Sender = 'recipient' | 'donor' | 'deliverer' | 'party' | 'timer';

/** The two sides of a case. */
export interface Parties {
  readonly donor: string;
  readonly recipient: string;
}

/** Why this actor may not send what is for `sender` to send; null where it may. An operator stands in for anybody. */
export function notSentBy(sender: Sender, { donor, recipient }: Parties, c: Circumstances): Refusal | null {
  const isDonor = actsFor(c.actor) === donor;
  const isRecipient = actsFor(c.actor) === recipient;
  if (c.actor.role === 'operator') return null;
  switch (sender) {
    case 'recipient':
      if (isRecipient) return null;
      return refuse('not-the-recipient', 'the recipient, or its representative, does this', null, { recipient });
    case 'donor':
      if (isDonor) return null;
      return refuse('not-the-donor', 'the donor, or somebody on its behalf, does this', null, { donor });
    case 'deliverer':
      if (isDonor || (c.actor.role === 'implementer' && !isRecipient)) return null;
      return refuse('not-a-deliverer', 'the donor or an implementer does this', null, { donor });
    case 'party':
      if (isDonor || isRecipient) return null;
      return refuse('not-a-party', 'the donor or the recipient does this', null, { donor, recipient });
    case 'timer':
      if (isDonor || c.actor.role === 'system') return null;
      return refuse('not-the-donor', 'the donor, or a timer, does this', null, { donor });
    default:
      return never(sender);
  }
}
