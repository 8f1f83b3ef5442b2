/** Addresses and domains of people who must not be handed on. */

import { Alert, Button, Group, Stack, Table, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Suppression as Entry } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { Listed } from '../parts/listed.tsx';
import { Wide } from '../parts/wide.tsx';
import { settings } from '../router.tsx';

const ENTRIES = ['settings', 'suppression'];

export default function Suppression() {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const queries = useQueryClient();
  const { find } = settings.useSearch();
  const navigate = settings.useNavigate();
  const look = useDebouncedCallback(
    (text: string) => navigate({ search: { find: text || undefined }, replace: true }),
    250,
  );
  const manages = useMe().data?.rights.includes('contact.write') === true;
  const remove = useMutation({
    mutationFn: (value: string) => call('DELETE', `/api/suppression/${encodeURIComponent(value)}`),
    onSettled: () => queries.invalidateQueries({ queryKey: ENTRIES }),
  });
  return (
    <Stack gap="xl">
      <Stack gap="sm">
        <Title order={2}>{t('section.suppression')}</Title>
        <Text size="sm">{t('suppression.how')}</Text>
        {manages && <Add />}
      </Stack>
      <Stack gap="sm">
        <TextInput
          label={t('suppression.find')}
          defaultValue={find ?? ''}
          onChange={(event) => look(event.currentTarget.value)}
          maw={420}
        />
        {remove.error && <Failure error={remove.error} />}
        <Listed<Entry>
          queryKey={[...ENTRIES, find]}
          path="/api/suppression"
          query={{ find }}
          none={t(find === undefined ? 'suppression.none' : 'suppression.notFound')}
        >
          {(entries) => (
            <Wide label={t('section.suppression')} least={520}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('suppression.value')}</Table.Th>
                  <Table.Th>{t('suppression.reason')}</Table.Th>
                  <Table.Th>{t('since')}</Table.Th>
                  <Table.Th>{t('by')}</Table.Th>
                  {manages && <Table.Th>{t('people.actions')}</Table.Th>}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {entries.map((entry) => (
                  <Table.Tr key={entry.value}>
                    <Table.Td className="breaks">{entry.value}</Table.Td>
                    <Table.Td className="breaks">{entry.reason}</Table.Td>
                    <Table.Td>{format.day(entry.createdAt)}</Table.Td>
                    <Table.Td className="breaks">{entry.createdBy}</Table.Td>
                    {manages && (
                      <Table.Td>
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={t('suppression.removeOf', { value: entry.value })}
                          onClick={() => remove.mutate(entry.value)}
                        >
                          {t('suppression.remove')}
                        </Button>
                      </Table.Td>
                    )}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Wide>
          )}
        </Listed>
      </Stack>
    </Stack>
  );
}

function Add() {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const values = text.split(/[\s,;]+/).filter((value) => value !== '');
  const add = useMutation({
    mutationFn: () =>
      call<{ added: number }>('POST', '/api/suppression', {
        body: { values, ...(reason.trim() === '' ? {} : { reason }) },
      }),
    onSuccess: () => {
      setText('');
      return queries.invalidateQueries({ queryKey: ENTRIES });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm" maw={560}>
        <Textarea
          label={t('suppression.values')}
          description={t('suppression.valuesHint')}
          autosize
          minRows={2}
          maxRows={10}
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <TextInput
          label={t('suppression.why')}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={add.isPending} disabled={values.length === 0}>
            {t('suppression.add')}
          </Button>
        </Group>
        {add.error && <Failure error={add.error} />}
        {add.data && (
          <Alert role="status" variant="light">
            {t('suppression.added', { count: add.data.added })}
          </Alert>
        )}
      </Stack>
    </form>
  );
}
