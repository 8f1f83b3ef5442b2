/** One score: its points, and its grade or band where it has one. */

import { Group, Text } from '@mantine/core';
import type { Lead } from '../answers.ts';
import { useFormat } from '../format.ts';

export function Score({ of, name }: { of: Pick<Lead, 'scores' | 'grades' | 'bands'>; name: string }) {
  const format = useFormat();
  const value = of.scores[name];
  if (value === undefined || value === null)
    return (
      <Text size="sm" c="dimmed" component="span">
        –
      </Text>
    );
  const word = of.grades[name] ?? of.bands[name];
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap" component="span">
      {word !== undefined && word !== null && (
        <Text size="xs" c="dimmed" component="span">
          {word}
        </Text>
      )}
      <Text size="sm" fw={600} component="span">
        {typeof value === 'number' ? format.points(value) : value}
      </Text>
    </Group>
  );
}
