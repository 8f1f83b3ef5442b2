/** Which events say that a deal was won: shown to everybody, changed by whoever may. */

import { Alert, Anchor, Button, Group, Stack, TagsInput, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import type { Outcome } from '../figures.ts';
import { useMe } from '../me.ts';
import { Failure } from './failure.tsx';

export function OutcomeOf() {
  const { t } = useTranslation('overview');
  const me = useMe();
  const [changing, setChanging] = useState(false);
  const kept = useQuery({ queryKey: ['outcome'], queryFn: () => call<Outcome>('GET', '/api/outcome') });
  if (kept.error) return <Failure error={kept.error} again={() => kept.refetch()} />;
  if (kept.data === undefined) return <Text size="sm">…</Text>;
  const { events } = kept.data;
  const may = me.data?.rights.includes('model.write') === true;
  if (changing) return <Names of={kept.data} onDone={() => setChanging(false)} />;
  if (events.length > 0)
    return (
      <Group gap="xs">
        <Text size="sm" c="dimmed" className="breaks">
          {t('outcomeIs', { events: events.join(', ') })}
        </Text>
        {may && (
          <Anchor component="button" size="sm" underline="always" onClick={() => setChanging(true)}>
            {t('change')}
          </Anchor>
        )}
      </Group>
    );
  return (
    <Alert variant="light" title={t('noOutcome')}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t(may ? 'noOutcomeDo' : 'noOutcomeAsk')}</Text>
        {may && (
          <Button size="xs" onClick={() => setChanging(true)}>
            {t('nameOutcome')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

function Names({ of, onDone }: { of: Outcome; onDone: () => void }) {
  const { t } = useTranslation('overview');
  const queries = useQueryClient();
  const [events, setEvents] = useState<string[]>([...of.events]);
  const save = useMutation({
    mutationFn: () => call<Outcome>('PUT', '/api/outcome', { body: { events } }),
    onSuccess: async () => {
      await Promise.all(['outcome', 'overview', 'goals'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      onDone();
    },
  });
  return (
    <Stack gap="sm" maw={560}>
      <TagsInput
        label={t('outcomeEvents')}
        description={t('outcomeHint')}
        data={[...of.known]}
        value={events}
        onChange={setEvents}
        maxTags={20}
        acceptValueOnBlur
        data-autofocus
      />
      {save.error && <Failure error={save.error} />}
      <Group gap="xs">
        <Button size="xs" loading={save.isPending} onClick={() => save.mutate()}>
          {t('save')}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {t('cancel')}
        </Button>
      </Group>
    </Stack>
  );
}
