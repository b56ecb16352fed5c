/**
 * A priority queue, as a binary heap: values are ordered by their time, and by insertion at the
 * same time.
 */
export class DueQueue<T> {
  private readonly heap: { readonly at: number; readonly entry: number; readonly value: T }[] = [];
  private entries = 0;

  get size(): number {
    return this.heap.length;
  }

  /** The time of the first value; infinity if the queue is empty. */
  get next(): number {
    return this.heap[0]?.at ?? Infinity;
  }

  add(at: number, value: T): void {
    const { heap } = this;
    this.entries += 1;
    const added = { at, entry: this.entries, value };
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as (typeof heap)[number];
      if (!isBefore(added, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = added;
  }

  /** Removes the first value and returns it; undefined if the queue is empty. */
  take(): T | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.value;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
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
      heap[index] = child;
      index = at;
    }
    heap[index] = last;
    return first.value;
  }
}

const isBefore = (
  one: { readonly at: number; readonly entry: number },
  other: { readonly at: number; readonly entry: number },
): boolean => one.at < other.at || (one.at === other.at && one.entry < other.entry);
