import type { Relation } from './relations.js';
import { exampleOf } from './schema.js';
import type { CommandEnvelope } from './validate.js';

/**
 * A command: the last part of its route, the class of its fields, who may send it, a summary, and
 * an example.
 */
export interface CommandContract<Data extends object = object, By extends Relation = Relation> {
  readonly path: string;
  readonly body: new () => Data;
  /**
   * A sender must have one of these relations to the stream. Rules about the stream's state apply
   * besides.
   */
  readonly by: readonly By[];
  readonly summary: string;
  /**
   * A body that the class accepts. The example scenario shows the sender, the stream and the
   * earlier steps with which the rules accept it, too.
   */
  readonly example: Data & CommandEnvelope;
}

/**
 * What an event opens or closes in its stream: the stream itself, a duty, a bar, or a time in which
 * something holds. Corrections, facts and days that passed do neither.
 */
export interface EventLifecycle {
  /** What it opens, in a few words. */
  readonly opens?: string;
  /** The events of the same kind whose opening it closes. */
  readonly closes?: readonly string[];
  /** Why no event closes what it opens. */
  readonly openBecause?: string;
}

/** A stored event: the newest version of its data and the class that reads it. */
export interface EventContract<Data extends object = object> extends EventLifecycle {
  readonly version: number;
  readonly data: new () => Data;
  readonly summary: string;
}

/** All commands and events of a kind of stream: the only place where a field is declared. */
export interface KindContract {
  readonly kind: string;
  /** One line on what such a stream records. */
  readonly about: string;
  readonly commands: Readonly<Record<string, CommandContract>>;
  readonly events: Readonly<Record<string, EventContract>>;
}

/** The events of a kind, of which each closes only events of the same kind. */
type ClosingOwn<Events> = {
  readonly [Type in keyof Events]: Events[Type] extends { readonly closes: readonly (infer Closed)[] }
    ? { readonly closes: readonly (Closed & keyof Events)[] }
    : unknown;
};

/** A kind of stream. */
export const contract = <const Kind extends string, Of extends Omit<KindContract, 'kind'>>(
  of: { readonly kind: Kind } & Of & { readonly events: ClosingOwn<Of['events']> },
): { readonly kind: Kind } & Of => of;

/** A command of a kind. By default its example is that of its fields. */
export const command = <Data extends object, const By extends Relation>(
  path: string,
  body: new () => Data,
  by: By | readonly By[],
  summary: string,
  example: NoInfer<Data> & CommandEnvelope = exampleOf(body) as NoInfer<Data>,
): CommandContract<Data, By> => ({ path, body, by: typeof by === 'string' ? [by] : by, summary, example });

/** An event of a kind that opens or closes something. */
export const event = <Data extends object, const Lifecycle extends EventLifecycle>(
  data: new () => Data,
  summary: string,
  lifecycle: Lifecycle,
): EventContract<Data> & Lifecycle => ({ version: 1, data, summary, ...lifecycle });

/** An event of a kind that neither opens nor closes anything. */
export const fact = <Data extends object>(data: new () => Data, summary: string): EventContract<Data> =>
  event(data, summary, {});

/** The commands of a kind, for its rules. */
export type CommandOf<Of extends KindContract> = {
  [Type in keyof Of['commands'] & string]: {
    readonly type: Type;
    readonly data: InstanceType<Of['commands'][Type]['body']>;
  };
}[keyof Of['commands'] & string];

/** The events of a kind, for its rules. */
export type EventOf<Of extends KindContract> = {
  [Type in keyof Of['events'] & string]: {
    readonly type: Type;
    readonly data: InstanceType<Of['events'][Type]['data']>;
  };
}[keyof Of['events'] & string];

/** The relations in which commands of a kind may be sent. */
export type RelationOf<Of extends KindContract> = Of['commands'][keyof Of['commands']]['by'][number];
