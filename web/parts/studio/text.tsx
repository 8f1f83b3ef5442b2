/** The text of a draft in an editor: names and keys are completed, what is wrong is marked where it stands. */

import { autocompletion, type CompletionContext, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  defaultHighlightStyle,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorSelection, EditorState, StateEffect, StateField, Transaction } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import schema from '../../../models/scoreline-model.schema.json' with { type: 'json' };
import type { Fields, Problem } from '../../answers.ts';
import { offersAt } from '../../completion.model.ts';

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)' },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-shown': { boxShadow: 'inset 3px 0 0 var(--mantine-primary-color-filled)' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--mantine-color-dimmed)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--mantine-color-default-hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--mantine-primary-color-light)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--mantine-color-body)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--mantine-color-default-border)',
  },
});

/** The colours of the light scheme, lightened until they can be read on dark. */
const darkStyle = HighlightStyle.define(
  defaultHighlightStyle.specs.map((spec) =>
    typeof spec.color === 'string' ? { ...spec, color: `color-mix(in oklab, ${spec.color} 35%, white)` } : spec,
  ),
);

/** The lines of what is looked at beside the text. */
const showLines = StateEffect.define<readonly [number, number] | null>();
const shownLine = Decoration.line({ class: 'cm-shown' });
const shownLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { effects, changes, state }) => {
    const effect = effects.findLast((one) => one.is(showLines));
    if (effect === undefined) return marks.map(changes);
    if (effect.value === null) return Decoration.none;
    const [first, last] = effect.value.map((offset) => state.doc.lineAt(offset).number);
    const lines = Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, i) => state.doc.line((first ?? 1) + i));
    return Decoration.set(lines.map((line) => shownLine.range(line.from)));
  },
  provide: (field) => EditorView.decorations.from(field),
});

export default function TextEditor({
  text,
  onChange,
  problems,
  fields,
  readOnly,
  shown,
  onCaret,
  onUndo,
  onRedo,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly problems: readonly Problem[];
  readonly fields: Fields;
  readonly readOnly: boolean;
  /** What is looked at beside the text: marked, and brought into sight unless somebody writes here. */
  readonly shown: readonly [number, number] | null;
  /** Where the caret came to stand. */
  readonly onCaret: (offset: number) => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
}) {
  const { t } = useTranslation('studio');
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onCaret, fields, onUndo, onRedo });
  latest.current = { onChange, onCaret, fields, onUndo, onRedo };
  const first = useRef(text);
  const colours = useRef(new Compartment());
  const editable = useRef(new Compartment());
  const label = t('text');

  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    const complete = (context: CompletionContext) => {
      const { from, offers } = offersAt(context.state.doc.toString(), context.pos, schema, latest.current.fields);
      if (
        offers.length === 0 ||
        (from === context.pos && !context.explicit && !/[\s:[{,]$/.test(context.state.sliceDoc(0, from)))
      )
        return null;
      return {
        from,
        options: offers.map(({ label: name, kind }) => ({
          label: name,
          type: kind === 'key' ? 'property' : 'text',
          apply: kind === 'key' ? `${name}: ` : name,
        })),
        validFor: /^[\w./-]*$/,
      };
    };
    const command = (run: () => void) => () => {
      run();
      return true;
    };
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          lineNumbers(),
          drawSelection(),
          highlightActiveLine(),
          bracketMatching(),
          indentUnit.of('  '),
          yaml(),
          colours.current.of([]),
          editable.current.of([]),
          shownLines,
          autocompletion({ override: [complete] }),
          lintGutter(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          look,
          // One past for forms and text: the editor keeps none of its own.
          keymap.of([
            { key: 'Mod-z', run: command(() => latest.current.onUndo()), preventDefault: true, stopPropagation: true },
            { key: 'Mod-y', run: command(() => latest.current.onRedo()), preventDefault: true, stopPropagation: true },
            {
              key: 'Mod-Shift-z',
              run: command(() => latest.current.onRedo()),
              preventDefault: true,
              stopPropagation: true,
            },
            ...completionKeymap,
            ...lintKeymap,
            // Tab indents until Escape is pressed, then it goes on to the next control.
            indentWithTab,
            ...defaultKeymap.filter(({ key }) => key !== 'Alt-ArrowUp' || !readOnly),
          ]),
          EditorView.updateListener.of((update) => {
            const own = update.transactions.some(
              (one) => one.docChanged && one.annotation(Transaction.remote) !== true,
            );
            if (own) latest.current.onChange(update.state.doc.toString());
            const moved = update.selectionSet || own;
            if (moved && update.view.hasFocus) latest.current.onCaret(update.state.selection.main.head);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [label, readOnly]);

  useEffect(() => {
    const editor = view.current;
    const now = editor?.state.doc.toString();
    if (editor === null || now === undefined || now === text) return;
    // Only what differs is written, so that the cursor stays where it was.
    let start = 0;
    while (start < Math.min(now.length, text.length) && now[start] === text[start]) start++;
    let end = 0;
    while (end < Math.min(now.length, text.length) - start && now.at(-1 - end) === text.at(-1 - end)) end++;
    editor.dispatch({
      changes: { from: start, to: now.length - end, insert: text.slice(start, text.length - end) },
      annotations: Transaction.remote.of(true),
    });
  }, [text]);

  useEffect(() => {
    view.current?.dispatch({
      effects: [
        colours.current.reconfigure(syntaxHighlighting(scheme === 'dark' ? darkStyle : defaultHighlightStyle)),
        editable.current.reconfigure([EditorState.readOnly.of(readOnly)]),
      ],
    });
  }, [scheme, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const { doc } = editor.state;
    const marks = problems.map(({ line, column, message }): Diagnostic => {
      const row = doc.line(Math.min(Math.max(1, line ?? 1), doc.lines));
      const from = Math.min(row.from + Math.max(0, (column ?? 1) - 1), row.to);
      const word = /^[^\s,:{}[\]]*/.exec(doc.sliceString(from, row.to))?.[0].length ?? 0;
      return { from, to: Math.min(row.to, from + Math.max(1, word)), severity: 'error', message };
    });
    editor.dispatch(setDiagnostics(editor.state, marks));
  }, [problems]);

  const [from, to] = shown ?? [null, null];
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const end = editor.state.doc.length;
    const range = from === null || to === null || to > end ? null : ([from, to] as const);
    editor.dispatch({
      effects: [
        showLines.of(range),
        ...(range === null || editor.hasFocus
          ? []
          : [EditorView.scrollIntoView(EditorSelection.range(range[0], range[1]), { y: 'center' })]),
      ],
    });
  }, [from, to]);

  return <div ref={place} className="editor" />;
}
