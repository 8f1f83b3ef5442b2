/** What the scores of a company are made of: rules that gave something, scores of its people, and sums of both. */

import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Account } from '../figures.ts';
import { useFormat } from '../format.ts';

export function CompanyReasons({ of }: { of: Account }) {
  const { t } = useTranslation('companies');
  const format = useFormat();
  const names = Object.keys(of.scores);
  if (names.length === 0) return <Text c="dimmed">{t('noScores')}</Text>;
  return (
    <Stack gap="sm">
      {names.map((name) => {
        const value = of.scores[name];
        const reasons = of.reasons.filter(({ score }) => score === name);
        const rolled = of.rollUps.find(({ score }) => score === name);
        const sum = of.sums.find(({ score }) => score === name);
        const told = (part: string): string => {
          const points = of.scores[part];
          return typeof points === 'number' ? format.points(points) : '–';
        };
        return (
          <Card key={name} withBorder component="section" aria-label={name} padding="md">
            <Group justify="space-between" wrap="nowrap" mb={4}>
              <Title order={2}>{name}</Title>
              <Text fw={650} className="number">
                {value == null ? t('noData') : typeof value === 'number' ? format.points(value) : value}
              </Text>
            </Group>
            {rolled && <Text size="sm">{t(`how.${rolled.how}`, { score: rolled.of, n: rolled.n })}</Text>}
            {sum && (
              <Text size="sm">
                {t('isSum', {
                  parts: sum.of
                    .map(({ score, weight }) => `${format.points(weight)} × ${score} (${told(score)})`)
                    .join(' + '),
                })}
              </Text>
            )}
            {!rolled && !sum && reasons.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('noReasons')}
              </Text>
            )}
            {reasons.map(({ rule, sentence, points }) => (
              <Group key={rule} justify="space-between" wrap="nowrap" gap="sm" py={2}>
                <Text size="sm" className="breaks">
                  {sentence}
                </Text>
                <Text size="sm" fw={600} className="number">
                  {format.signed(points)}
                </Text>
              </Group>
            ))}
          </Card>
        );
      })}
    </Stack>
  );
}
