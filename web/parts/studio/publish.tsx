/** What publishing a draft would cause, before it is done: what changes, who moves, and that nobody is told yet. */

import { Alert, Button, Group, List, Loader, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dependent, Diff, Tried, Version } from '../../answers.ts';
import { call } from '../../call.ts';
import { useFormat } from '../../format.ts';
import { handoffsOf } from '../../trial.model.ts';
import { Failure } from '../failure.tsx';
import { Losses } from './losses.tsx';

export const Publish = memo(function Publish({
  opened,
  onClose,
  document,
  tried,
  keep,
  onPublished,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly document: string;
  /** What the trial of this very document said; null where there is none yet. */
  readonly tried: Tried | null;
  readonly keep: () => Promise<boolean>;
  readonly onPublished: (version: Version) => void;
}) {
  const { t, i18n } = useTranslation('studio');
  const format = useFormat();
  const queries = useQueryClient();
  const diff = useQuery({
    queryKey: ['diff', document, i18n.language],
    queryFn: () => call<Diff>('POST', '/api/models/diff', { body: { document, language: i18n.language } }),
    enabled: opened,
  });
  const lose = useQuery({
    queryKey: ['dependents', document],
    queryFn: () => call<{ items: readonly Dependent[] }>('POST', '/api/models/dependents', { body: { document } }),
    enabled: opened,
  });
  const publish = useMutation({
    mutationFn: async () => {
      // The draft goes when it is published as it was kept.
      await keep();
      return call<Version>('POST', '/api/models', { body: { document } });
    },
    onSuccess: async (version) => {
      await Promise.all(
        [['models'], ['serving'], ['drafts'], ['trial']].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
      onPublished(version);
    },
  });
  const moved = tried?.moves.reduce((sum, { contacts }) => sum + contacts, 0) ?? 0;
  const isFirst = tried !== null && tried.before === null;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('publishTitle')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="sm">
        <Text size="sm" fw={600}>
          {t('publishChanges')}
        </Text>
        {diff.isPending && <Loader size="sm" />}
        {diff.error && <Failure error={diff.error} again={() => diff.refetch()} />}
        {diff.data?.ok && diff.data.from === null && <Text size="sm">{t('publishFirst')}</Text>}
        {diff.data?.ok && diff.data.from !== null && <Sentences sentences={diff.data.sentences} />}
        <Text size="sm" fw={600}>
          {t('publishCauses')}
        </Text>
        {tried === null ? (
          <Text size="sm">{t('publishUnknown')}</Text>
        ) : (
          <List size="sm" spacing={4}>
            {!isFirst && <List.Item>{t('publishRolls', { contacts: format.count(tried.contacts) })}</List.Item>}
            <List.Item>
              {isFirst ? t('publishServes') : t('publishMoves', { count: moved, shown: format.count(moved) })}
            </List.Item>
            <List.Item>
              {t('publishHandoffs', { count: handoffsOf(tried), shown: format.count(handoffsOf(tried)) })}
            </List.Item>
            <List.Item>{t('publishHeld')}</List.Item>
          </List>
        )}
        {lose.isPending && <Loader size="sm" />}
        {lose.error && <Failure error={lose.error} again={() => lose.refetch()} />}
        <Losses of={lose.data?.items ?? []} />
        <Alert variant="light">{t('publishUndo')}</Alert>
        {publish.error && <Failure error={publish.error} again={() => publish.mutate()} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          {/* Nobody publishes before they were told who would lose something by it. */}
          <Button disabled={lose.isPending} loading={publish.isPending} onClick={() => publish.mutate()}>
            {t('publishNow')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
});

export function Sentences({ sentences }: { readonly sentences: readonly string[] }) {
  const { t } = useTranslation('studio');
  if (sentences.length === 0) return <Text size="sm">{t('noChanges')}</Text>;
  return (
    <List size="sm" spacing={4}>
      {sentences.map((sentence) => (
        <List.Item key={sentence} className="breaks">
          {sentence}
        </List.Item>
      ))}
    </List>
  );
}
