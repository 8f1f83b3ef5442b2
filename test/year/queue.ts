/** Things to do, by when; those of one instant in the order in which they were put there. A heap, for a year has many. */

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => Promise<void>;
}

export interface Queue {
  /** Puts something there. @param when in milliseconds UTC */
  at(when: number, run: () => Promise<void>): void;
  /** When the first is to be done; null where nothing is left. */
  first(): number | null;
  /** Takes the first that is due and does it; false where none is. */
  runDue(now: number): Promise<boolean>;
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export function queueOf(): Queue {
  const heap: Task[] = [];
  let order = 0;

  function at(when: number, run: () => Promise<void>): void {
    let i = heap.push({ at: when, order: order++, run }) - 1;
    for (let up = (i - 1) >> 1; i > 0; i = up, up = (i - 1) >> 1) {
      const [child, parent] = [heap[i], heap[up]];
      if (child === undefined || parent === undefined || !before(child, parent)) break;
      heap[i] = parent;
      heap[up] = child;
    }
  }

  function next(): Task | undefined {
    const [top] = heap;
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      const [l, r] = [2 * i + 1, 2 * i + 2];
      const [left, right] = [heap[l], heap[r]];
      const least = left === undefined ? -1 : right !== undefined && before(right, left) ? r : l;
      const child = heap[least];
      if (child === undefined || !before(child, last)) break;
      heap[i] = child;
      i = least;
    }
    heap[i] = last;
    return top;
  }

  return {
    at,
    first: () => heap[0]?.at ?? null,
    runDue: async (now) => {
      const due = (heap[0]?.at ?? Infinity) <= now;
      if (due) await next()?.run();
      return due;
    },
  };
}
