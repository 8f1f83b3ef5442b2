/** One company: what it scores and why, who of it is engaged, which roles are known, and how its scores changed. */

import {
  Anchor,
  Breadcrumbs,
  Card,
  Center,
  Group,
  Loader,
  SimpleGrid,
  Stack,
  Table,
  Tabs,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import { companyName, factsOf } from '../companies.model.ts';
import type { Account } from '../figures.ts';
import { useFormat } from '../format.ts';
import { useMay } from '../me.ts';
import { CompanyCourse } from '../parts/company-course.tsx';
import { CompanyPeople } from '../parts/company-people.tsx';
import { CompanyReasons } from '../parts/company-reasons.tsx';
import { CompanyRoles } from '../parts/company-roles.tsx';
import { Failure } from '../parts/failure.tsx';
import { HandoffOf } from '../parts/handoff-of.tsx';
import { Score } from '../parts/score.tsx';
import { company } from '../router.tsx';

export function Company() {
  const { t, i18n } = useTranslation('companies');
  const { id } = company.useParams();
  const mayHandoffs = useMay('handoff.read');
  const found = useQuery({
    queryKey: ['companies', 'one', id, i18n.language],
    queryFn: () => call<Account>('GET', `/api/companies/${id}/account`, { query: { language: i18n.language } }),
  });
  if (found.isPending)
    return (
      <Center mih={320}>
        <Loader />
      </Center>
    );
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const account = found.data;
  const name = companyName(account);
  return (
    <Stack gap="lg">
      <Breadcrumbs>
        <Anchor component={Link} to="/companies">
          {t('heading')}
        </Anchor>
        <Text className="breaks">{name}</Text>
      </Breadcrumbs>
      <Stack gap={0}>
        <Title order={1} className="breaks">
          {name}
        </Title>
        <Text c="dimmed" className="breaks">
          {factsOf(account)}
        </Text>
      </Stack>
      <Figures of={account} />
      <CompanyRoles of={account} />
      {mayHandoffs && <HandoffOf of={{ companyId: id }} />}
      <Tabs defaultValue="people" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="people">{t('people')}</Tabs.Tab>
          <Tabs.Tab value="reasons">{t('reasons')}</Tabs.Tab>
          <Tabs.Tab value="course">{t('course')}</Tabs.Tab>
          <Tabs.Tab value="traits">{t('traits')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people" pt="md">
          <CompanyPeople id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="reasons" pt="md">
          <CompanyReasons of={account} />
        </Tabs.Panel>
        <Tabs.Panel value="course" pt="md">
          <CompanyCourse of={account} />
        </Tabs.Panel>
        <Tabs.Panel value="traits" pt="md">
          <Traits of={account} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Figures({ of }: { of: Account }) {
  const { t } = useTranslation('companies');
  const format = useFormat();
  const names = Object.keys(of.scores);
  const counts = [
    { label: t('contacts'), value: format.count(of.contacts) },
    { label: t('hot'), value: format.count(of.hot) },
    { label: t('engaged'), value: format.count(of.engaged) },
    { label: t('newest'), value: of.newestAt === null ? '–' : format.day(of.newestAt) },
  ];
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        {names.map((name) => (
          <Card key={name} withBorder padding="sm">
            <Text size="sm" c="dimmed" className="breaks">
              {name}
            </Text>
            <Group justify="flex-start">
              <Score of={of} name={name} />
            </Group>
          </Card>
        ))}
        {counts.map(({ label, value }) => (
          <Card key={label} withBorder padding="sm">
            <Text size="sm" c="dimmed">
              {label}
            </Text>
            <Text size="sm" fw={600}>
              {value}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {names.length === 0 ? t('noScores') : t('countedSo', { at: of.asOf === null ? '–' : format.moment(of.asOf) })}
      </Text>
    </Stack>
  );
}

function Traits({ of }: { of: Account }) {
  const { t } = useTranslation('companies');
  const traits = Object.entries(of.traits).sort(([a], [b]) => a.localeCompare(b));
  if (traits.length === 0) return <Text c="dimmed">{t('noTraits')}</Text>;
  return (
    <Table aria-label={t('traits')}>
      <Table.Tbody>
        {traits.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="40%" className="breaks">
              {name}
            </Table.Th>
            <Table.Td className="breaks">
              {Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
