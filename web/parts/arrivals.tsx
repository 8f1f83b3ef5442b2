/** Events as they arrive, and messages as they are refused, of one source or of all. */

import { Anchor, Badge, Code, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Arrival, List, Refusal } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Failure } from './failure.tsx';

const SHOWN = 20;

/** @param names of the sources by their ids */
export function Arrivals({ source, names }: { source: string | undefined; names: ReadonlyMap<string, string> }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const query = { limit: SHOWN, sourceId: source };
  const arrivals = useQuery({
    queryKey: ['settings', 'arrivals', source],
    queryFn: () => call<List<Arrival>>('GET', '/api/arrivals', { query }),
  });
  const refusals = useQuery({
    queryKey: ['settings', 'refusals', source],
    queryFn: () => call<List<Refusal>>('GET', '/api/refusals', { query }),
  });
  const from = (id: string | null) => (source === undefined && id !== null ? names.get(id) : undefined);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
      <Stack component="section" gap="xs" aria-label={t('arrivals')}>
        <Title order={2}>{t('arrivals')}</Title>
        <Text size="sm" c="dimmed">
          {t('arrivals.how')}
        </Text>
        {arrivals.isPending && <Skeleton height={24} />}
        {arrivals.error && <Failure error={arrivals.error} again={() => arrivals.refetch()} />}
        {arrivals.data?.items.length === 0 && <Text size="sm">{t('arrivals.none')}</Text>}
        {arrivals.data?.items.map((one) => (
          <Group key={`${one.contactId} ${one.id}`} gap="xs" wrap="wrap" component="p" m={0}>
            <Text span size="xs" c="dimmed" className="number">
              {format.time(one.receivedAt)}
            </Text>
            <Text span size="sm" fw={600} className="breaks">
              {one.name}
            </Text>
            <Anchor size="sm" component={Link} to={`/leads/${one.contactId}`}>
              {t('arrivals.lead', { id: one.contactId })}
            </Anchor>
            {one.machine !== null && <Badge variant="outline">{t('arrivals.machine')}</Badge>}
            {from(one.sourceId) !== undefined && (
              <Text span size="xs" c="dimmed">
                {from(one.sourceId)}
              </Text>
            )}
          </Group>
        ))}
      </Stack>
      <Stack component="section" gap="xs" aria-label={t('refusals')}>
        <Title order={2}>{t('refusals')}</Title>
        <Text size="sm" c="dimmed">
          {t('refusals.how')}
        </Text>
        {refusals.isPending && <Skeleton height={24} />}
        {refusals.error && <Failure error={refusals.error} again={() => refusals.refetch()} />}
        {refusals.data?.items.length === 0 && <Text size="sm">{t('refusals.none')}</Text>}
        {refusals.data?.items.map((one) => (
          <div key={one.id}>
            <Group gap="xs">
              <Text span size="xs" c="dimmed" className="number">
                {format.moment(one.at)}
              </Text>
              <Text span size="sm" fw={600} className="breaks">
                {one.reason}
              </Text>
              {from(one.sourceId) !== undefined && (
                <Text span size="xs" c="dimmed">
                  {from(one.sourceId)}
                </Text>
              )}
            </Group>
            <Code block className="breaks" style={{ whiteSpace: 'pre-wrap' }} fz="xs">
              {one.message.length > 400 ? `${one.message.slice(0, 400)}…` : one.message}
            </Code>
          </div>
        ))}
      </Stack>
    </SimpleGrid>
  );
}
