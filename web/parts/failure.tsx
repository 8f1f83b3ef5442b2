/** What a page shows where something could not be had: what happened, and what to do. */

import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../call.ts';

export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useTranslation();
  const offline = error instanceof Refused && error.code === 'offline';
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t('failed.title')}>
      <Text size="sm">{offline ? t('failed.offline') : error instanceof Error ? error.message : String(error)}</Text>
      {error instanceof Refused && error.next !== '' && <Text size="sm">{error.next}</Text>}
      {again && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={again}>
            {t('failed.again')}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
