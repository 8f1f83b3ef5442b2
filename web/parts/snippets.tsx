/** What to paste, for each way in which events can come. */

import { Stack, Tabs, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { KEY, type SnippetKind, snippet, snippets } from '../snippet.model.ts';
import { Copied } from './copied.tsx';

/** @param apiKey shown in what is pasted; without it a place is left for one */
export function Snippets({ apiKey, first = 'page' }: { apiKey: string | undefined; first?: SnippetKind }) {
  const { t } = useTranslation('settings');
  return (
    <Tabs defaultValue={first} keepMounted={false}>
      <Tabs.List aria-label={t('snippet')}>
        {snippets.map((kind) => (
          <Tabs.Tab key={kind} value={kind}>
            {t(`snippet.${kind}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map((kind) => (
        <Tabs.Panel key={kind} value={kind} pt="sm">
          <Stack gap="xs">
            <Text size="sm">{t(`snippet.${kind}.how`)}</Text>
            <Copied text={snippet(kind, window.location.origin, apiKey ?? KEY)} label={t('snippet')} />
            {apiKey === undefined && (
              <Text size="sm" c="dimmed">
                {t('snippet.noKey', { key: KEY })}
              </Text>
            )}
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
