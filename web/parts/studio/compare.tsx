/** Any two documents of the studio, versions and drafts, in sentences; and, where asked, in numbers over everybody. */

import { ActionIcon, Alert, Card, Checkbox, Group, Loader, NativeSelect, Skeleton, Stack, Text } from '@mantine/core';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Diff, Draft, Version, WholeVersion } from '../../answers.ts';
import { call } from '../../call.ts';
import { useFormat } from '../../format.ts';
import type { StudioSearch } from '../../router.tsx';
import { useTrial } from '../../trials.ts';
import { Failure } from '../failure.tsx';
import { type Asked, BehindNumber } from './behind.tsx';
import { Sentences } from './publish.tsx';
import { Headline, Rules, Scores, Stages } from './trial-numbers.tsx';

interface Choice {
  readonly value: string;
  readonly label: string;
}

export function Compare({
  versions,
  drafts,
  search,
  onSearch,
}: {
  readonly versions: readonly Version[];
  readonly drafts: readonly Draft[];
  readonly search: StudioSearch;
  readonly onSearch: (search: StudioSearch) => void;
}) {
  const { t, i18n } = useTranslation('studio');
  const format = useFormat();
  const choices: Choice[] = [
    ...drafts.map(({ name, changedAt }) => ({
      value: `draft:${name}`,
      label: `${name} · ${t('draft')} · ${format.day(changedAt)}`,
    })),
    ...[...versions].reverse().map(({ id, name, version, state, publishedAt }) => ({
      value: `version:${id}`,
      label: `${name} ${version} · ${t(`state.${state}`)} · ${format.day(publishedAt)}`,
    })),
  ];
  // Unless chosen: what serves, and the latest beside it.
  const serving = versions.find(({ state }) => state === 'serving') ?? versions.at(-1);
  const from = search.from ?? (serving === undefined ? undefined : `version:${serving.id}`);
  const to = search.to ?? choices.find(({ value }) => value !== from)?.value;
  const [before, after] = [useDocument(from, drafts), useDocument(to, drafts)];
  const both = before.document !== undefined && after.document !== undefined;
  const diff = useQuery({
    queryKey: ['diff', before.document, after.document, i18n.language],
    queryFn: ({ signal }) =>
      call<Diff>('POST', '/api/models/diff', {
        body: { document: after.document, beside: before.document, language: i18n.language },
        signal,
      }),
    enabled: both,
    placeholderData: (earlier) => earlier,
  });
  const error = before.error ?? after.error ?? diff.error;
  if (choices.length < 2)
    return (
      <Text size="sm" c="dimmed">
        {t('compareNone')}
      </Text>
    );
  const select = (label: string, value: string | undefined, set: (value: string) => void): ReactNode => (
    <NativeSelect
      label={label}
      value={value ?? ''}
      data={choices}
      onChange={(event) => set(event.currentTarget.value)}
      style={{ flex: '1 1 14rem', minWidth: 0 }}
    />
  );
  return (
    <Card withBorder padding="sm">
      <Stack gap="sm">
        <Group gap="xs" align="end">
          {select(t('compareFrom'), from, (next) => onSearch({ ...search, from: next, to }))}
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t('compareSwap')}
            onClick={() => onSearch({ ...search, from: to, to: from })}
          >
            <IconArrowsLeftRight aria-hidden size={16} />
          </ActionIcon>
          {select(t('compareTo'), to, (next) => onSearch({ ...search, from, to: next }))}
        </Group>
        {error && <Failure error={error} again={() => diff.refetch()} />}
        {!error && diff.isPending && <Loader size="sm" />}
        {diff.data?.ok === false && <Text size="sm">{t('compareUnread')}</Text>}
        {diff.data?.ok && (
          <div role="status" data-fresh={!diff.isPlaceholderData}>
            <Sentences sentences={diff.data.sentences} />
          </div>
        )}
        <Checkbox
          label={t('compareNumbers')}
          checked={search.numbers === true}
          onChange={(event) => onSearch({ ...search, from, to, numbers: event.currentTarget.checked || undefined })}
        />
        {search.numbers === true && diff.data?.ok && before.document !== undefined && after.document !== undefined && (
          <Numbers document={after.document} beside={before.document} />
        )}
      </Stack>
    </Card>
  );
}

/** The text behind a choice. */
function useDocument(choice: string | undefined, drafts: readonly Draft[]) {
  const [kind, id = ''] =
    choice === undefined ? [] : [choice.slice(0, choice.indexOf(':')), choice.slice(choice.indexOf(':') + 1)];
  const version = useQuery({
    queryKey: ['models', id],
    queryFn: () => call<WholeVersion>('GET', `/api/models/${encodeURIComponent(id)}`),
    enabled: kind === 'version',
  });
  if (kind === 'draft') return { document: drafts.find(({ name }) => name === id)?.document, error: null };
  return { document: kind === 'version' ? version.data?.document : undefined, error: version.error };
}

function Numbers({ document, beside }: { readonly document: string; readonly beside: string }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [behind, setBehind] = useState<Asked | null>(null);
  const trial = useTrial(document, null, beside);
  const { tried } = trial;
  if (trial.error !== null) return <Failure error={trial.error} again={trial.refresh} />;
  if (tried === null)
    return (
      <>
        <Text size="xs" c="dimmed" role="status">
          {t('baseLoading', { share: format.count(Math.round((trial.base?.share ?? 0) * 100)) })}
        </Text>
        <Skeleton h={240} />
      </>
    );
  return (
    <div data-fresh={trial.isFresh} className="tried">
      <Stack gap="sm">
        <Alert variant="light">
          <Text size="sm">
            {t('asOfBase', {
              count: tried.contacts,
              at: format.moment(tried.asOf),
              contacts: format.count(tried.contacts),
            })}{' '}
            {t('compareHow')}
          </Text>
        </Alert>
        <Headline tried={tried} show={setBehind} />
        <div className="pairs">
          <Stages tried={tried} show={setBehind} />
          <Scores tried={tried} show={setBehind} />
          <Rules tried={tried} show={setBehind} />
        </div>
      </Stack>
      <BehindNumber source={{ document, beside }} asked={behind} onClose={() => setBehind(null)} />
    </div>
  );
}
