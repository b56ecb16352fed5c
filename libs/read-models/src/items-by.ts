import type { DataOf, Event, Projection, RecordedEvent } from '@entente/kernel';
import { columnsOf } from './columns.js';
import { type Origin, originOf } from './row-by.js';

/** What an event does to items of its stream. */
interface ItemChange<Row, Data> {
  /** Whether an item that is not there begins with it, with the columns of the stream. */
  readonly begins?: true;
  /** The key of the item, or the keys of several. */
  keys(data: Data): string | readonly string[];
  change(data: Data, row: Row, key: string, origin: Origin): Partial<Row>;
}

type ItemChanges<Row, E extends Event> = {
  readonly [Type in E['type']]?: ItemChange<Row, DataOf<E, Type>>;
};

/**
 * The fold of a read model with a row for each item of a stream, such as a condition of an
 * agreement. The opening event gives the columns that all items of the stream share.
 */
export function itemsBy<Row extends object, E extends Event>(entity: new () => Row) {
  const start = Object.fromEntries([...columnsOf(entity)].map(([name, column]) => [name, column.start ?? '']));
  for (const [name, column] of columnsOf(entity)) if (column.start === null) start[name] = null as never;
  return <Opening extends E['type']>(
    opening: Opening,
    open: (data: DataOf<E, Opening>, origin: Origin<Extract<E, { type: Opening }>>) => Partial<Row>,
    changes: ItemChanges<Row, E>,
  ): Pick<Projection<E, Row>, 'head' | 'touches' | 'evolve'> => {
    const changeOf = (type: E['type']): ItemChange<Row, unknown> | undefined =>
      Object.hasOwn(changes, type) ? changes[type] : undefined;
    return {
      head: true,
      touches: (event: RecordedEvent<E>) => [
        ...(event.type === opening ? [''] : []),
        ...[changeOf(event.type)?.keys(event.data) ?? []].flat(),
      ],
      evolve: (row, event, key, before) => {
        const origin = originOf(event);
        const opened = event.type === opening ? open(event.data, origin as never) : null;
        const head = opened === null ? before : ({ ...start, ...opened } as unknown as Row);
        if (key === '') return head;
        const found = changeOf(event.type);
        const was = row ?? (found?.begins === true ? head : null);
        if (found === undefined || was === null) return row;
        return { ...was, ...found.change(event.data, was, key, origin) };
      },
    };
  };
}
