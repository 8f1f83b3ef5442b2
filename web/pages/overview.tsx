/** For those who lead: are the goals met, where do leads stop, does the score tell who buys, where do leads come from. */

import { Group, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { askedFor, periods, spanBefore, spanOf } from '../overview.model.ts';
import { Failure } from '../parts/failure.tsx';
import { Counting, useFigures } from '../parts/figures.tsx';
import { BehindOf } from '../parts/overview-behind.tsx';
import { FunnelOf } from '../parts/overview-funnel.tsx';
import { GoalsOf } from '../parts/overview-goals.tsx';
import { OriginsOf } from '../parts/overview-origins.tsx';
import { OutcomeOf } from '../parts/overview-outcome.tsx';
import { StepsOf } from '../parts/overview-steps.tsx';
import { DEALS, WeeksOf } from '../parts/overview-weeks.tsx';
import { type OverviewSearch, overview } from '../router.tsx';
import { useServing } from '../serving.ts';

export function Overview() {
  const { t } = useTranslation('overview');
  const figures = useFigures();
  const search = overview.useSearch();
  const navigate = overview.useNavigate();
  const serving = useServing();
  // One instant for all of the page, so that all figures are of the same days.
  const [now] = useState(() => Date.now());
  const [behind, setBehind] = useState<string | null>();
  const change = (part: OverviewSearch) => navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const period = periods.find((name) => name === search.period) ?? 'quarter';
  const span = spanOf(period, search, now);
  const before = spanBefore(span);
  const asked = askedFor(span);
  const outline = serving.data?.outline;
  const stages = outline?.stages ?? [];
  const scores = outline?.scores.flatMap(({ name, kind }) => (kind === 'grid' ? [] : name)) ?? [];
  // What marketing hands over is the second stage where there are several.
  const usual = stages[1] ?? stages[0];
  const stage = search.stage === DEALS ? undefined : (stages.find((name) => name === search.stage) ?? usual);
  const score = scores.find((name) => name === search.score) ?? outline?.main ?? scores[0];
  return (
    <Stack gap="xl">
      <Group justify="space-between" align="end">
        <Stack gap={2}>
          <Title order={1}>{t('heading')}</Title>
          <Text size="sm" c="dimmed">
            {t('compared', { days: figures.days(span.from, span.to), before: figures.days(before.from, before.to) })}
          </Text>
        </Stack>
        <Group align="end" gap="sm">
          <SegmentedControl
            aria-label={t('periods')}
            value={period}
            onChange={(value) => change(value === 'custom' ? { period: value, ...span } : { period: value })}
            data={periods.map((value) => ({ value, label: t(`period.${value}`) }))}
          />
          {period === 'custom' && (
            <>
              <Day label={t('firstDay')} value={span.from} onChange={(from) => change({ from })} />
              <Day label={t('lastDay')} value={span.to} onChange={(to) => change({ to })} />
            </>
          )}
        </Group>
      </Group>
      {serving.error && <Failure error={serving.error} again={() => serving.refetch()} />}
      {serving.isPending && <Counting height={320} />}
      {serving.data === null && <Text>{t('noModel')}</Text>}
      {outline && (
        <>
          <GoalsOf stages={stages} now={now} />
          <FunnelOf asked={asked} onWho={setBehind} />
          <WeeksOf
            asked={asked}
            stages={stages}
            stage={stage}
            onStage={(name) => change({ stage: name })}
            onWho={() => setBehind(stage ?? null)}
          />
          <OutcomeOf />
          {score !== undefined && (
            <StepsOf
              asked={asked}
              scores={scores}
              score={score}
              by={search.by === 'tenth' ? 'tenth' : 'band'}
              onChange={change}
            />
          )}
          <OriginsOf asked={asked} stage={stage} trait={search.trait} onTrait={(trait) => change({ trait })} />
          <BehindOf asked={asked} stage={behind} onClose={() => setBehind(undefined)} />
        </>
      )}
    </Stack>
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value}
      onChange={(event) => {
        if (event.currentTarget.value !== '') onChange(event.currentTarget.value);
      }}
    />
  );
}
