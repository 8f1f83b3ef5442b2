/** What the parts of a forecast share: a figure between two bounds, and how many contacts stand behind it. */

import { Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DefinitionAnswer } from '../answers.ts';
import { useFormat } from '../format.ts';

/** Of a chart, in pixels: so much room is kept while it loads. */
export const CHART_HEIGHT = 260;

interface Figure {
  readonly label: string;
  readonly of: { readonly expected: number; readonly low: number; readonly high: number };
  readonly write: (value: number) => string;
}

export function Between({ label, of: { expected, low, high }, write }: Figure) {
  const { t } = useTranslation('forecast');
  return (
    <Paper withBorder p="md" flex="1 1 180px">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fw={650} size="xl">
        {write(expected)}
      </Text>
      <Text size="sm">{t('between', { low: write(low), high: write(high) })}</Text>
    </Paper>
  );
}

export function Sampled({ of: { contacts, lookedAt, error } }: { of: DefinitionAnswer['sample'] }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  if (error === null) return null;
  return (
    <Text size="sm" c="dimmed">
      {t('sampled', {
        lookedAt: format.count(lookedAt),
        contacts: format.count(contacts),
        error: format.points(error),
      })}
    </Text>
  );
}
