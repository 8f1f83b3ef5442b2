/**
 * What was written and what it was before: one past for forms and text together. It decides which changes are one step
 * back; it refuses to know what the texts say.
 */

export interface History {
  readonly past: readonly string[];
  readonly text: string;
  readonly future: readonly string[];
  /** What the last change was about and when, in milliseconds; the next one like it soon after is the same step. */
  readonly last: { readonly about: string; readonly at: number } | null;
}

/** Changes about the same thing within this many milliseconds are one step. */
const ONE_STEP = 1_500;
const LONGEST = 500;

export const begin = (text: string): History => ({ past: [], text, future: [], last: null });

/** @param about what is changed, such as `typing` or a path; null for a change that stands alone */
export function write(history: History, text: string, about: string | null, at: number): History {
  if (text === history.text) return history;
  const last = about === null ? null : { about, at };
  const goesOn = history.last !== null && history.last.about === about && at - history.last.at < ONE_STEP;
  const past = goesOn ? history.past : [...history.past, history.text].slice(-LONGEST);
  return { past, text, future: [], last };
}

export function undo(history: History): History {
  const text = history.past.at(-1);
  if (text === undefined) return history;
  return { past: history.past.slice(0, -1), text, future: [history.text, ...history.future], last: null };
}

export function redo(history: History): History {
  const [text, ...future] = history.future;
  if (text === undefined) return history;
  return { past: [...history.past, history.text], text, future, last: null };
}
