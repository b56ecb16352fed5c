import type { DataOf, Event, Projection, RecordedEvent } from '@entente/kernel';
import { type Opened, type Origin, type Stated, originOf, revisionKey, rowWith } from './row-by.js';

/** What one event adds: the columns of its row, besides those of the stream's head. */
type Facts<Row, E extends Event, Head> = {
  readonly [Type in E['type']]?: (
    data: DataOf<E, Type>,
    origin: Origin<Extract<E, { type: Type }>>,
    head: Row,
  ) => Omit<Opened<Row>, keyof Head>;
};

/** What changes in the head, so that later rows have it. */
type HeadChanges<Row, E extends Event> = {
  readonly [Type in E['type']]?: (data: DataOf<E, Type>, head: Row) => Stated<Row>;
};

/**
 * The fold of a read model in which each event of some types makes one row that never changes, such
 * as a movement of money. The opening event gives the columns that all rows of the stream share;
 * `changes` replaces them in later rows.
 */
export function factsBy<Row extends object, E extends Event>(entity: new () => Row) {
  const having = rowWith(entity);
  return <Opening extends E['type'], Head extends Stated<Row>>(
    opening: Opening,
    open: (data: DataOf<E, Opening>, origin: Origin<Extract<E, { type: Opening }>>) => Head,
    facts: Facts<Row, E, Head>,
    changes: HeadChanges<Row, E> = {},
  ): Pick<Projection<E, Row>, 'entity' | 'head' | 'appendOnly' | 'touches' | 'evolve'> => ({
    entity,
    head: true,
    appendOnly: true,
    touches: (event: RecordedEvent<E>) =>
      event.type === opening || Object.hasOwn(changes, event.type)
        ? ['']
        : Object.hasOwn(facts, event.type)
          ? [revisionKey(event)]
          : [],
    evolve: (_, event, __, head) => {
      const origin = originOf(event);
      if (event.type === opening) return having(open(event.data, origin as never));
      const fact = facts[event.type as E['type']];
      const change = changes[event.type as E['type']];
      if (head !== null && change !== undefined) return having(change(event.data, head), head);
      if (head === null || fact === undefined) return null;
      return having(fact(event.data, origin as never, head) as Stated<Row>, head);
    },
  });
}
