/** What one model says of a lead: its stage, its scores, and the reasons of each. */

import { Badge, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Explained } from '../answers.ts';
import { useFormat } from '../format.ts';
import { Score } from './score.tsx';
import { WaterfallOf } from './waterfall.tsx';

export function Standing({ of }: { of: Explained }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const names = Object.keys(of.scores);
  const withReasons = names.filter((name) => of.reasons.some(({ score }) => score === name));
  return (
    <Stack component="section" aria-label={of.model}>
      <Group gap="xs">
        {of.disqualified !== null ? (
          <Badge color="gray" variant="outline">
            {of.disqualified}
          </Badge>
        ) : (
          <Badge variant={of.stage === null ? 'outline' : 'filled'} color={of.stage === null ? 'gray' : 'sea'}>
            {of.stage ?? t('noStage')}
          </Badge>
        )}
        <Text size="sm" c="dimmed">
          {t('by', { model: of.model, version: of.version, at: format.moment(of.asOf) })}
        </Text>
      </Group>
      <SimpleGrid cols={{ base: 2, sm: Math.min(4, names.length) }}>
        {names.map((name) => (
          <Card key={name} withBorder padding="sm">
            <Text size="sm" c="dimmed" className="breaks">
              {name}
            </Text>
            <Group justify="flex-start">
              <Score of={of} name={name} />
            </Group>
          </Card>
        ))}
      </SimpleGrid>
      {withReasons.map((name) => (
        <WaterfallOf key={name} of={of} score={name} />
      ))}
    </Stack>
  );
}
