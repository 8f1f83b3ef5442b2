/** Agreements, saved searches and territories that name what a version lacks, said before it is published or serves. */

import { Alert, List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Dependent } from '../../answers.ts';
import { useLacked } from '../lacked.tsx';

export function Losses({ of }: { readonly of: readonly Dependent[] }) {
  const { t } = useTranslation('studio');
  const lacked = useLacked();
  if (of.length === 0) return null;
  return (
    <Alert color="yellow" variant="light">
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          {t('losesTitle')}
        </Text>
        <List size="sm" spacing={4}>
          {of.map(({ kind, id, name, lacks }) => (
            <List.Item key={`${kind} ${id}`} className="breaks">
              {t(`loses.${kind}`, { name, what: lacked(lacks) })}
            </List.Item>
          ))}
        </List>
        <Text size="sm">{t('losesHint')}</Text>
      </Stack>
    </Alert>
  );
}
