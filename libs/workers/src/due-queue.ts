/** Values in the order of their time, and of their entry at the same time: a binary heap. */
export class DueQueue<T> {
  private readonly heap: { readonly at: number; readonly entry: number; readonly value: T }[] = [];
  private entries = 0;

  get size(): number {
    return this.heap.length;
  }

  /** The time of the first value; infinity without one. */
  get next(): number {
    return this.heap[0]?.at ?? Infinity;
  }

  add(at: number, value: T): void {
    const { heap } = this;
    this.entries += 1;
    const added = { at, entry: this.entries, value };
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as (typeof heap)[number];
      if (!isBefore(added, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = added;
  }

  /** Removes the first value and returns it; undefined without one. */
  take(): T | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.value;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const right = left + 1;
      let child = heap[left];
      if (child === undefined) break;
      let at = left;
      const other = heap[right];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        at = right;
      }
      if (!isBefore(child, last)) break;
      heap[place] = child;
      place = at;
    }
    heap[place] = last;
    return first.value;
  }
}

const isBefore = (
  one: { readonly at: number; readonly entry: number },
  other: { readonly at: number; readonly entry: number },
): boolean => one.at < other.at || (one.at === other.at && one.entry < other.entry);
