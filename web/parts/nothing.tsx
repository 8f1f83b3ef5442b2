/** What a list says that found nothing: that it is so, and what to do about it. */

import { Button, Center, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../me.ts';
import { useStart } from '../start.ts';

export const Nothing = ({ title, hint, children }: { title: string; hint: string; children?: ReactNode }) => (
  <Center mih={240}>
    <Stack align="center" gap="xs" maw={480}>
      <Text fw={600} ta="center">
        {title}
      </Text>
      <Text size="sm" c="dimmed" ta="center">
        {hint}
      </Text>
      {children}
    </Stack>
  </Center>
);

/** The way to the first steps, where nobody is known yet; for those who can take them. */
export function Begin() {
  const { t } = useTranslation();
  const manages = useMay('source.manage');
  const { data } = useStart();
  if (!manages || data?.empty !== true) return null;
  return (
    <Button mt="xs" renderRoot={(props) => <Link {...props} to="/start" />}>
      {t('nav.start')}
    </Button>
  );
}
