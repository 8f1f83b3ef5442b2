/** What all parts of the studio share: the draft, what may be done with it, and what the service said about it. */

import { createContext, useContext } from 'react';
import type { Fields, Problem } from '../../answers.ts';
import type { Renaming } from '../../rename.model.ts';
import type { ModelView } from '../../studio.model.ts';
import type { RuleResult } from '../../trial.model.ts';
import type { Path } from '../../values.model.ts';
import type { Renamed } from './rename.tsx';

export interface Studio {
  readonly name: string;
  readonly value: unknown;
  readonly view: ModelView;
  readonly fields: Fields;
  /** Whether this reader may change the draft, and it can be read now. */
  readonly canEdit: boolean;
  readonly canComment: boolean;
  /** Writes what is wanted into the text. @param about what is changed; changes about the same soon after are one step */
  readonly change: (wanted: unknown, about?: string) => void;
  /** Writes another name into the text, in all its places, as one step. */
  readonly respell: (renaming: Renaming, name: string) => void;
  readonly rename: (renamed: Renamed) => void;
  /** Which item is open, by its path. */
  readonly open: string | null;
  readonly setOpen: (key: string | null) => void;
  /** What a rule, stage or disqualification says in the reader's language, or nothing where nobody can say it. */
  readonly sentenceAt: (path: Path) => string | undefined;
  readonly resultOf: (rule: string) => RuleResult | undefined;
  readonly problemsAt: (path: Path) => readonly Problem[];
}

const context = createContext<Studio | null>(null);
export const StudioProvider = context.Provider;

export function useStudio(): Studio {
  const studio = useContext(context);
  if (studio === null) throw new Error('a part of the studio stands outside of it');
  return studio;
}

export const keyOf = (path: Path): string => path.join('/');
