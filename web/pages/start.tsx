/** The first steps: three ways in while nobody is known, and what is left to do, which ticks itself. */

import { Anchor, Button, Card, Group, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck, IconCode, IconFileSpreadsheet, IconFlask } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import { useMe } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { doneOf, type Step, steps } from '../start.model.ts';
import { useStart } from '../start.ts';

/** Where each step is done. */
const places: Readonly<Record<Step, string>> = {
  source: '/settings/sources',
  event: '/settings/sources',
  model: '/studio',
  qualified: '/leads',
  colleague: '/settings/people',
};

export function StartPage() {
  const { t } = useTranslation('start');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const start = useStart();
  const manages = useMe().data?.rights.includes('source.manage') === true;
  const demo = useMutation({
    mutationFn: () => call('POST', '/api/start/demo', { body: {} }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['start'] }),
  });
  const dismiss = useMutation({
    mutationFn: () => call('POST', '/api/start/dismiss', { body: {} }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['start'] });
      await navigate({ to: '/' });
    },
  });
  if (start.error) return <Failure error={start.error} again={() => start.refetch()} />;
  if (start.data === undefined) return null;
  const done = doneOf(start.data);
  return (
    <Stack gap="xl">
      <div>
        <Title order={1}>{t('heading')}</Title>
        <Text c="dimmed">{t(start.data.empty ? 'empty' : 'going')}</Text>
      </div>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Way title={t('demo')} says={t('demo.says')} icon={<IconFlask aria-hidden size={22} />}>
          {start.data.demo === 'there' ? (
            <Anchor component={Link} to="/">
              {t('demo.look')}
            </Anchor>
          ) : (
            <Button
              disabled={!manages}
              loading={demo.isPending || start.data.demo === 'coming'}
              onClick={() => demo.mutate()}
            >
              {t('demo.go')}
            </Button>
          )}
        </Way>
        <Way title={t('file')} says={t('file.says')} icon={<IconFileSpreadsheet aria-hidden size={22} />}>
          <Button component={Link} to="/settings/import" variant="default">
            {t('file.go')}
          </Button>
        </Way>
        <Way title={t('snippet')} says={t('snippet.says')} icon={<IconCode aria-hidden size={22} />}>
          <Button component={Link} to="/settings/sources" variant="default">
            {t('snippet.go')}
          </Button>
        </Way>
      </SimpleGrid>
      {demo.error && <Failure error={demo.error} />}
      <Stack component="section" gap="sm" aria-label={t('list')}>
        <Group justify="space-between">
          <Title order={2}>{t('list')}</Title>
          <Text size="sm" c="dimmed" role="status">
            {t('done', { done: done.length, all: steps.length })}
          </Text>
        </Group>
        <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
          {steps.map((step) => (
            <Group key={step} component="li" wrap="nowrap" align="flex-start">
              <ThemeIcon radius="xl" size={24} variant={done.includes(step) ? 'filled' : 'default'}>
                {done.includes(step) ? <IconCheck size={14} aria-label={t('isDone')} role="img" /> : null}
              </ThemeIcon>
              <div>
                <Anchor component={Link} to={places[step]} fw={600}>
                  {t(`step.${step}`)}
                </Anchor>
                <Text size="sm" c="dimmed">
                  {t(`step.${step}.how`)}
                </Text>
              </div>
            </Group>
          ))}
        </Stack>
        {manages && !start.data.dismissed && (
          <div>
            <Button variant="subtle" size="xs" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
              {t('dismiss')}
            </Button>
          </div>
        )}
      </Stack>
    </Stack>
  );
}

function Way({
  title,
  says,
  icon,
  children,
}: {
  title: string;
  says: string;
  icon: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <Card withBorder padding="md">
      <Stack h="100%" justify="space-between">
        <div>
          <Group gap="xs" mb={4}>
            {icon}
            <Title order={2}>{title}</Title>
          </Group>
          <Text size="sm">{says}</Text>
        </div>
        <div>{children}</div>
      </Stack>
    </Card>
  );
}
