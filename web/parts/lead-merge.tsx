/** Saying that another lead is this one: found by its name, shown before it is done. It can be undone. */

import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lead, List } from '../answers.ts';
import { call } from '../call.ts';
import { nameOf } from '../lead.model.ts';
import { whereOfWords } from '../leads.model.ts';
import { Failure } from './failure.tsx';

const SHOWN = 8;

export function MergeLead({ of, opened, close }: { of: Lead; opened: boolean; close: () => void }) {
  const { t } = useTranslation('lead');
  const queries = useQueryClient();
  const [words, setWords] = useState('');
  const [goneId, setGone] = useState<string | null>(null);
  const [find] = useDebouncedValue(words, 200);
  const where = whereOfWords(find);
  const found = useQuery({
    queryKey: ['leads', 'to merge', of.id, find],
    queryFn: async () => {
      const { items } = await call<List<Lead>>('POST', '/api/contacts/search', { body: { where, limit: SHOWN + 1 } });
      return items.filter(({ id }) => id !== of.id).slice(0, SHOWN);
    },
    enabled: opened && where !== null,
    placeholderData: keepPreviousData,
  });
  const leave = () => {
    setWords('');
    setGone(null);
    close();
  };
  const merge = useMutation({
    mutationFn: () => call('POST', `/api/contacts/${of.id}/merge`, { body: { goneId } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['lead', of.id] });
      leave();
    },
  });
  const name = nameOf(of);
  const gone = found.data?.find(({ id }) => id === goneId);
  return (
    <Modal
      opened={opened}
      onClose={leave}
      title={t('mergeTitle', { name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <TextInput
          label={t('mergeFind')}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            setGone(null);
          }}
          data-autofocus
        />
        {where !== null && found.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('mergeNobody')}
          </Text>
        )}
        {where !== null && found.data !== undefined && found.data.length > 0 && (
          <Radio.Group value={goneId} onChange={setGone} label={t('mergeWho')}>
            <Stack gap="xs" mt="xs">
              {found.data.map((other) => (
                <Radio
                  key={other.id}
                  value={other.id}
                  label={nameOf(other)}
                  description={
                    [other.email, other.companyName].filter((part) => part !== null).join(' · ') || `#${other.id}`
                  }
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        {gone !== undefined && (
          <Text size="sm" role="status">
            {t('mergeWarning', { gone: nameOf(gone), kept: name })}
          </Text>
        )}
        {merge.error && <Failure error={merge.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>
            {t('cancel')}
          </Button>
          <Button disabled={gone === undefined} loading={merge.isPending} onClick={() => merge.mutate()}>
            {t('mergeDo')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
