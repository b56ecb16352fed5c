import type { CommandsOf, EventsOf, KindName, RelationsOf } from '@entente/contracts';
import type { Decider } from '@entente/kernel';

/** The rules of a kind: the commands, events and relations are those of its contract. */
export type DeciderOf<Kind extends KindName, State> = Decider<
  Kind,
  CommandsOf<Kind>,
  EventsOf<Kind>,
  State | null,
  RelationsOf<Kind> & string
>;
