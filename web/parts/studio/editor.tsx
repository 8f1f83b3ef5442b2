/**
 * The draft and all that stands around it. It decides how form, text and trial come together: the text is the truth, a
 * form writes into it, and a text that cannot be read leaves the last forms that could be.
 */

import { Alert, Anchor, Breadcrumbs, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft, Fields, Problem, Tried, Version } from '../../answers.ts';
import { call, Refused } from '../../call.ts';
import { linesOf, placesOf, readText, respelled, rewrite } from '../../document.model.ts';
import { useEditing } from '../../draft.ts';
import { noFields } from '../../fields.model.ts';
import type { DraftSearch } from '../../router.tsx';
import { allRules, viewOf } from '../../studio.model.ts';
import { outcomeOf } from '../../trial.model.ts';
import { useTrial } from '../../trials.ts';
import { shared } from '../../values.model.ts';
import { Changes } from './changes.tsx';
import { Comments } from './comments.tsx';
import { useHeading } from './focus.ts';
import { Deeds, ViewChoice } from './head.tsx';
import { KeepingState } from './keeping.tsx';
import { Keys } from './keys.tsx';
import { ModelForms } from './model-forms.tsx';
import { Publish } from './publish.tsx';
import { Rename, type Renamed } from './rename.tsx';
import {
  type Acts,
  ActsContext,
  DraftContext,
  type Draft as DraftShown,
  keyOf,
  type Said,
  SaidContext,
  useShared,
} from './studio.ts';
import { TrialPanel, TrialStrip } from './trial-panel.tsx';

const TextEditor = lazy(() => import('./text.tsx'));

const NONE: readonly Problem[] = [];

interface Sentence {
  readonly path: string;
  readonly sentence: string;
}

export function Editor({
  draft,
  rights,
  search,
  onSearch,
}: {
  readonly draft: Draft;
  readonly rights: readonly string[];
  readonly search: DraftSearch;
  readonly onSearch: (search: Partial<DraftSearch>) => void;
}) {
  const { t, i18n } = useTranslation('studio');
  const navigate = useNavigate();
  const mayWrite = rights.includes('model.write');
  const mayPublish = rights.includes('model.publish');
  const canComment = rights.includes('model.comment');
  const editing = useEditing(draft, mayWrite);
  const { text, write } = editing;
  const [open, setOpen] = useState<string | null>(null);
  const [commented, setCommented] = useState<string | null>(null);
  const [publishing, setPublishing] = useState(false);
  const [keysShown, setKeysShown] = useState(false);
  const [renamed, setRenamed] = useState<Renamed | null>(null);
  // Two columns of a model need a wide window; in a narrow one the address that asks for them shows the rules.
  const isWide = useMediaQuery('(min-width: 75em)', undefined, { getInitialValueInEffect: false }) === true;
  useHeading('draft-title');
  const view = search.view === 'both' && !isWide ? 'rules' : (search.view ?? 'rules');
  const showsRules = view === 'rules' || view === 'both';
  const showsText = view === 'text' || view === 'both';

  const reading = useMemo(() => readText(text), [text]);
  const readable = useRef<{ readonly text: string; readonly value: unknown }>({ text: '', value: {} });
  if (reading.kind === 'read' && readable.current.text !== text)
    readable.current = { text, value: shared(readable.current.value, reading.value) };
  const { value } = readable.current;
  const model = useShared(useMemo(() => viewOf(value), [value]));
  const shown = useMemo<DraftShown>(() => ({ value, view: model }), [value, model]);
  const current = useRef(shown);
  current.current = shown;

  const trial = useTrial(text, outcomeOf(search));
  const fields = useQuery({
    queryKey: ['fields'],
    queryFn: () => call<Fields>('GET', '/api/fields'),
    staleTime: 300_000,
  });
  const sentences = useQuery({
    queryKey: ['sentences', trial.text, i18n.language],
    queryFn: ({ signal }) =>
      call<{ sentences: readonly Sentence[] }>('POST', '/api/models/sentences', {
        body: { document: trial.text, language: i18n.language },
        signal,
      }).catch((error) => {
        // Where nobody says it in sentences, the rules say it in their own words.
        if (error instanceof Refused && error.status === 404) return { sentences: [] };
        throw error;
      }),
    enabled: trial.problems.length === 0,
    placeholderData: (before) => before,
    staleTime: 60_000,
  });

  const problems = useMemo<readonly Problem[]>(
    () =>
      reading.kind === 'broken'
        ? [{ path: '', message: reading.message, line: reading.line, column: reading.column }]
        : trial.problems,
    [reading, trial.problems],
  );

  const change = useCallback<Acts['change']>(
    (wanted, about) => {
      const before = readable.current;
      if (wanted !== before.value) write(rewrite(before.text, wanted), about ?? null);
    },
    [write],
  );

  const respell = useCallback<Acts['respell']>(
    ({ places, document: wanted }, name) => {
      setOpen(null);
      write(respelled(readable.current.text, places, name, wanted), null);
    },
    [write],
  );

  /** Where each line of the forms stands in the text, and each score; what holds others first. */
  const places = useMemo(() => {
    if (!showsText || reading.kind === 'broken') return [];
    const parts = [
      ...[...model.scores, ...model.companyScores],
      ...allRules(model),
      ...model.stages,
      ...model.disqualify,
    ];
    const found = placesOf(
      text,
      parts.map(({ path }) => path),
    );
    return parts.flatMap(({ path }, i) => {
      const place = found[i];
      return place == null ? [] : [{ key: keyOf(path), place }];
    });
  }, [showsText, reading, model, text]);
  const onCaret = useCallback(
    (offset: number) => {
      if (view !== 'both') return;
      const within = places.findLast(({ place: [from, to] }) => from <= offset && offset <= to);
      if (within === undefined) return;
      const isLine = document.getElementById(`line-${within.key}`) !== null;
      if (isLine) setOpen(within.key);
      requestAnimationFrame(() => {
        const shown = document.getElementById(`${isLine ? 'line' : 'score'}-${within.key}`);
        shown?.scrollIntoView({ block: 'nearest' });
      });
    },
    [places, view],
  );

  const paths = useShared([...allRules(model), ...model.stages, ...model.disqualify].map(({ path }) => path));
  /** What is wrong, and on which lines each line of the forms stands: asked only where something is. */
  const wrong = useShared<{ readonly problems: readonly Problem[]; readonly lines: ReturnType<typeof linesOf> }>({
    problems,
    lines: problems.length === 0 || reading.kind === 'broken' ? [] : linesOf(text, paths),
  });
  const canEdit = mayWrite && reading.kind === 'read';
  const known = fields.data ?? noFields;
  const acts = useMemo<Acts>(
    () => ({
      fields: known,
      canEdit,
      canComment,
      now: () => current.current,
      change,
      respell,
      rename: setRenamed,
      setOpen,
    }),
    [known, canEdit, canComment, change, respell],
  );

  const said = useMemo<Said>(() => {
    const sentenceOf = new Map(sentences.data?.sentences.map(({ path, sentence }) => [path, sentence]));
    const results = new Map(trial.tried?.rules.map((rule) => [rule.id, rule]));
    const byPath = new Map(
      paths.map((path, i) => {
        const [from, to] = wrong.lines[i] ?? [0, -1];
        const own = wrong.problems.filter(({ line }) => line !== null && line >= from && line <= to);
        return [keyOf(path), own.length === 0 ? NONE : own];
      }),
    );
    return {
      open,
      sentenceAt: (path) => sentenceOf.get(path.join('.')),
      resultOf: (rule) => results.get(rule),
      problemsAt: (path) => byPath.get(keyOf(path)) ?? NONE,
    };
  }, [sentences.data, trial.tried, paths, wrong, open]);

  // One and the same at each edit: closed dialogues are not drawn again.
  const dialogs = useMemo(
    () => ({
      showKeys: () => setKeysShown(true),
      closeKeys: () => setKeysShown(false),
      closeComments: () => setCommented(null),
      closeRename: () => setRenamed(null),
      publish: () => setPublishing(true),
      closePublish: () => setPublishing(false),
      published: ({ name }: Version) => void navigate({ to: '/studio', hash: `model-${name}` }),
    }),
    [navigate],
  );
  const published = useRef<{ readonly document: string; readonly tried: Tried | null }>({ document: '', tried: null });
  if (publishing) published.current = { document: text, tried: trial.isFresh ? trial.tried : null };

  useHotkeys(
    [
      ['mod+S', () => void editing.keep()],
      ['mod+Z', editing.undo],
      ['mod+Y', editing.redo],
      ['mod+shift+Z', editing.redo],
      ['mod+Enter', () => mayPublish && setPublishing(true)],
      ['alt+T', () => onSearch({ view: view === 'text' ? undefined : view === 'rules' && isWide ? 'both' : 'text' })],
      ['alt+N', () => document.getElementById('trial')?.focus()],
      ['mod+K', () => document.getElementById('find-rule')?.focus()],
    ],
    // Also from within the inputs of a form.
    [],
  );

  // What was opened by a change may not exist after the next one.
  useEffect(() => {
    if (open !== null && !document.getElementById(`line-${open}`) && showsRules) setOpen(null);
  }, [open, showsRules]);

  const elsewhere = wrong.problems.filter(
    (problem) => !showsRules || !paths.some((path) => said.problemsAt(path).includes(problem)),
  );
  return (
    <ActsContext value={acts}>
      <DraftContext value={shown}>
        <SaidContext value={said}>
          <Stack gap="sm">
            <Breadcrumbs>
              <Anchor component={Link} to="/studio">
                {t('heading')}
              </Anchor>
              <Text className="breaks">{draft.name}</Text>
            </Breadcrumbs>
            <Group justify="space-between" gap="xs">
              <Group gap="sm">
                <Title order={1} id="draft-title" tabIndex={-1} className="breaks">
                  {model.title || model.name || draft.name}
                </Title>
                <KeepingState editing={editing} draft={draft} canEdit={mayWrite} />
              </Group>
              <Deeds
                undo={mayWrite ? (editing.canUndo ? editing.undo : null) : undefined}
                redo={mayWrite ? (editing.canRedo ? editing.redo : null) : undefined}
                showKeys={dialogs.showKeys}
                publish={mayPublish ? dialogs.publish : undefined}
                ready={problems.length === 0 && text !== ''}
              />
            </Group>
            <div className="studio" data-view={view}>
              <Stack gap="sm" className="model">
                <ViewChoice view={view} isWide={isWide} onSearch={onSearch} />
                <Anchor href="#trial" size="sm" className="onlyStacked">
                  {t('trial')}
                </Anchor>
                {reading.kind === 'broken' && showsRules && (
                  <Alert
                    color="yellow"
                    variant="light"
                    role="status"
                    icon={<IconAlertTriangle aria-hidden />}
                    title={t('unreadable')}
                  >
                    <Text size="sm">{t('unreadableHint', { line: reading.line })}</Text>
                  </Alert>
                )}
                {elsewhere.length > 0 && <Problems problems={elsewhere} onLine={() => onSearch({ view: 'text' })} />}
                {view === 'both' && trial.tried !== null && <TrialStrip trial={trial} tried={trial.tried} />}
                <div className="sides">
                  {showsRules && <ModelForms onComment={setCommented} />}
                  {showsText && (
                    <Suspense fallback={<Skeleton h={480} />}>
                      <TextEditor
                        text={text}
                        onChange={(next) => write(next, 'typing')}
                        problems={problems}
                        fields={fields.data ?? noFields}
                        readOnly={!mayWrite}
                        shown={places.find(({ key }) => key === open)?.place ?? null}
                        onCaret={onCaret}
                        onUndo={editing.undo}
                        onRedo={editing.redo}
                      />
                    </Suspense>
                  )}
                </div>
                {view === 'changes' && (
                  <Changes
                    document={trial.text}
                    model={model.name}
                    from={search.with}
                    onFrom={(id) => onSearch({ with: id })}
                  />
                )}
              </Stack>
              <section className="trial" id="trial" tabIndex={-1} aria-label={t('trial')}>
                <TrialPanel trial={trial} search={search} onSearch={onSearch} />
              </section>
            </div>
          </Stack>
          <Comments model={model.name} rule={commented} canComment={canComment} onClose={dialogs.closeComments} />
          <Publish
            opened={publishing}
            onClose={dialogs.closePublish}
            document={published.current.document}
            tried={published.current.tried}
            keep={editing.keep}
            onPublished={dialogs.published}
          />
          <Rename renamed={renamed} onClose={dialogs.closeRename} />
          <Keys opened={keysShown} onClose={dialogs.closeKeys} />
        </SaidContext>
      </DraftContext>
    </ActsContext>
  );
}

function Problems({ problems, onLine }: { readonly problems: readonly Problem[]; readonly onLine: () => void }) {
  const { t } = useTranslation('studio');
  return (
    <Alert
      color="red"
      variant="light"
      role="status"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('problems', { count: problems.length })}
    >
      <Stack gap={2}>
        {problems.slice(0, 5).map(({ path, line, column, message }) => (
          <Text key={`${path} ${line} ${column} ${message}`} size="sm" className="breaks">
            {line !== null && (
              <Anchor component="button" size="sm" onClick={onLine}>
                {t('place', { line, column })}
              </Anchor>
            )}{' '}
            {message}
          </Text>
        ))}
      </Stack>
    </Alert>
  );
}
