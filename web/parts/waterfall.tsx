/** The reasons of one score as bars, each on top of the ones before; a bar opens the events behind it. */

import { Box, Card, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Explained, Reason } from '../answers.ts';
import { useFormat } from '../format.ts';
import { type Waterfall, waterfallOf } from '../lead.model.ts';

export function WaterfallOf({ of, score }: { of: Explained; score: string }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const points = of.scores[score];
  const waterfall = waterfallOf(of.reasons, score, typeof points === 'number' ? points : null);
  const held = waterfall.score !== null && waterfall.score !== waterfall.sum;
  return (
    <Card withBorder component="section" aria-label={score}>
      <Group justify="space-between" mb="sm" wrap="nowrap">
        <Title order={2}>{score}</Title>
        <Text fw={650} className="number">
          {waterfall.score === null ? t('noData') : format.points(waterfall.score)}
        </Text>
      </Group>
      {waterfall.bars.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('noReasons')}
        </Text>
      ) : (
        <Stack gap={4} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {waterfall.bars.map((bar) => (
            <li key={bar.reason.rule}>
              <Line reason={bar.reason} from={bar.from} to={bar.to} within={waterfall} />
            </li>
          ))}
        </Stack>
      )}
      {held && (
        <Text size="sm" c="dimmed" mt="sm">
          {t('held', { sum: format.points(waterfall.sum), score: format.points(waterfall.score ?? 0) })}
        </Text>
      )}
    </Card>
  );
}

function Line({ reason, from, to, within }: { reason: Reason; from: number; to: number; within: Waterfall }) {
  const [open, setOpen] = useState(false);
  const format = useFormat();
  const { t } = useTranslation('lead');
  const width = within.high - within.low || 1;
  const share = (points: number) => `${(100 * points) / width}%`;
  const opens = reason.eventCount > 0;
  return (
    <>
      <UnstyledButton
        w="100%"
        p={6}
        onClick={() => setOpen(!open)}
        disabled={!opens}
        {...(opens ? { 'aria-expanded': open } : {})}
      >
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Text size="sm" className="breaks" lineClamp={open ? 0 : 2}>
            {reason.sentence}
            {opens && (
              <Text span c="dimmed" size="sm">
                {' '}
                · {t('events', { count: reason.eventCount })}
              </Text>
            )}
          </Text>
          <Text size="sm" fw={600} className="number">
            {format.signed(reason.points)}
          </Text>
        </Group>
        <Box mt={4} h={6} bg="var(--mantine-color-default-border)" style={{ borderRadius: 3 }} aria-hidden>
          <Box
            h={6}
            ms={share(Math.min(from, to) - within.low)}
            w={share(Math.abs(to - from))}
            bg={to < from ? 'orange.6' : 'var(--mantine-primary-color-filled)'}
            style={{ borderRadius: 3 }}
          />
        </Box>
      </UnstyledButton>
      {open && (
        <Stack gap={2} ps="md" pb="xs" component="ul">
          {reason.events.map((event) => (
            <Text key={event.id} size="sm" component="li" className="breaks">
              {format.moment(event.at)} · {event.name}
            </Text>
          ))}
          {reason.eventCount > reason.events.length && (
            <Text size="sm" c="dimmed" component="li">
              {t('earlier', { count: reason.eventCount - reason.events.length })}
            </Text>
          )}
        </Stack>
      )}
    </>
  );
}
