import type { DataOf, Event, Projection, RecordedEvent } from '@entente/kernel';
import { type Origin, type Stated, originOf, rowWith, unchanged } from './row-by.js';

/** What an event does to items of its stream. */
interface ItemChange<Row, Data> {
  /** Whether an item that is not there begins with it, with the columns of the stream. */
  readonly begins?: true;
  /** The key of the item, or the keys of several; '': what items that begin later share. */
  keys(data: Data, event: RecordedEvent): string | readonly string[];
  change(data: Data, row: Row, key: string, origin: Origin): Stated<Row>;
}

type ItemChanges<Row, E extends Event> = {
  readonly [Type in E['type']]?: ItemChange<Row, DataOf<E, Type>>;
};

/**
 * The fold of a read model with a row for each item of a stream, such as a condition of an
 * agreement. The opening event gives the columns that all items of the stream share. An event that
 * changes nothing of an item leaves the same row. Only `derived` computes columns that follow from
 * others, after each change.
 */
export function itemsBy<Row extends object, E extends Event>(entity: new () => Row) {
  const having = rowWith(entity);
  return <Opening extends E['type']>(
    opening: Opening,
    open: (data: DataOf<E, Opening>, origin: Origin<Extract<E, { type: Opening }>>) => Stated<Row>,
    items: ItemChanges<Row, E>,
    derived: (item: Row) => Partial<Row> = unchanged,
  ): Pick<Projection<E, Row>, 'entity' | 'head' | 'touches' | 'evolve'> => {
    const changeOf = (type: E['type']): ItemChange<Row, unknown> | undefined =>
      Object.hasOwn(items, type) ? items[type] : undefined;
    return {
      entity,
      head: true,
      touches: (event: RecordedEvent<E>) => [
        ...(event.type === opening ? [''] : []),
        ...[changeOf(event.type)?.keys(event.data, event) ?? []].flat(),
      ],
      evolve: (row, event, key, before) => {
        const origin = originOf(event);
        const head = event.type === opening ? having(open(event.data, origin as never)) : before;
        if (key === '' && event.type === opening) return head;
        const found = changeOf(event.type);
        const was = row ?? (found?.begins === true ? head : null);
        if (found === undefined || was === null) return row;
        const changes = found.change(event.data, was, key, origin);
        // The same object: there is nothing to write.
        if (Object.keys(changes).length === 0) return row;
        const after = having(changes, was);
        return { ...after, ...derived(after) };
      },
    };
  };
}
