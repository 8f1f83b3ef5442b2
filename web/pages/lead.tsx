/** One lead: where it stands and why, what it did, who it is; now, or as it was on any day. */

import {
  Alert,
  Anchor,
  Badge,
  Breadcrumbs,
  Button,
  Card,
  Center,
  Group,
  Loader,
  SimpleGrid,
  Stack,
  Table,
  Tabs,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Explained, Lead, List } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { nameOf } from '../lead.model.ts';
import { Failure } from '../parts/failure.tsx';
import { Score } from '../parts/score.tsx';
import { Suppressed } from '../parts/suppressed.tsx';
import { TimeLine } from '../parts/time-line.tsx';
import { WaterfallOf } from '../parts/waterfall.tsx';
import { lead } from '../router.tsx';

export function LeadPage() {
  const { t } = useTranslation('lead');
  const { id } = lead.useParams();
  const { asOf } = lead.useSearch();
  const navigate = lead.useNavigate();
  const known = useQuery({ queryKey: ['lead', id], queryFn: () => call<Lead>('GET', `/api/contacts/${id}`) });
  const told = useQuery({
    queryKey: ['lead', id, 'scores', asOf ?? null],
    // The day is shown as it ended.
    queryFn: () =>
      call<List<Explained>>('GET', `/api/contacts/${id}/scores`, {
        query: { asOf: asOf === undefined ? undefined : `${asOf}T23:59:59Z` },
      }),
    placeholderData: (before) => before,
  });
  if (known.isPending) return <Waiting />;
  if (known.error) return <Failure error={known.error} again={() => known.refetch()} />;
  const name = nameOf(known.data);
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor component={Link} to="/leads">
          {t('leads')}
        </Anchor>
        <Text className="breaks">{name}</Text>
      </Breadcrumbs>
      <Suppressed id={id} />
      <Group justify="space-between" align="end">
        <Stack gap={0}>
          <Title order={1} className="breaks">
            {name}
          </Title>
          <Text c="dimmed" className="breaks">
            {[known.data.traits.title, known.data.email].filter((part) => typeof part === 'string').join(' · ')}
          </Text>
        </Stack>
        <Group align="end" gap="xs">
          <TextInput
            type="date"
            label={t('asOf')}
            value={asOf ?? ''}
            onChange={(event) => navigate({ search: { asOf: event.currentTarget.value || undefined }, replace: true })}
          />
          {asOf !== undefined && (
            <Button variant="default" onClick={() => navigate({ search: {}, replace: true })}>
              {t('now')}
            </Button>
          )}
        </Group>
      </Group>
      {told.isPending && <Waiting />}
      {told.error && <Failure error={told.error} again={() => told.refetch()} />}
      {told.data?.items.map((one) => (
        <Standing key={one.model} of={one} />
      ))}
      {told.data?.items.length === 0 && <Alert variant="light">{t('noModel')}</Alert>}
      <Tabs defaultValue="did" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="did">{t('did')}</Tabs.Tab>
          <Tabs.Tab value="traits">{t('traits')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="did" pt="md">
          <TimeLine id={id} />
        </Tabs.Panel>
        <Tabs.Panel value="traits" pt="md">
          <Traits of={known.data} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

const Waiting = () => (
  <Center mih={160}>
    <Loader />
  </Center>
);

/** What one model says. */
function Standing({ of }: { of: Explained }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const withReasons = Object.keys(of.scores).filter((name) => of.reasons.some(({ score }) => score === name));
  return (
    <Stack component="section" aria-label={of.model}>
      <Group gap="xs">
        {of.disqualified !== null ? (
          <Badge color="gray" variant="outline">
            {of.disqualified}
          </Badge>
        ) : (
          <Badge variant={of.stage === null ? 'outline' : 'filled'} color={of.stage === null ? 'gray' : 'sea'}>
            {of.stage ?? t('noStage')}
          </Badge>
        )}
        <Text size="sm" c="dimmed">
          {t('by', { model: of.model, version: of.version, at: format.moment(of.asOf) })}
        </Text>
      </Group>
      <SimpleGrid cols={{ base: 2, sm: Math.min(4, Object.keys(of.scores).length) }}>
        {Object.keys(of.scores).map((name) => (
          <Card key={name} withBorder padding="sm">
            <Text size="sm" c="dimmed">
              {name}
            </Text>
            <Group justify="flex-start">
              <Score of={of} name={name} />
            </Group>
          </Card>
        ))}
      </SimpleGrid>
      {withReasons.map((name) => (
        <WaterfallOf key={name} of={of} score={name} />
      ))}
      {of.nextChangeAt !== null && (
        <Text size="sm" c="dimmed">
          {t('next', { at: format.moment(of.nextChangeAt) })}
        </Text>
      )}
    </Stack>
  );
}

function Traits({ of }: { of: Lead }) {
  const { t } = useTranslation('lead');
  const traits = Object.entries(of.traits).sort(([a], [b]) => a.localeCompare(b));
  if (traits.length === 0) return <Text c="dimmed">{t('noTraits')}</Text>;
  return (
    <Table>
      <Table.Tbody>
        {traits.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="40%" className="breaks">
              {name}
            </Table.Th>
            <Table.Td className="breaks">{typeof value === 'string' ? value : JSON.stringify(value)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
