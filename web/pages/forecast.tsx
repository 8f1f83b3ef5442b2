/** What is to be expected: of an agreement or a stage, of a threshold, of what was handed over. What is asked stands in the address. */

import { NativeSelect, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AgreementVersion } from '../answers.ts';
import { call } from '../call.ts';
import { firstSubject, subjectOf, written } from '../forecast.model.ts';
import { Failure } from '../parts/failure.tsx';
import { ForecastDefinition } from '../parts/forecast-definition.tsx';
import { ForecastRevenue } from '../parts/forecast-revenue.tsx';
import { ForecastThreshold } from '../parts/forecast-threshold.tsx';
import { ForecastWeeks } from '../parts/forecast-weeks.tsx';
import { forecast } from '../router.tsx';
import { useServing } from '../serving.ts';

export function Forecast() {
  const { t } = useTranslation('forecast');
  const search = forecast.useSearch();
  const navigate = forecast.useNavigate();
  const serving = useServing();
  const agreements = useQuery({
    queryKey: ['agreements'],
    queryFn: () => call<{ items: AgreementVersion[] }>('GET', '/api/agreements').then(({ items }) => items),
  });
  const broken = serving.error ?? agreements.error;
  if (broken) return <Failure error={broken} again={() => Promise.all([serving.refetch(), agreements.refetch()])} />;
  if (serving.isPending || agreements.data === undefined) return <Skeleton h={480} />;
  const stages = serving.data?.outline.stages ?? [];
  const versions = agreements.data;
  const subject = subjectOf(search.of) ?? firstSubject(versions, stages);
  return (
    <Stack gap="xl">
      <Stack>
        <Title order={1}>{t('heading')}</Title>
        {subject === null ? (
          <Text c="dimmed">{t('nothing')}</Text>
        ) : (
          <NativeSelect
            label={t('of')}
            value={written(subject)}
            onChange={(event) => {
              const { value } = event.currentTarget;
              void navigate({ search: (before) => ({ ...before, of: value }), replace: true });
            }}
            data={[
              ...versions.map(({ id, name, version, inForceFrom, inForceUntil }) => ({
                value: `agreement:${id}`,
                label: t(inForceFrom !== null && inForceUntil === null ? 'agreementInForce' : 'agreement', {
                  name,
                  version,
                }),
              })),
              ...stages.map((stage) => ({ value: `stage:${stage}`, label: t('stage', { stage }) })),
            ]}
            maw={420}
          />
        )}
      </Stack>
      {subject !== null && <ForecastWeeks subject={subject} />}
      {subject?.kind === 'agreement' && <ForecastDefinition agreement={subject.name} />}
      {serving.data && <ForecastThreshold outline={serving.data.outline} />}
      <ForecastRevenue />
    </Stack>
  );
}
