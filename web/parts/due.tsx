/** Hand-offs by what is due first: the list of a page, or the first few of somebody's day. */

import { Anchor, Box, Button, Center, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Handoff } from '../answers.ts';
import { dueQuery } from '../due.query.ts';
import { nameOf } from '../lead.model.ts';
import { useNow } from '../now.ts';
import { useServing } from '../serving.ts';
import { Failure } from './failure.tsx';
import { Owed, StateBadge } from './handoff-state.tsx';
import { Score } from './score.tsx';

/**
 * Its words are those of `handoffs`.
 * @param whose an address, `me` or `all`
 * @param most how many are shown, under a heading; a page at a time, unless given
 */
export function Due({ whose, states, most }: { whose: string; states?: readonly string[] | undefined; most?: number }) {
  const { t } = useTranslation('handoffs');
  const now = useNow();
  const serving = useServing();
  const found = useInfiniteQuery({ ...dueQuery(whose, most, states), placeholderData: (before) => before });
  const rows = found.data?.pages.flatMap(({ items }) => items) ?? [];
  // The first few of a day stand above something else: where there are none, nothing does.
  if (most !== undefined && rows.length === 0 && !found.error) return null;
  if (found.isPending)
    return (
      <Stack gap="xs" aria-busy>
        {[0, 1, 2].map((row) => (
          <Skeleton key={row} h={56} />
        ))}
      </Stack>
    );
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  if (rows.length === 0)
    return (
      <Center mih={160}>
        <Stack align="center" gap="xs" maw={480}>
          <Text fw={600}>{t('none')}</Text>
          <Text size="sm" c="dimmed" ta="center">
            {t('noneHint')}
          </Text>
        </Stack>
      </Center>
    );
  return (
    <Stack aria-busy={found.isPlaceholderData}>
      {most !== undefined && <Title order={2}>{t('heading')}</Title>}
      <ul className="rows" aria-label={t('heading')}>
        {rows.map((one) => (
          <Row key={one.id} of={one} now={now} main={serving.data?.outline.main ?? null} />
        ))}
      </ul>
      {most === undefined && found.hasNextPage && (
        <Center>
          <Button variant="default" loading={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
            {t('more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Row({ of, now, main }: { of: Handoff; now: number; main: string | null }) {
  const { t } = useTranslation('handoffs');
  const name = of.lead === null ? `#${of.contactId}` : nameOf(of.lead);
  const about = [of.lead?.traits.title, of.lead?.traits.company ?? of.lead?.email];
  return (
    <li className="row">
      <Box flex="3 1 220px" miw={0}>
        <Anchor
          fw={600}
          size="sm"
          className="breaks"
          renderRoot={(props) => <Link {...props} to="/handoffs/$id" params={{ id: of.id }} />}
        >
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" className="breaks">
          {about.filter((part) => typeof part === 'string' && part !== name).join(' · ')}
        </Text>
      </Box>
      <Box flex="2 1 180px" miw={0}>
        <Owed of={of} now={now} />
      </Box>
      <Box flex="2 1 160px" miw={0}>
        <Text size="sm" className="breaks">
          {of.assignee ?? t('withMarketing')}
        </Text>
      </Box>
      <Group flex="1 0 200px" justify="space-between" wrap="nowrap">
        <StateBadge of={of.state} />
        {main !== null && of.lead !== null && (
          <Group gap={6} wrap="nowrap">
            <Text size="xs" c="dimmed">
              {main}
            </Text>
            <Score of={of.lead} name={main} />
          </Group>
        )}
      </Group>
    </li>
  );
}
