/** How the scores of a company changed, as lines and as a table. The chart is brought when it is shown. */

import { Stack, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { courseOf } from '../companies.model.ts';
import type { Account } from '../figures.ts';
import { useFormat } from '../format.ts';
import { AsTable, Counting } from './figures.tsx';

const CourseChart = lazy(() => import('./course-chart.tsx'));

export function CompanyCourse({ of }: { of: Account }) {
  const { t } = useTranslation('companies');
  const format = useFormat();
  const names = Object.keys(of.scores).filter((name) => typeof of.scores[name] !== 'string');
  const course = courseOf(of, names);
  if (course.length === 0) return <Text c="dimmed">{t('noCourse')}</Text>;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed" maw={720}>
        {t('courseSays')}
      </Text>
      <Suspense fallback={<Counting height={260} />}>
        <CourseChart
          label={t('courseChart')}
          names={names}
          data={course.map((point) => ({ ...point }))}
          day={(at) => format.day(new Date(at).toISOString())}
          write={format.points}
        />
      </Suspense>
      <AsTable
        label={t('asTable')}
        head={[t('from'), ...names]}
        rows={of.history.map(({ at, scores }) => [
          format.moment(at),
          ...names.map((name) => (typeof scores[name] === 'number' ? format.points(scores[name]) : '–')),
        ])}
      />
    </Stack>
  );
}
