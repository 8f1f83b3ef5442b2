/** All leads, found by any of what is known of them. What is found, how and with which columns stands in the address. */

import { Button, Group, MultiSelect, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconDownload, IconSearch } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, callForFile } from '../call.ts';
import { useFormat } from '../format.ts';
import { columnOf, conditionsOf, type SearchBody, searchOf } from '../leads.model.ts';
import { ConditionBuilder } from '../parts/condition-builder.tsx';
import { Failure } from '../parts/failure.tsx';
import { LeadColumns, useColumns } from '../parts/lead-columns.tsx';
import { LeadsTable } from '../parts/leads-table.tsx';
import { Segments } from '../parts/segments.tsx';
import { type LeadsSearch, leads } from '../router.tsx';
import { useServing } from '../serving.ts';
import './leads.css';

export function Leads() {
  const { t } = useTranslation('leads');
  const search = leads.useSearch();
  const navigate = leads.useNavigate();
  const serving = useServing();
  const outline = serving.data?.outline;
  // The score that says most comes first.
  const scores = (outline?.scores ?? [])
    .map(({ name }) => name)
    .sort((a, b) => Number(b === outline?.main) - Number(a === outline?.main));
  const columns = useColumns(search.columns, scores);
  const [building, setBuilding] = useState(search.where !== undefined);
  const change = (part: LeadsSearch) => navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const sort = search.sort ?? outline?.main ?? 'newest';
  const body = useMemo(
    () => searchOf({ find: search.find, where: search.where, stage: search.stage, sort }),
    [search.find, search.where, search.stage, sort],
  );
  const stages = outline?.stages ?? [];
  const pointed = outline?.scores.filter(({ kind }) => kind !== 'grid').map(({ name }) => name) ?? [];
  const parts = conditionsOf(search.where).parts.length;
  if (serving.error) return <Failure error={serving.error} again={() => serving.refetch()} />;
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="end">
        <Group gap="sm" align="baseline">
          <Title order={1}>{t('heading')}</Title>
          {!serving.isPending && <Count body={body} />}
        </Group>
        <Segments search={search} body={body} />
      </Group>
      <Group align="end" gap="sm">
        <Find key={search.segment} value={search.find ?? ''} onChange={(find) => change({ find: find || undefined })} />
        {stages.length > 0 && (
          <MultiSelect
            label={t('stage')}
            placeholder={search.stage === undefined ? t('anyStage') : ''}
            data={[...stages]}
            value={[...(search.stage ?? [])]}
            onChange={(stage) => change({ stage: stage.length === 0 ? undefined : stage })}
            clearable
            clearButtonProps={{ 'aria-label': t('clearStages') }}
            flex="1 1 160px"
            maw={320}
          />
        )}
        <NativeSelect
          label={t('sort')}
          value={sort}
          onChange={(event) => change({ sort: event.currentTarget.value })}
          data={[...pointed.map((name) => ({ value: name, label: name })), { value: 'newest', label: t('newest') }]}
          flex="0 1 150px"
        />
        <Button
          variant={parts > 0 ? 'light' : 'default'}
          leftSection={<IconAdjustmentsHorizontal aria-hidden size={16} />}
          aria-expanded={building}
          onClick={() => setBuilding(!building)}
        >
          {parts > 0 ? t('conditionsCount', { count: parts }) : t('conditions')}
        </Button>
        <LeadColumns columns={columns} scores={scores} onChange={(chosen) => change({ columns: chosen })} />
        <Csv body={body} columns={columns} />
      </Group>
      {building && outline !== undefined && (
        <ConditionBuilder where={search.where} outline={outline} onChange={(where) => change({ where })} />
      )}
      {!serving.isPending && (
        <LeadsTable body={body} columns={columns} sort={sort} onSort={(by) => change({ sort: by })} />
      )}
    </Stack>
  );
}

/** Keeps what is being typed; the address follows a moment later. */
function Find({ value, onChange }: { value: string; onChange: (find: string) => void }) {
  const { t } = useTranslation('leads');
  const [text, setText] = useState(value);
  const tell = useDebouncedCallback(onChange, 250);
  return (
    <TextInput
      label={t('find')}
      placeholder={t('findHint')}
      leftSection={<IconSearch aria-hidden size={16} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
      flex="1 1 220px"
      maw={420}
    />
  );
}

/** How many are found. It is asked for beside the leads and never keeps them waiting. */
function Count({ body }: { body: SearchBody }) {
  const { t } = useTranslation('leads');
  const format = useFormat();
  const { sort: _, ...asked } = body;
  const found = useQuery({
    queryKey: ['leads', 'count', asked],
    queryFn: () => call<{ count: number; exact: boolean }>('POST', '/api/contacts/search/count', { body: asked }),
    retry: false,
  });
  return (
    <Text size="sm" c="dimmed" role="status" mih="1.55em">
      {found.data &&
        t(found.data.exact ? 'found' : 'foundAtLeast', {
          count: found.data.count,
          shown: format.count(found.data.count),
        })}
    </Text>
  );
}

function Csv({ body, columns }: { body: SearchBody; columns: readonly string[] }) {
  const { t } = useTranslation('leads');
  const [saved, setSaved] = useState<string | null>(null);
  const traits = columns.flatMap((text) => {
    const column = columnOf(text);
    return column?.kind === 'trait' ? [column.name] : column?.kind === 'title' ? ['title'] : [];
  });
  const file = useMutation({
    mutationFn: () => callForFile('/api/contacts/search.csv', { query: { traits: traits.join(',') }, body }),
    onSuccess: (blob) => setSaved(URL.createObjectURL(blob)),
  });
  useEffect(() => {
    if (saved === null) return;
    const link = document.createElement('a');
    link.href = saved;
    link.download = 'leads.csv';
    link.click();
    return () => URL.revokeObjectURL(saved);
  }, [saved]);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconDownload aria-hidden size={16} />}
        loading={file.isPending}
        onClick={() => file.mutate()}
      >
        {t('csv')}
      </Button>
      {file.error && <Failure error={file.error} />}
    </>
  );
}
