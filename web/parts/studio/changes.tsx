/** What a draft changes against a version that was published, in sentences. */

import { Card, Loader, NativeSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Diff, List, Version } from '../../answers.ts';
import { call } from '../../call.ts';
import { useFormat } from '../../format.ts';
import { Failure } from '../failure.tsx';
import { Sentences } from './publish.tsx';

export function Changes({
  document,
  model,
  from,
  onFrom,
}: {
  readonly document: string;
  readonly model: string;
  readonly from: string | undefined;
  readonly onFrom: (id: string) => void;
}) {
  const { t, i18n } = useTranslation('studio');
  const format = useFormat();
  const versions = useQuery({
    queryKey: ['models', 'all'],
    queryFn: () => call<List<Version>>('GET', '/api/models', { query: { limit: 500 } }),
  });
  const items = versions.data?.items ?? [];
  const serving = items.find(({ name, state }) => name === model && state === 'serving') ?? items.at(-1);
  const chosen = from ?? serving?.id;
  const diff = useQuery({
    queryKey: ['diff', document, chosen, i18n.language],
    queryFn: ({ signal }) =>
      call<Diff>('POST', '/api/models/diff', {
        body: { document, from: chosen, language: i18n.language },
        signal,
      }),
    enabled: chosen !== undefined,
    placeholderData: (before) => before,
  });
  if (versions.error) return <Failure error={versions.error} again={() => versions.refetch()} />;
  if (versions.data !== undefined && chosen === undefined) return <Text c="dimmed">{t('nothingToCompare')}</Text>;
  return (
    <Card withBorder padding="sm">
      <Stack gap="sm">
        <NativeSelect
          label={t('compareWith')}
          value={chosen ?? ''}
          data={[...items].reverse().map(({ id, name, version, state, publishedAt }) => ({
            value: id,
            label: `${name} ${version} · ${t(`state.${state}`)} · ${format.day(publishedAt)}`,
          }))}
          onChange={(event) => onFrom(event.currentTarget.value)}
        />
        {diff.isPending && <Loader size="sm" />}
        {diff.error && <Failure error={diff.error} again={() => diff.refetch()} />}
        {diff.data?.ok === false && <Text size="sm">{t('compareBroken')}</Text>}
        {diff.data?.ok && <Sentences sentences={diff.data.sentences} />}
      </Stack>
    </Card>
  );
}
