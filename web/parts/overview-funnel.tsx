/** The stages in order: who reached them, went on, how long they stayed, and who stands there; against the span before. */

import { Anchor, Box, Table, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import type { Funnel } from '../figures.ts';
import { useFormat } from '../format.ts';
import { growth, shareOf } from '../overview.model.ts';
import { Failure } from './failure.tsx';
import { Counting, Section, useFigures } from './figures.tsx';

interface Asked {
  readonly from: string;
  readonly to: string;
}

/** @param onWho shows who is behind a figure: who reached a stage, or won for null */
export function FunnelOf({ asked, onWho }: { asked: Asked; onWho: (stage: string | null) => void }) {
  const { t } = useTranslation('overview');
  const found = useQuery({
    queryKey: ['overview', 'funnel', asked],
    queryFn: () => call<Funnel>('GET', '/api/overview/funnel', { query: { ...asked } }),
    placeholderData: (before) => before,
  });
  return (
    <Section title={t('funnel')} says={t('funnelSays')}>
      {found.isPending && <Counting height={220} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data !== undefined && found.data.present.stages.length === 0 && <Text size="sm">{t('noStages')}</Text>}
      {found.data !== undefined && found.data.present.stages.length > 0 && (
        <Stages of={found.data} busy={found.isPlaceholderData} onWho={onWho} />
      )}
      {found.data !== undefined && found.data.present.sample !== null && (
        <Text size="xs" c="dimmed">
          {t('sampleStays', { count: found.data.present.sample })}
        </Text>
      )}
    </Section>
  );
}

function Stages({ of, busy, onWho }: { of: Funnel; busy: boolean; onWho: (stage: string | null) => void }) {
  const { t } = useTranslation('overview');
  const { present, before } = of;
  const most = Math.max(1, present.won ?? 0, ...present.stages.map(({ reached }) => reached));
  return (
    <Table.ScrollContainer minWidth={720} aria-busy={busy}>
      <Table verticalSpacing="sm" aria-label={t('funnel')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('stage')}</Table.Th>
            <Table.Th miw={180}>{t('reached')}</Table.Th>
            <Table.Th className="number">{t('grown')}</Table.Th>
            <Table.Th className="number">{t('wentOn')}</Table.Th>
            <Table.Th className="number">{t('median')}</Table.Th>
            <Table.Th className="number">{t('slow')}</Table.Th>
            <Table.Th className="number">{t('standing')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {present.stages.map((stage, n) => (
            <Row
              key={stage.stage}
              name={stage.stage}
              reached={stage.reached}
              before={before.stages[n]?.reached ?? 0}
              most={most}
              onWho={() => onWho(stage.stage)}
              more={stage}
              last={n === present.stages.length - 1 && present.won === null}
            />
          ))}
          {present.won !== null && (
            <Row name={t('won')} reached={present.won} before={before.won ?? 0} most={most} onWho={() => onWho(null)} />
          )}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface Shown {
  readonly name: string;
  readonly reached: number;
  readonly before: number;
  readonly most: number;
  readonly onWho: () => void;
  /** None for deals that were won: nobody stays in them. */
  readonly more?: Funnel['present']['stages'][number];
  /** Nothing comes after it. */
  readonly last?: boolean;
}

function Row({ name, reached, before, most, onWho, more, last = false }: Shown) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const figures = useFigures();
  const grown = growth(reached, before);
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td>
        <Box pos="relative" style={{ borderRadius: 4, overflow: 'hidden' }} bg="var(--mantine-color-default-hover)">
          <Box pos="absolute" h="100%" w={`${(100 * reached) / most}%`} bg="var(--figure-back)" aria-hidden />
          <UnstyledButton
            pos="relative"
            px="xs"
            py={4}
            w="100%"
            onClick={onWho}
            disabled={reached === 0}
            aria-label={t('who', { name, count: reached })}
          >
            <Text size="sm" fw={650} {...(reached === 0 ? {} : { td: 'underline' })} style={{ textUnderlineOffset: 3 }}>
              {format.count(reached)}
            </Text>
          </UnstyledButton>
        </Box>
      </Table.Td>
      <Table.Td className="number">
        <Text size="sm" component="span">
          {grown === null ? '–' : figures.growth(grown)}
        </Text>
        <Text size="xs" c="dimmed">
          {t('from', { before: format.count(before) })}
        </Text>
      </Table.Td>
      <Table.Td className="number">
        {more === undefined || last ? '–' : figures.share(shareOf(more.wentOn, more.reached))}
      </Table.Td>
      <Table.Td className="number">{figures.duration(more?.stays.median ?? null)}</Table.Td>
      <Table.Td className="number">{figures.duration(more?.stays.slow ?? null)}</Table.Td>
      <Table.Td className="number">
        {more === undefined ? (
          '–'
        ) : (
          <Anchor
            size="sm"
            underline="always"
            renderRoot={(props) => <Link {...props} to="/leads" search={{ stage: [name] }} />}
            aria-label={t('standingIn', { name, count: more.now })}
          >
            {format.count(more.now)}
          </Anchor>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
