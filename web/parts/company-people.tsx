/** The people of a company, the highest score first, with their roles and what they did last. */

import { Anchor, Badge, Button, Center, Group, Loader, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { List } from '../answers.ts';
import { call } from '../call.ts';
import type { Member } from '../figures.ts';
import { useFormat } from '../format.ts';
import { nameOf } from '../lead.model.ts';
import { useServing } from '../serving.ts';
import { Failure } from './failure.tsx';
import { Score } from './score.tsx';

const PAGE = 30;

export function CompanyPeople({ id }: { id: string }) {
  const { t } = useTranslation('companies');
  const serving = useServing();
  const found = useInfiniteQuery({
    queryKey: ['companies', 'people', id],
    queryFn: ({ pageParam }) =>
      call<List<Member>>('GET', `/api/companies/${id}/people`, { query: { limit: PAGE, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  if (found.isPending)
    return (
      <Center mih={160}>
        <Loader />
      </Center>
    );
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const people = found.data.pages.flatMap(({ items }) => items);
  if (people.length === 0) return <Text c="dimmed">{t('noPeople')}</Text>;
  const main = serving.data?.outline.main ?? null;
  return (
    <Stack>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing="sm" highlightOnHover aria-label={t('people')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('name')}</Table.Th>
              <Table.Th>{t('role')}</Table.Th>
              <Table.Th>{t('stage')}</Table.Th>
              {main !== null && <Table.Th className="number">{main}</Table.Th>}
              <Table.Th>{t('last')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.map((member) => (
              <Row key={member.id} of={member} main={main} />
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

function Row({ of, main }: { of: Member; main: string | null }) {
  const { t } = useTranslation('companies');
  const format = useFormat();
  const { title } = of.traits;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          fw={600}
          size="sm"
          className="breaks"
          renderRoot={(props) => <Link {...props} to="/leads/$id" params={{ id: of.id }} />}
        >
          {nameOf(of)}
        </Anchor>
        {typeof title === 'string' && (
          <Text size="xs" c="dimmed" className="breaks">
            {title}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {of.roles.map((role) => (
            <Badge key={role} variant="default" tt="none" fw={500}>
              {t(`role.${role}`)}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{of.disqualified ?? of.stage ?? '–'}</Text>
      </Table.Td>
      {main !== null && (
        <Table.Td className="number">
          <Score of={of} name={main} />
        </Table.Td>
      )}
      <Table.Td>
        {of.last === null ? (
          <Text size="sm" c="dimmed">
            {t('nothing')}
          </Text>
        ) : (
          <>
            <Text size="sm" className="breaks">
              {of.last.name}
            </Text>
            <Text size="xs" c="dimmed">
              {format.moment(of.last.at)}
            </Text>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
