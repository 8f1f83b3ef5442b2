/** How a lead came to where it stands: its scores over time, what moved them, and how long it was in each stage. */

import { Anchor, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryRow, List } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { dayOf, endOf, type Mark, marksOf, seriesOf, staysOf } from '../lead.model.ts';
import { lead } from '../router.tsx';
import { Failure } from './failure.tsx';

const ScoreChart = lazy(() => import('./score-chart.tsx'));

/** Rows of history that are drawn; a score that falls a little every day has many. */
const MOST = 500;
const MARKS = 8;
const CHART_HEIGHT = 240;

interface Shown {
  readonly id: string;
  readonly model: string;
  /** The score whose changes are told. */
  readonly score: string | null;
  readonly asOf: string | undefined;
}

export function LeadHistory({ id, model, score, asOf }: Shown) {
  const { t } = useTranslation('lead');
  const navigate = lead.useNavigate();
  const history = useQuery({
    queryKey: ['lead', id, 'history', model],
    queryFn: () => call<List<HistoryRow>>('GET', `/api/contacts/${id}/history`, { query: { model, limit: MOST } }),
  });
  const until = asOf === undefined ? Date.now() : Date.parse(endOf(asOf));
  const rows = (history.data?.items ?? []).filter(({ at }) => Date.parse(at) <= until);
  const names = Object.entries(history.data?.items[0]?.scores ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [name],
  );
  const goTo = (at: string) => navigate({ search: { asOf: dayOf(at) }, replace: true });
  return (
    <Card withBorder component="section" aria-label={t('overTime')}>
      <Title order={2} mb="sm">
        {t('overTime')}
      </Title>
      {history.isPending && <Skeleton h={CHART_HEIGHT} />}
      {history.error && <Failure error={history.error} again={() => history.refetch()} />}
      {history.data && rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noHistory')}
        </Text>
      )}
      {rows.length > 0 && (
        <Stack>
          <Stays rows={rows} until={until} />
          <Suspense fallback={<Skeleton h={CHART_HEIGHT} />}>
            <ScoreChart
              data={seriesOf(rows, names, until)}
              names={names}
              height={CHART_HEIGHT}
              moves={marksOf(rows, null)}
              onPick={goTo}
            />
          </Suspense>
          <Marks marks={marksOf(rows, score)} goTo={goTo} />
          {history.data?.next != null && (
            <Text size="xs" c="dimmed">
              {t('historyCut')}
            </Text>
          )}
        </Stack>
      )}
    </Card>
  );
}

function Stays({ rows, until }: { rows: readonly HistoryRow[]; until: number }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  return (
    <ol className="stays" aria-label={t('path')}>
      {staysOf(rows, until).map(({ stage, disqualified, from, until: end }) => (
        <li key={from} className={stage === null ? undefined : 'in'}>
          <Text size="sm" fw={600}>
            {disqualified ?? stage ?? t('noStage')}
          </Text>
          <Text size="xs" c="dimmed">
            {format.span(end - from)}
          </Text>
        </li>
      ))}
    </ol>
  );
}

/** The marks in words: the same as on the chart for who cannot see it, and the way to each day by keys. */
function Marks({ marks, goTo }: { marks: readonly Mark[]; goTo: (at: string) => void }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const said = (mark: Mark): string =>
    mark.kind === 'stage'
      ? t('markStage', { from: mark.from ?? t('noStage'), to: mark.to ?? t('noStage') })
      : t('markScore', { score: mark.score, from: format.points(mark.from), to: format.points(mark.to) });
  if (marks.length === 0) return null;
  return (
    <Stack gap={4} component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label={t('marks')}>
      {marks.slice(0, MARKS).map((mark) => (
        <Group key={`${mark.kind} ${mark.at}`} component="li" gap="xs" wrap="nowrap" align="baseline">
          <Anchor component="button" type="button" size="sm" onClick={() => goTo(mark.at)} style={{ flexShrink: 0 }}>
            {format.day(mark.at)}
          </Anchor>
          <Text size="sm" className="breaks">
            {said(mark)}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
