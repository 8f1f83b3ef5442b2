/**
 * What all parts of the studio share, by how often it changes: what can be done stays while a draft is edited, the draft
 * changes with each edit, and what the service says of it comes later. A part asks for no more than it shows, and is
 * drawn anew only when that changed.
 */

import { createContext, useContext, useRef } from 'react';
import type { Fields, Problem } from '../../answers.ts';
import type { Renaming } from '../../rename.model.ts';
import type { ModelView } from '../../studio.model.ts';
import type { RuleResult } from '../../trial.model.ts';
import { type Path, shared } from '../../values.model.ts';
import type { Renamed } from './rename.tsx';

/** What may be done with the draft, and how. */
export interface Acts {
  readonly fields: Fields;
  /** Whether this reader may change the draft, and it can be read now. */
  readonly canEdit: boolean;
  readonly canComment: boolean;
  /** The draft as it is when somebody does something. */
  readonly now: () => Draft;
  /** Writes what is wanted into the text. @param about what is changed; changes about the same soon after are one step */
  readonly change: (wanted: unknown, about?: string) => void;
  /** Writes another name into the text, in all its places, as one step. */
  readonly respell: (renaming: Renaming, name: string) => void;
  readonly rename: (renamed: Renamed) => void;
  readonly setOpen: (key: string | null) => void;
}

/** The draft as it is shown; a part that says the same as before is the very same. */
export interface Draft {
  readonly value: unknown;
  readonly view: ModelView;
}

/** What the service said of the draft, and which of its lines is open. */
export interface Said {
  /** Which item is open, by its path. */
  readonly open: string | null;
  /** What a rule, stage or disqualification says in the reader's language, or nothing where nobody can say it. */
  readonly sentenceAt: (path: Path) => string | undefined;
  readonly resultOf: (rule: string) => RuleResult | undefined;
  readonly problemsAt: (path: Path) => readonly Problem[];
}

export const ActsContext = createContext<Acts | null>(null);
export const DraftContext = createContext<Draft | null>(null);
export const SaidContext = createContext<Said | null>(null);

function within<Value>(value: Value | null): Value {
  if (value === null) throw new Error('a part of the studio stands outside of it');
  return value;
}

export const useActs = (): Acts => within(useContext(ActsContext));
export const useDraft = (): Draft => within(useContext(DraftContext));
export const useSaid = (): Said => within(useContext(SaidContext));

/** A value made of the parts of the one before it, wherever they say the same. */
export function useShared<Value>(value: Value): Value {
  const before = useRef(value);
  before.current = shared(before.current, value);
  return before.current;
}

export const keyOf = (path: Path): string => path.join('/');
