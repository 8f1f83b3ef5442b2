/** All leads, found by what is known of them and in the order of a score. What is found and how stands in the address. */

import {
  Anchor,
  Badge,
  Button,
  Center,
  Group,
  Loader,
  MultiSelect,
  NativeSelect,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Lead, List } from '../answers.ts';
import { call } from '../call.ts';
import { nameOf, whereOf } from '../lead.model.ts';
import { Failure } from '../parts/failure.tsx';
import { Score } from '../parts/score.tsx';
import { type LeadsSearch, leads } from '../router.tsx';
import { useServing } from '../serving.ts';

const PAGE = 50;

export function Leads() {
  const { t } = useTranslation('leads');
  const search = leads.useSearch();
  const navigate = leads.useNavigate();
  const serving = useServing();
  const outline = serving.data?.outline;
  const scores = outline?.scores.map(({ name }) => name) ?? [];
  const sort = search.sort ?? outline?.main ?? undefined;
  const change = (part: LeadsSearch) => navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const find = useDebouncedCallback((text: string) => change({ find: text || undefined }), 250);
  const stages = outline?.stages ?? [];

  if (serving.error) return <Failure error={serving.error} again={() => serving.refetch()} />;
  return (
    <Stack>
      <Title order={1}>{t('heading')}</Title>
      <Group align="end">
        <TextInput
          label={t('find')}
          placeholder={t('findHint')}
          leftSection={<IconSearch aria-hidden size={16} />}
          defaultValue={search.find ?? ''}
          onChange={(event) => find(event.currentTarget.value)}
          flex="1 1 220px"
        />
        {stages.length > 0 && (
          <MultiSelect
            label={t('stage')}
            data={[...stages]}
            value={[...(search.stage ?? [])]}
            onChange={(stage) => change({ stage: stage.length === 0 ? undefined : stage })}
            clearable
            flex="1 1 180px"
          />
        )}
        <NativeSelect
          label={t('sort')}
          value={sort ?? 'newest'}
          onChange={(event) => change({ sort: event.currentTarget.value })}
          data={[...scores.map((name) => ({ value: name, label: name })), { value: 'newest', label: t('newest') }]}
          flex="0 1 160px"
        />
      </Group>
      {serving.isPending ? <Waiting /> : <Found search={search} sort={sort} scores={scores} />}
    </Stack>
  );
}

const Waiting = () => (
  <Center mih={240}>
    <Loader />
  </Center>
);

interface Wanted {
  readonly search: LeadsSearch;
  readonly sort: string | undefined;
  readonly scores: readonly string[];
}

function Found({ search, sort, scores }: Wanted) {
  const { t } = useTranslation('leads');
  const where = whereOf(search.find);
  const asked = {
    limit: PAGE,
    ...(where === null ? {} : { where }),
    ...(search.stage === undefined ? {} : { stage: search.stage }),
    sort: sort === undefined || sort === 'newest' ? { by: 'createdAt' } : { by: 'score', score: sort },
  };
  const found = useInfiniteQuery({
    queryKey: ['leads', asked],
    queryFn: ({ pageParam }) =>
      call<List<Lead>>('POST', '/api/contacts/search', {
        body: pageParam === null ? asked : { ...asked, cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
  });
  if (found.isPending) return <Waiting />;
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const rows = found.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0) return <Empty searched={where !== null || search.stage !== undefined} />;
  return (
    <Stack aria-busy={found.isPlaceholderData}>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing="sm" highlightOnHover stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('name')}</Table.Th>
              <Table.Th>{t('title')}</Table.Th>
              <Table.Th>{t('stage')}</Table.Th>
              {scores.map((name) => (
                <Table.Th key={name} className="number">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((lead) => (
              <Row key={lead.id} lead={lead} scores={scores} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {found.hasNextPage && (
        <Center>
          <Button variant="default" loading={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
            {t('more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Row({ lead, scores }: { lead: Lead; scores: readonly string[] }) {
  const name = nameOf(lead);
  const { title } = lead.traits;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor fw={600} size="sm" renderRoot={(props) => <Link {...props} to="/leads/$id" params={{ id: lead.id }} />}>
          {name}
        </Anchor>
        {lead.email !== null && lead.email !== name && (
          <Text size="xs" c="dimmed" className="breaks">
            {lead.email}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{typeof title === 'string' ? title : ''}</Text>
      </Table.Td>
      <Table.Td>
        <Stage lead={lead} />
      </Table.Td>
      {scores.map((score) => (
        <Table.Td key={score} className="number">
          <Score of={lead} name={score} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function Stage({ lead }: { lead: Lead }) {
  if (lead.disqualified !== null)
    return (
      <Badge color="gray" variant="outline">
        {lead.disqualified}
      </Badge>
    );
  return lead.stage === null ? null : <Badge variant="light">{lead.stage}</Badge>;
}

function Empty({ searched }: { searched: boolean }) {
  const { t } = useTranslation('leads');
  const known = useQuery({
    queryKey: ['leads', 'any'],
    queryFn: () => call<List<Lead>>('POST', '/api/contacts/search', { body: { limit: 1 } }),
    enabled: !searched,
  });
  const none = !searched && known.data?.items.length === 0;
  return (
    <Center mih={240}>
      <Stack align="center" gap="xs" maw={480}>
        <Text fw={600}>{t(none ? 'none' : 'noneFound')}</Text>
        <Text size="sm" c="dimmed" ta="center">
          {t(none ? 'noneHint' : 'noneFoundHint')}
        </Text>
      </Stack>
    </Center>
  );
}
