/**
 * A draft while it is edited: its text with its past, and how it comes to be kept. It decides when a text is sent and
 * what happens where somebody else changed the draft meanwhile; it refuses to know what the text says.
 */

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Draft } from './answers.ts';
import { call, Refused } from './call.ts';
import { begin, type History, redo, undo, write } from './history.model.ts';

/** Milliseconds without an edit after which the draft is kept. */
const QUIET = 700;

type Keeping =
  | { readonly kind: 'kept' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'keeping' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Somebody else changed it, or it is gone (null). */
  | { readonly kind: 'conflict'; readonly theirs: Draft | null };

export interface Editing {
  readonly text: string;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly write: (text: string, about: string | null) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly keeping: Keeping;
  /** Keeps it now. @returns whether it is kept */
  readonly keep: () => Promise<boolean>;
  /** Ends a conflict: with their text, or with one's own in place of theirs. */
  readonly takeTheirs: () => void;
  readonly keepMine: () => Promise<boolean>;
}

interface Kept {
  readonly text: string;
  /** When the draft that was seen last was changed; null for none. */
  readonly seen: string | null;
}

export function useEditing(draft: Draft, canEdit: boolean): Editing {
  const [history, setHistory] = useState<History>(() => begin(draft.document));
  const [kept, setKept] = useState<Kept>({ text: draft.document, seen: draft.changedAt });
  const [keeping, setKeeping] = useState<Keeping>({ kind: 'kept' });
  const running = useRef<Promise<boolean> | null>(null);
  const { text } = history;
  const latest = useRef({ text, kept });
  latest.current = { text, kept };

  const put = useCallback(
    async (document: string, seen: string | null): Promise<boolean> => {
      setKeeping({ kind: 'keeping' });
      try {
        const { changedAt } = await call<Draft>('PUT', pathOf(draft.name), { body: { document, seen } });
        setKept({ text: document, seen: changedAt });
        latest.current = { ...latest.current, kept: { text: document, seen: changedAt } };
        setKeeping({ kind: 'kept' });
        return true;
      } catch (error) {
        const conflict = error instanceof Refused && error.status === 409;
        setKeeping(conflict ? { kind: 'conflict', theirs: await theirsOf(draft.name) } : { kind: 'failed', error });
        return false;
      }
    },
    [draft.name],
  );

  /** One after another: the second needs to know when the first was kept. */
  const keep = useCallback(async (): Promise<boolean> => {
    await running.current;
    const now = latest.current;
    if (now.text === now.kept.text) return true;
    running.current = put(now.text, now.kept.seen);
    return running.current;
  }, [put]);

  const stuck = keeping.kind === 'conflict';
  useEffect(() => {
    if (!canEdit || stuck || text === kept.text || text === '') return;
    const timer = setTimeout(keep, QUIET);
    return () => clearTimeout(timer);
  }, [canEdit, stuck, text, kept.text, keep]);

  // Who leaves the page does not lose what they wrote last.
  useEffect(() => {
    if (!canEdit) return;
    const warn = (event: BeforeUnloadEvent) => {
      if (latest.current.text !== latest.current.kept.text) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      void keep();
    };
  }, [canEdit, keep]);

  return {
    text,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    write: useCallback((next, about) => setHistory((before) => write(before, next, about, performance.now())), []),
    undo: useCallback(() => setHistory(undo), []),
    redo: useCallback(() => setHistory(redo), []),
    keeping: keeping.kind === 'kept' && text !== kept.text ? { kind: 'changed' } : keeping,
    keep,
    takeTheirs: () => {
      if (keeping.kind !== 'conflict' || keeping.theirs === null) return;
      const { document, changedAt } = keeping.theirs;
      setHistory((before) => write(before, document, null, performance.now()));
      setKept({ text: document, seen: changedAt });
      setKeeping({ kind: 'kept' });
    },
    keepMine: () => put(text, keeping.kind === 'conflict' ? (keeping.theirs?.changedAt ?? null) : kept.seen),
  };
}

export const pathOf = (name: string): string => `/api/drafts/${encodeURIComponent(name)}`;

const theirsOf = (name: string): Promise<Draft | null> =>
  call<Draft>('GET', pathOf(name)).catch((error) => {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  });
