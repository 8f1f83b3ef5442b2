/** What a draft would do, beside the draft: numbers stay where they are while newer ones come. */

import { ActionIcon, Group, Loader, Progress, Skeleton, Stack, Text, Title, Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tried } from '../../answers.ts';
import { useFormat } from '../../format.ts';
import type { OutcomeSearch } from '../../trial.model.ts';
import type { TrialState } from '../../trials.ts';
import { Failure } from '../failure.tsx';
import { type Asked, BehindNumber } from './behind.tsx';
import { OutcomeCard } from './outcome.tsx';
import { Headline, Rules, Scores, Stages } from './trial-numbers.tsx';

/** The numbers that matter most, in one line, where there is no room for all beside the model. */
export const TrialStrip = memo(function TrialStrip({
  trial,
  tried,
}: {
  readonly trial: TrialState;
  readonly tried: Tried;
}) {
  const [behind, setBehind] = useState<Asked | null>(null);
  return (
    <div data-fresh={trial.isFresh} className="strip">
      <Headline tried={tried} show={setBehind} />
      <BehindNumber source={{ document: trial.text }} asked={behind} onClose={() => setBehind(null)} />
    </div>
  );
});

export const TrialPanel = memo(function TrialPanel({
  trial,
  search,
  onSearch,
}: {
  readonly trial: TrialState;
  readonly search: OutcomeSearch;
  readonly onSearch: (search: OutcomeSearch) => void;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [behind, setBehind] = useState<Asked | null>(null);
  const [refreshing, setRefreshing] = useState(false);
  const { tried } = trial;
  const refresh = async () => {
    setRefreshing(true);
    await trial.refresh().finally(() => setRefreshing(false));
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Title order={2}>{t('trial')}</Title>
        <Group gap={4} wrap="nowrap">
          <span style={{ width: 18, height: 18 }} aria-hidden>
            {!trial.isFresh && trial.error === null && trial.problems.length === 0 && <Loader size={16} />}
          </span>
          <Tooltip label={t('refreshHint')}>
            <ActionIcon variant="default" aria-label={t('refresh')} loading={refreshing} onClick={refresh}>
              <IconRefresh aria-hidden size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <Text size="xs" c="dimmed" mih="1.25rem" aria-live="polite">
        {tried === null
          ? t('baseLoading', { share: format.count(Math.round((trial.base?.share ?? 0) * 100)) })
          : [
              t('asOfBase', {
                count: tried.contacts,
                at: format.moment(tried.asOf),
                contacts: format.count(tried.contacts),
              }),
              tried.before === null
                ? t('againstNothing')
                : t('against', { model: tried.before.name, version: tried.before.version ?? '' }),
            ].join(' ')}
      </Text>
      {trial.error !== null && <Failure error={trial.error} again={refresh} />}
      {trial.problems.length > 0 && tried !== null && (
        <Text size="xs" role="status">
          {t('numbersOfBefore')}
        </Text>
      )}
      {tried === null ? (
        trial.error === null && (
          <>
            <Progress value={(trial.base?.share ?? 0) * 100} aria-label={t('trial')} />
            <Skeleton h={64} />
            <Skeleton h={160} />
            <Skeleton h={240} />
          </>
        )
      ) : (
        <div data-fresh={trial.isFresh} className="tried">
          <Stack gap="sm">
            <Headline tried={tried} show={setBehind} />
            <Stages tried={tried} show={setBehind} />
            <Scores tried={tried} show={setBehind} />
            <Rules tried={tried} show={setBehind} />
            <OutcomeCard tried={tried} search={search} onSearch={onSearch} />
          </Stack>
        </div>
      )}
      <BehindNumber source={{ document: trial.text }} asked={behind} onClose={() => setBehind(null)} />
    </Stack>
  );
});
