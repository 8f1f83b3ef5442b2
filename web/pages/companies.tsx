/** Companies side by side: what they score, how many of their people are hot or active, what happened last. */

import {
  Anchor,
  Button,
  Center,
  Group,
  Loader,
  NativeSelect,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { List } from '../answers.ts';
import { call } from '../call.ts';
import { companyName, factsOf, orderOf } from '../companies.model.ts';
import type { AccountRow } from '../figures.ts';
import { useFormat } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { Begin, Nothing } from '../parts/nothing.tsx';
import { Score } from '../parts/score.tsx';
import { type CompaniesSearch, companies } from '../router.tsx';
import { useServing } from '../serving.ts';

const PAGE = 50;

export function Companies() {
  const { t } = useTranslation('companies');
  const search = companies.useSearch();
  const navigate = companies.useNavigate();
  const serving = useServing();
  const scores = serving.data?.outline.companyScores ?? [];
  const sortable = scores.filter(({ kind }) => kind !== 'grid').map(({ name }) => name);
  // The last one usually sums the others up.
  const usual = sortable.at(-1);
  const sort = search.sort ?? (usual === undefined ? 'name' : `score:${usual}`);
  const change = (part: CompaniesSearch) => navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const find = useDebouncedCallback((text: string) => change({ find: text || undefined }), 250);
  if (serving.error) return <Failure error={serving.error} again={() => serving.refetch()} />;
  return (
    <Stack>
      <Stack gap={2}>
        <Title order={1}>{t('heading')}</Title>
        <Text size="sm" c="dimmed" maw={720}>
          {t('says')}
        </Text>
      </Stack>
      <Group align="end">
        <TextInput
          label={t('find')}
          placeholder={t('findHint')}
          leftSection={<IconSearch aria-hidden size={16} />}
          defaultValue={search.find ?? ''}
          onChange={(event) => find(event.currentTarget.value)}
          flex="1 1 220px"
        />
        <NativeSelect
          label={t('sort')}
          value={sort}
          onChange={(event) => change({ sort: event.currentTarget.value })}
          data={[
            ...sortable.map((name) => ({ value: `score:${name}`, label: name })),
            { value: 'contacts', label: t('contacts') },
            { value: 'name', label: t('name') },
          ]}
          flex="0 1 200px"
        />
      </Group>
      {serving.isPending ? (
        <Waiting />
      ) : (
        <Found find={search.find} sort={sort} scores={scores.map(({ name }) => name)} />
      )}
    </Stack>
  );
}

const Waiting = () => (
  <Center mih={240}>
    <Loader />
  </Center>
);

function Found({ find, sort, scores }: { find: string | undefined; sort: string; scores: readonly string[] }) {
  const { t } = useTranslation('companies');
  const found = useInfiniteQuery({
    queryKey: ['companies', find ?? '', sort],
    queryFn: ({ pageParam }) =>
      call<List<AccountRow>>('POST', '/api/companies/search', {
        body: { find, sort: orderOf(sort), limit: PAGE, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
  });
  if (found.isPending) return <Waiting />;
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const rows = found.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0)
    return find === undefined ? (
      <Nothing title={t('none')} hint={t('noneHint')}>
        <Begin />
      </Nothing>
    ) : (
      <Nothing title={t('noneFound')} hint={t('noneFoundHint')} />
    );
  return (
    <Stack aria-busy={found.isPlaceholderData}>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing="sm" highlightOnHover stickyHeader aria-label={t('heading')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('name')}</Table.Th>
              {scores.map((name) => (
                <Table.Th key={name} className="number">
                  {name}
                </Table.Th>
              ))}
              <Table.Th className="number">{t('contacts')}</Table.Th>
              <Table.Th className="number">{t('hot')}</Table.Th>
              <Table.Th className="number">{t('engaged')}</Table.Th>
              <Table.Th className="number">{t('newest')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Row key={row.id} of={row} scores={scores} />
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

function Row({ of, scores }: { of: AccountRow; scores: readonly string[] }) {
  const format = useFormat();
  const facts = factsOf(of);
  return (
    <Table.Tr>
      <Table.Td miw={180}>
        <Anchor
          fw={600}
          size="sm"
          className="breaks"
          renderRoot={(props) => <Link {...props} to="/companies/$id" params={{ id: of.id }} />}
        >
          {companyName(of)}
        </Anchor>
        {facts !== '' && (
          <Text size="xs" c="dimmed" className="breaks">
            {facts}
          </Text>
        )}
      </Table.Td>
      {scores.map((name) => (
        <Table.Td key={name} className="number">
          <Score of={of} name={name} />
        </Table.Td>
      ))}
      <Table.Td className="number">{format.count(of.contacts)}</Table.Td>
      <Table.Td className="number">{format.count(of.hot)}</Table.Td>
      <Table.Td className="number">{format.count(of.engaged)}</Table.Td>
      <Table.Td className="number">
        <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
          {of.newestAt === null ? '–' : format.day(of.newestAt)}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
