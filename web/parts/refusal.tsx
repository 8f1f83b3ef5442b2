/** Why something that was asked for was not done, beside what asked for it. */

import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../call.ts';

export function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  const offline = error instanceof Refused && error.code === 'offline';
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} p="xs" className="breaks">
      {offline ? t('failed.offline') : error instanceof Error ? error.message : String(error)}
    </Alert>
  );
}
