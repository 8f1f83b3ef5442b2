/** Which roles of those who buy together are known in a company, and which of them are engaged. */

import { Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconZzz } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../figures.ts';

export function CompanyRoles({ of }: { of: Account }) {
  const { t } = useTranslation('companies');
  return (
    <Stack component="section" aria-label={t('roles')} gap="xs">
      <Stack gap={2}>
        <Title order={2}>{t('roles')}</Title>
        <Text size="sm" c="dimmed" maw={720}>
          {t('rolesSays')}
        </Text>
      </Stack>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
        {of.roles.map((role) => (
          <Role key={role.role} of={role} />
        ))}
      </SimpleGrid>
      <details>
        <summary className="summary">{t('rolesHow')}</summary>
        <Stack gap={4} mt={4}>
          {of.roles.map(({ role, words }) => (
            <Text key={role} size="sm" className="breaks">
              <Text span fw={600} size="sm">
                {t(`role.${role}`)}:
              </Text>{' '}
              {words.join(', ')}
            </Text>
          ))}
          {of.untitled > 0 && <Text size="sm">{t('untitled', { count: of.untitled })}</Text>}
        </Stack>
      </details>
    </Stack>
  );
}

function Role({ of: { role, known, engaged } }: { of: Account['roles'][number] }) {
  const { t } = useTranslation('companies');
  const [Icon, color, says] =
    engaged > 0
      ? [IconCircleCheck, 'var(--figure)', t('roleEngaged', { engaged, known })]
      : known > 0
        ? [IconZzz, 'var(--mantine-color-dimmed)', t('roleQuiet', { count: known })]
        : [IconCircleDashed, 'var(--mantine-color-dimmed)', t('roleUnknown')];
  return (
    <Card withBorder padding="sm">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Icon aria-hidden size={20} color={color} style={{ flex: 'none', marginTop: 1 }} />
        <Stack gap={0}>
          <Text size="sm" fw={600}>
            {t(`role.${role}`)}
          </Text>
          <Text size="sm" c="dimmed">
            {says}
          </Text>
        </Stack>
      </Group>
    </Card>
  );
}
