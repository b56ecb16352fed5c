import type { Json } from './event.js';

/** What an accepted command recorded, as its sender receives it. */
export interface CommandReceipt {
  readonly commandId: string;
  /** `<kind>/<id>`. */
  readonly stream: string;
  /** The stream's revision after the command. */
  readonly revision: number;
  /** The position in the log of its last event: a decimal number as text. */
  readonly position: string;
  /** The consistency token with which a reader waits for what was recorded. */
  readonly after: string;
  readonly events: readonly { readonly id: string; readonly type: string; readonly revision: number }[];
}

/** Why a command was not accepted: the same over HTTP and Kafka. */
export interface CommandProblem {
  /** A stable name in kebab-case. */
  readonly code: string;
  readonly title: string;
  /** Further members: the rule, the facts, the fields in error. */
  readonly more: { readonly [name: string]: Json };
}

/** The answer to a command, over HTTP and Kafka. */
export type CommandAnswer =
  | { readonly type: 'accepted'; readonly receipt: CommandReceipt; readonly repeated: boolean }
  | ({ readonly type: 'refused' } & CommandProblem);
