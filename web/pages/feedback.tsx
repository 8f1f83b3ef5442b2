/** What sales' answers say of the model: each rule, each band and source, and where score and answer disagree. */

import {
  Anchor,
  Badge,
  Group,
  Paper,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Disagreement, Disagreements, RateFeedback, Rates, RulesFeedback } from '../answers.ts';
import { call } from '../call.ts';
import { givenBy, worstFirst } from '../feedback.model.ts';
import { useFormat } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { LeadName } from '../parts/lead-name.tsx';
import { useReason } from '../parts/reason-of.tsx';
import { Share } from '../parts/share.tsx';
import { Wide } from '../parts/wide.tsx';
import { type FeedbackSearch, feedback } from '../router.tsx';

export function Feedback() {
  const { t } = useTranslation('feedback');
  const { from, until, by = 'band' } = feedback.useSearch();
  const navigate = feedback.useNavigate();
  const change = (part: FeedbackSearch) => navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const period = { from, to: until };
  return (
    <Stack gap="lg">
      <Title order={1}>{t('heading')}</Title>
      <Group align="end">
        <TextInput
          type="date"
          label={t('from')}
          value={from ?? ''}
          onChange={(event) => change({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={t('until')}
          value={until ?? ''}
          onChange={(event) => change({ until: event.currentTarget.value || undefined })}
        />
      </Group>
      <Rules period={period} />
      <Part
        title={t('rates')}
        side={
          <SegmentedControl
            aria-label={t('rates')}
            value={by}
            onChange={(value) => change({ by: value })}
            data={[
              { value: 'band', label: t('by.band') },
              { value: 'source', label: t('by.source') },
            ]}
          />
        }
      >
        <RatesBy period={period} by={by} />
      </Part>
      <Disagreeing period={period} />
    </Stack>
  );
}

interface Period {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function Part({ title, side, children }: { title: string; side?: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Title order={2}>{title}</Title>
        {side}
      </Group>
      {children}
    </Stack>
  );
}

const Waiting = () => <Skeleton h={200} />;

function Rules({ period }: { period: Period }) {
  const { t } = useTranslation('feedback');
  const format = useFormat();
  const reasonOf = useReason();
  const rules = useQuery({
    queryKey: ['feedback', 'rules', period],
    queryFn: () => call<RulesFeedback>('GET', '/api/feedback/rules', { query: { ...period } }),
    placeholderData: keepPreviousData,
  });
  if (rules.isPending) return <Waiting />;
  if (rules.error) return <Failure error={rules.error} again={() => rules.refetch()} />;
  const { all } = rules.data;
  if (all.handed === 0)
    return (
      <Paper withBorder p="md">
        <Text fw={600}>{t('none')}</Text>
        <Text size="sm" c="dimmed">
          {t('noneHint')}
        </Text>
      </Paper>
    );
  return (
    <>
      <Sums of={all} />
      <Part title={t('rules')}>
        <Text size="sm" c="dimmed" maw={720}>
          {t('rulesHint')}
        </Text>
        <Wide label={t('rules')} least={860}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('rule')}</Table.Th>
              <Table.Th>{t('rejected')}</Table.Th>
              <Table.Th>{t('mostly')}</Table.Th>
              <Table.Th className="number">{t('fired')}</Table.Th>
              <Table.Th className="number">{t('answered')}</Table.Th>
              <Table.Th>{t('accepted')}</Table.Th>
              <Table.Th className="number">{t('wonOf')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {worstFirst(rules.data.rules).map(({ rule, inModel, fired }) => (
              <Table.Tr key={rule}>
                <Table.Th scope="row">
                  {rule}
                  {!inModel && (
                    <Badge ml="xs" variant="outline" color="gray" tt="none">
                      {t('gone')}
                    </Badge>
                  )}
                </Table.Th>
                <Table.Td>
                  <Share of={fired.rejection} />
                </Table.Td>
                <Table.Td>{fired.reasons[0] && reasonOf('rejected', fired.reasons[0].reason)}</Table.Td>
                <Table.Td className="number">{format.count(fired.handed)}</Table.Td>
                <Table.Td className="number">{format.count(fired.answered)}</Table.Td>
                <Table.Td>
                  <Share of={fired.acceptance} />
                </Table.Td>
                <Won of={fired} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Wide>
      </Part>
    </>
  );
}

function Won({ of: { won, lost } }: { of: RateFeedback }) {
  const { t } = useTranslation('feedback');
  const format = useFormat();
  const text = won + lost === 0 ? '–' : t('outOf', { count: format.count(won), all: format.count(won + lost) });
  return <Table.Td className="number">{text}</Table.Td>;
}

/** Sums of money, one a currency. */
const useMoney = () => {
  const format = useFormat();
  return (amounts: RateFeedback['amounts']): string =>
    Object.entries(amounts)
      .map(([currency, amount]) => format.money(amount, currency === '' ? null : currency))
      .join(' + ');
};

function Sums({ of: all }: { of: RateFeedback }) {
  const { t } = useTranslation('feedback');
  const format = useFormat();
  const money = useMoney();
  const sums = [
    [t('handed'), format.count(all.handed)],
    [t('answered'), format.count(all.answered)],
    [t('accepted'), format.count(all.accepted)],
    [t('rejected'), format.count(all.rejected)],
    [t('won'), format.count(all.won)],
    [t('lost'), format.count(all.lost)],
    ...(Object.keys(all.amounts).length === 0 ? [] : [[t('worth'), money(all.amounts)]]),
  ];
  return (
    <dl className="sums">
      {sums.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function RatesBy({ period, by }: { period: Period; by: string }) {
  const { t } = useTranslation('feedback');
  const format = useFormat();
  const money = useMoney();
  const rates = useQuery({
    queryKey: ['feedback', 'rates', by, period],
    queryFn: () => call<Rates>('GET', '/api/feedback/rates', { query: { ...period, by } }),
    placeholderData: keepPreviousData,
  });
  if (rates.isPending) return <Waiting />;
  if (rates.error) return <Failure error={rates.error} again={() => rates.refetch()} />;
  if (rates.data.groups.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('none')}
      </Text>
    );
  return (
    <Wide label={t('rates')} least={760}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t(rates.data.by === 'source' ? 'by.source' : 'by.band')}</Table.Th>
          <Table.Th className="number">{t('handed')}</Table.Th>
          <Table.Th className="number">{t('answered')}</Table.Th>
          <Table.Th>{t('accepted')}</Table.Th>
          <Table.Th>{t('rejected')}</Table.Th>
          <Table.Th className="number">{t('wonOf')}</Table.Th>
          <Table.Th className="number">{t('worth')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rates.data.groups.map(({ key, rate }) => (
          <Table.Tr key={key ?? ''}>
            <Table.Th scope="row">{key ?? t('unknown')}</Table.Th>
            <Table.Td className="number">{format.count(rate.handed)}</Table.Td>
            <Table.Td className="number">{format.count(rate.answered)}</Table.Td>
            <Table.Td>
              <Share of={rate.acceptance} />
            </Table.Td>
            <Table.Td>
              <Share of={rate.rejection} />
            </Table.Td>
            <Won of={rate} />
            <Table.Td className="number">{money(rate.amounts)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Wide>
  );
}

function Disagreeing({ period }: { period: Period }) {
  const { t } = useTranslation('feedback');
  const format = useFormat();
  const found = useQuery({
    queryKey: ['feedback', 'disagreements', period],
    queryFn: () => call<Disagreements>('GET', '/api/feedback/disagreements', { query: { ...period } }),
    placeholderData: keepPreviousData,
  });
  if (found.isPending) return <Waiting />;
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const { middle, highRejected, lowWon } = found.data;
  if (middle === null) return null;
  return (
    <Part title={t('disagree')}>
      <Text size="sm" c="dimmed" maw={720}>
        {t('disagreeHint', { middle: format.points(middle) })}
      </Text>
      <Against title={t('highRejected')} total={highRejected.total} items={highRejected.items} />
      <Against title={t('lowWon')} total={lowWon.total} items={lowWon.items} />
    </Part>
  );
}

function Against({ title, total, items }: { title: string; total: number; items: readonly Disagreement[] }) {
  const { t } = useTranslation('feedback');
  const format = useFormat();
  const reasonOf = useReason();
  const heading = t('titled', { title, count: format.count(total) });
  return (
    <Stack gap="xs" mt="sm">
      <Title order={3} size="1rem">
        {heading}
      </Title>
      {items.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('noneSuch')}
        </Text>
      ) : (
        <Wide label={title} least={760}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('lead')}</Table.Th>
              <Table.Th className="number">{t('score')}</Table.Th>
              <Table.Th>{t('why')}</Table.Th>
              <Table.Th>{t('said')}</Table.Th>
              <Table.Th>{t('when')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((one) => (
              <Table.Tr key={one.handoffId}>
                <Table.Td>{one.lead !== null && <LeadName of={one.lead} />}</Table.Td>
                <Table.Td className="number">{format.points(one.points)}</Table.Td>
                <Table.Td>
                  <Text size="sm">{givenBy(one.parts, format.signed)}</Text>
                </Table.Td>
                <Table.Td>
                  {one.end === 'won'
                    ? one.amount === null
                      ? t('won')
                      : format.money(one.amount, one.currency)
                    : one.reason !== null && reasonOf(one.end, one.reason)}
                </Table.Td>
                <Table.Td>
                  <Anchor
                    size="sm"
                    renderRoot={(props) => <Link {...props} to="/handoffs/$id" params={{ id: one.handoffId }} />}
                  >
                    {format.day(one.endedAt ?? one.enteredAt)}
                  </Anchor>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Wide>
      )}
    </Stack>
  );
}
