/** All keys by which programs call. */

import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { KeysOf } from '../parts/keys.tsx';

export default function Keys() {
  const { t } = useTranslation('settings');
  return (
    <Stack>
      <Title order={2}>{t('section.keys')}</Title>
      <Text size="sm">{t('keys.how')}</Text>
      <KeysOf source={null} />
    </Stack>
  );
}
