import type { Command, DataOf, Event } from '@entente/kernel';
import type { Beside } from './validate.js';

/** A command on the wire: the last part of its route, the class that validates its fields, an example, and what it says. */
export interface CommandWire<Data> {
  readonly path: string;
  readonly body: new () => Data & object;
  readonly summary: string;
  /** A body that the class accepts. The book of examples says by whom, on which stream and after what it is accepted by the rules too. */
  readonly example: Data & Beside;
}

/** A stored event: the newest version of its data and the class that reads it. */
export interface EventWire<Data> {
  readonly version: number;
  readonly data: new () => Data & object;
  readonly summary: string;
}

/** All that a kind of stream has on the wire. The compiler names what is missing. */
export interface KindWire<C extends Command, E extends Event> {
  readonly kind: string;
  /** One line on what such a stream records. */
  readonly about: string;
  readonly commands: { readonly [Type in C['type']]: CommandWire<DataOf<C, Type>> };
  readonly events: { readonly [Type in E['type']]: EventWire<DataOf<E, Type>> };
}
