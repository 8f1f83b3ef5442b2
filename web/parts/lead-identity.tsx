/** Who a lead is: by what it is known, what was merged into it, and, for who may, merging, writing out and erasing. */

import { Button, Group, List as Items, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lead, List, Merge } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Failure } from './failure.tsx';
import { EraseLead } from './lead-erase.tsx';
import { MergeLead } from './lead-merge.tsx';

export function LeadIdentity({ of, mayMerge, mayErase }: { of: Lead; mayMerge: boolean; mayErase: boolean }) {
  const { t } = useTranslation('lead');
  const [asking, ask] = useState<'merge' | 'erase' | null>(null);
  const known = [
    ...of.emails.map((value) => ({ kind: 'email', value })),
    ...of.userIds.map((value) => ({ kind: 'userId', value })),
    ...of.anonymousIds.map((value) => ({ kind: 'anonymousId', value })),
  ];
  return (
    <Stack>
      <Items size="sm" spacing={4}>
        {known.map(({ kind, value }) => (
          <Items.Item key={`${kind} ${value}`} className="breaks">
            {t(`known.${kind}`, { value })}
          </Items.Item>
        ))}
      </Items>
      <Merges of={of} mayUndo={mayMerge} />
      <Group>
        {mayMerge && (
          <Button variant="default" onClick={() => ask('merge')}>
            {t('merge')}
          </Button>
        )}
        {mayErase && (
          <>
            <Button variant="default" component="a" href={`/api/contacts/${of.id}/export`} download={`${of.id}.json`}>
              {t('export')}
            </Button>
            <Button variant="default" onClick={() => ask('erase')}>
              {t('erase')}
            </Button>
          </>
        )}
      </Group>
      {mayMerge && <MergeLead of={of} opened={asking === 'merge'} close={() => ask(null)} />}
      {mayErase && <EraseLead of={of} opened={asking === 'erase'} close={() => ask(null)} />}
    </Stack>
  );
}

function Merges({ of, mayUndo }: { of: Lead; mayUndo: boolean }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const queries = useQueryClient();
  const merges = useQuery({
    queryKey: ['lead', of.id, 'merges'],
    queryFn: () => call<List<Merge>>('GET', `/api/contacts/${of.id}/merges`),
  });
  const undo = useMutation({
    mutationFn: (id: string) => call('DELETE', `/api/merges/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['lead', of.id] }),
  });
  if (merges.isPending) return null;
  if (merges.error) return <Failure error={merges.error} again={() => merges.refetch()} />;
  const { items } = merges.data;
  if (items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('noMerges')}
      </Text>
    );
  return (
    <Stack gap="xs" component="section" aria-label={t('merges')}>
      <Title order={2}>{t('merges')}</Title>
      {items.map(({ id, goneId, keptId, at, undoneAt }) => (
        <Group key={id} justify="space-between" gap="xs">
          <Text size="sm" {...(undoneAt === null ? {} : { c: 'dimmed' })}>
            {t('merged', { gone: goneId, kept: keptId, at: format.moment(at) })}
            {undoneAt !== null && ` · ${t('mergeUndone', { at: format.moment(undoneAt) })}`}
          </Text>
          {mayUndo && undoneAt === null && (
            <Button
              size="compact-sm"
              variant="default"
              loading={undo.isPending && undo.variables === id}
              onClick={() => undo.mutate(id)}
            >
              {t('mergeUndo')}
            </Button>
          )}
        </Group>
      ))}
      {undo.error && <Failure error={undo.error} />}
    </Stack>
  );
}
