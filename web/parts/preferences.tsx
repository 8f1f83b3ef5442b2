/** What each person chooses for this device: the language, which they are also written to in, and light or dark. */

import { NativeSelect, Stack, useMantineColorScheme } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import { choose, type Language, languages } from '../words.ts';
import { Failure } from './failure.tsx';

/** @param kept whether somebody is signed in, for whom the language is kept */
export function Preferences({ kept = false }: { readonly kept?: boolean }) {
  const { t, i18n } = useTranslation();
  const keep = useMutation({
    // One after another: the last choice stays.
    scope: { id: 'language' },
    mutationFn: (language: Language) => call<null>('PUT', '/api/me/language', { body: { language } }),
  });
  const take = async (language: Language): Promise<void> => {
    if (kept) keep.mutate(language);
    await choose(language);
  };
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Stack gap="xs">
      <NativeSelect
        size="xs"
        aria-label={t('language')}
        value={i18n.language}
        onChange={(event) => take(event.currentTarget.value as Language)}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
      />
      {keep.error && <Failure error={keep.error} />}
      <NativeSelect
        size="xs"
        aria-label={t('appearance')}
        value={colorScheme}
        onChange={(event) => setColorScheme(event.currentTarget.value as typeof colorScheme)}
        data={(['auto', 'light', 'dark'] as const).map((value) => ({ value, label: t(`appearance.${value}`) }))}
      />
    </Stack>
  );
}
