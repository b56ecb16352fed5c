// A state belongs to its folded stream, in which it is replaced: a reader reads it from there at
// that moment, and keeps no earlier one. A collection in it that grows with its stream is changed
// in place, since a copy for each event would make folding n events cost n². The opening event's
// function makes such a collection for each stream.

/** Sets a value in a record that the state owns, in place, and returns the record. */
export function put<Value>(record: Readonly<Record<string, Value>>, key: string, value: Value): typeof record {
  (record as Record<string, Value>)[key] = value;
  return record;
}

/** Adds an item to a list that the state owns, in place, and returns the list. */
export function append<Item>(list: readonly Item[], item: Item): readonly Item[] {
  (list as Item[]).push(item);
  return list;
}
