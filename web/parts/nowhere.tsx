/** An address that leads nowhere. */

import { Anchor, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

export function Nowhere() {
  const { t } = useTranslation();
  return (
    <Stack align="flex-start">
      <Title order={1}>{t('missing.title')}</Title>
      <Anchor component={Link} to="/leads">
        {t('missing.back')}
      </Anchor>
    </Stack>
  );
}
