/** The published versions of every model: which one serves, since when, and what it says. */

import { Accordion, Alert, Badge, Center, Code, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { List, Version, WholeVersion } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Failure } from '../parts/failure.tsx';

export function Studio() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const versions = useQuery({
    queryKey: ['models'],
    queryFn: () => call<List<Version>>('GET', '/api/models', { query: { limit: 500 } }),
  });
  if (versions.isPending)
    return (
      <Center mih={240}>
        <Loader />
      </Center>
    );
  if (versions.error) return <Failure error={versions.error} again={() => versions.refetch()} />;
  const latestFirst = [...versions.data.items].reverse();
  return (
    <Stack>
      <Title order={1}>{t('heading')}</Title>
      {latestFirst.length === 0 && <Alert variant="light">{t('none')}</Alert>}
      <Accordion variant="separated" order={2}>
        {latestFirst.map((version) => (
          <Accordion.Item key={version.id} value={version.id}>
            <Accordion.Control>
              <Group gap="sm">
                <Text fw={600}>
                  {version.name} {version.version}
                </Text>
                <Badge variant={version.state === 'serving' ? 'filled' : 'outline'}>
                  {t(`state.${version.state}`)}
                </Badge>
                <Text size="sm" c="dimmed">
                  {t('published', { at: format.moment(version.publishedAt), by: version.publishedBy })}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Document id={version.id} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  );
}

function Document({ id }: { id: string }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const version = useQuery({
    queryKey: ['models', id],
    queryFn: () => call<WholeVersion>('GET', `/api/models/${id}`),
  });
  if (version.isPending) return <Loader size="sm" />;
  if (version.error) return <Failure error={version.error} again={() => version.refetch()} />;
  const { scored, contacts, document } = version.data;
  return (
    <Stack gap="xs">
      <Text size="sm">{t('scored', { scored: format.count(scored), contacts: format.count(contacts) })}</Text>
      <Code block tabIndex={0} mah={480} style={{ overflow: 'auto' }}>
        {document}
      </Code>
    </Stack>
  );
}
