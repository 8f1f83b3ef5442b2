/** What was said about a part of an agreement, and what is to be said. */

import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgreementComment } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Refusal } from './refusal.tsx';

export function Comments({ name, about }: { name: string; about: string }) {
  const { t } = useTranslation('agreement');
  const format = useFormat();
  const queries = useQueryClient();
  const me = useMe();
  const [text, setText] = useState('');
  const [writing, setWriting] = useState(false);
  const key = ['agreement-comments', name];
  const said = useQuery({
    queryKey: key,
    queryFn: () =>
      call<{ items: AgreementComment[] }>('GET', '/api/agreement-comments', { query: { name } }).then(
        ({ items }) => items,
      ),
  });
  const again = () => queries.invalidateQueries({ queryKey: key });
  const add = useMutation({
    mutationFn: () => call('POST', '/api/agreement-comments', { body: { name, about, body: text } }),
    onSuccess: () => {
      setText('');
      setWriting(false);
      return again();
    },
  });
  const resolve = useMutation({
    mutationFn: (id: string) => call('POST', `/api/agreement-comments/${id}/resolve`, { body: {} }),
    onSuccess: again,
  });
  const may = me.data?.rights.includes('agreement.comment') === true;
  const open = said.data?.filter((one) => one.about === about && one.resolvedAt === null) ?? [];
  return (
    <Stack gap="xs" className="no-print">
      {open.map((one) => (
        <Group key={one.id} justify="space-between" align="flex-start" wrap="nowrap" className="said">
          <div>
            <Text size="xs" c="dimmed" className="breaks">
              {one.writtenBy} · {format.moment(one.writtenAt)}
            </Text>
            <Text size="sm" className="breaks" style={{ whiteSpace: 'pre-wrap' }}>
              {one.body}
            </Text>
          </div>
          {may && (
            <Button size="compact-xs" variant="default" flex="none" onClick={() => resolve.mutate(one.id)}>
              {t('resolve')}
            </Button>
          )}
        </Group>
      ))}
      <Refusal error={said.error ?? resolve.error} />
      {may && !writing && (
        <Group>
          <Button size="compact-xs" variant="subtle" c="var(--mantine-color-text)" onClick={() => setWriting(true)}>
            {t('comment')}
          </Button>
        </Group>
      )}
      {writing && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <Stack gap="xs">
            <Textarea
              label={t('commentLabel')}
              autoFocus
              required
              autosize
              minRows={2}
              maxLength={5000}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Refusal error={add.error} />
            <Group gap="xs">
              <Button size="xs" type="submit" loading={add.isPending}>
                {t('send')}
              </Button>
              <Button size="xs" variant="default" onClick={() => setWriting(false)}>
                {t('cancel')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Stack>
  );
}
