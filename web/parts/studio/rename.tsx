/** A score or a rule under another name: what will change is said before it is done, and one step back undoes it. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, memo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../call.ts';
import { useFormat } from '../../format.ts';
import {
  type NameProblem,
  problemOfRuleName,
  problemOfScoreName,
  REFERENCES,
  type Renaming,
  renameRule,
  renameScore,
} from '../../rename.model.ts';
import { allRules, type RuleView, type ScoreView } from '../../studio.model.ts';
import type { Path } from '../../values.model.ts';
import { Failure } from '../failure.tsx';
import { useReturn } from './focus.ts';
import { keyOf, useActs, useDraft } from './studio.ts';

export type Renamed =
  | { readonly kind: 'score'; readonly score: ScoreView }
  | { readonly kind: 'rule'; readonly rule: RuleView };

export const Rename = memo(function Rename({
  renamed,
  onClose,
}: {
  readonly renamed: Renamed | null;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('studio');
  const old = renamed === null ? '' : nameOf(renamed);
  // A score under another name is another card; its heading has the focus then.
  const heading = useRef('');
  if (renamed !== null) heading.current = placeOf(renamed);
  const back = useReturn(renamed !== null, () => heading.current);
  return (
    <Modal
      {...back}
      opened={renamed !== null}
      onClose={onClose}
      title={t('renameTitle', { name: old })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {renamed !== null && (
        <Form
          renamed={renamed}
          onClose={onClose}
          onRenamed={(path) => {
            heading.current = idOf(renamed.kind, path);
            onClose();
          }}
        />
      )}
    </Modal>
  );
});

const idOf = (kind: Renamed['kind'], path: Path): string => `${kind === 'score' ? 'score' : 'line'}-${keyOf(path)}`;
const placeOf = (renamed: Renamed): string =>
  idOf(renamed.kind, renamed.kind === 'score' ? renamed.score.path : renamed.rule.path);

const nameOf = (renamed: Renamed): string => (renamed.kind === 'score' ? renamed.score.name : renamed.rule.id);

function Form({
  renamed,
  onClose,
  onRenamed,
}: {
  readonly renamed: Renamed;
  readonly onClose: () => void;
  /** Tells where it stands now. */
  readonly onRenamed: (path: Path) => void;
}) {
  const { t, i18n } = useTranslation('studio');
  const format = useFormat();
  const { view, value } = useDraft();
  const { respell } = useActs();
  const queries = useQueryClient();
  const old = nameOf(renamed);
  const [typed, setTyped] = useState(old);
  const name = typed.trim();
  const own = (score: ScoreView) => (score.ofCompany ? view.companyScores : view.scores);
  const problem: NameProblem | null =
    name === old
      ? null
      : renamed.kind === 'score'
        ? problemOfScoreName(
            name,
            own(renamed.score).map((one) => one.name),
          )
        : problemOfRuleName(
            name,
            allRules(view).map(({ id }) => id),
          );
  const renaming: Renaming =
    renamed.kind === 'score' ? renameScore(value, renamed.score, name) : renameRule(value, renamed.rule, name);
  const places = REFERENCES.flatMap((of) => {
    const count = renaming.references[of] ?? 0;
    return count === 0 ? [] : [t(`reference.${of}`, { n: format.count(count) })];
  });
  const rename = useMutation({
    mutationFn: async () => {
      if (renamed.kind === 'rule')
        await call<null>('POST', '/api/models/comments/rename', { body: { model: view.name, from: old, to: name } });
    },
    onSuccess: async () => {
      respell(renaming, name);
      onRenamed(renamed.kind === 'score' ? [...renamed.score.path.slice(0, -1), name] : renamed.rule.path);
      await queries.invalidateQueries({ queryKey: ['comments', view.name] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name === old) onClose();
    else if (problem === null) rename.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label={t('ruleName')}
          value={typed}
          error={problem === null ? null : t(`renameProblem.${problem}`)}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Text size="sm" role="status">
          {renamed.kind === 'rule'
            ? t('renameRule')
            : places.length === 0
              ? t('renameAlone')
              : t('renamePlaces', { list: new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(places) })}
        </Text>
        {renamed.kind === 'score' && (
          <Text size="xs" c="dimmed">
            {t('renameElsewhere')}
          </Text>
        )}
        {rename.error && <Failure error={rename.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={problem !== null || name === old} loading={rename.isPending}>
            {t('renameNow')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
