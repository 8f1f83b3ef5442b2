/** What people say about one rule. */

import { Badge, Button, Card, Checkbox, Group, Loader, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Comment, List } from '../../answers.ts';
import { call } from '../../call.ts';
import { useFormat } from '../../format.ts';
import { Failure } from '../failure.tsx';

export const Comments = memo(function Comments({
  model,
  rule,
  canComment,
  onClose,
}: {
  readonly model: string;
  readonly rule: string | null;
  readonly canComment: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('studio');
  return (
    <Modal
      opened={rule !== null}
      onClose={onClose}
      title={t('commentsOn', { rule: rule ?? '' })}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {rule !== null && <Thread model={model} rule={rule} canComment={canComment} />}
    </Modal>
  );
});

function Thread({
  model,
  rule,
  canComment,
}: {
  readonly model: string;
  readonly rule: string;
  readonly canComment: boolean;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [withDone, setWithDone] = useState(false);
  const comments = useQuery({
    queryKey: ['comments', model, rule, withDone],
    queryFn: () =>
      call<List<Comment>>('GET', '/api/models/comments', {
        query: { model, rule, resolved: withDone ? 'yes' : 'no', limit: 200 },
      }),
    placeholderData: (before) => before,
  });
  const again = () => queries.invalidateQueries({ queryKey: ['comments', model] });
  const add = useMutation({
    mutationFn: () => call<Comment>('POST', '/api/models/comments', { body: { model, rule, text } }),
    onSuccess: async () => {
      setText('');
      await again();
    },
  });
  const resolve = useMutation({
    mutationFn: ({ id, resolvedAt }: Comment) =>
      call<Comment>('POST', `/api/models/comments/${id}/resolve`, { body: { resolved: resolvedAt === null } }),
    onSuccess: again,
  });
  if (comments.isPending) return <Loader size="sm" />;
  if (comments.error) return <Failure error={comments.error} again={() => comments.refetch()} />;
  return (
    <Stack gap="sm">
      <Checkbox
        size="xs"
        label={t('commentsDone')}
        checked={withDone}
        onChange={(event) => setWithDone(event.currentTarget.checked)}
      />
      {comments.data.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noComments')}
        </Text>
      )}
      {comments.data.items.map((comment) => (
        <Card key={comment.id} withBorder padding="xs">
          <Group justify="space-between" gap="xs">
            <Text size="xs" c="dimmed" className="breaks">
              {[
                comment.by,
                format.moment(comment.at),
                ...(comment.rule === rule ? [] : [t('commentAs', { rule: comment.rule })]),
              ].join(' · ')}
            </Text>
            {comment.resolvedAt !== null && <Badge variant="outline">{t('commentDone')}</Badge>}
          </Group>
          <Text size="sm" className="breaks" style={{ whiteSpace: 'pre-wrap' }}>
            {comment.text}
          </Text>
          {canComment && (
            <Button size="compact-xs" variant="subtle" mt={4} onClick={() => resolve.mutate(comment)}>
              {t(comment.resolvedAt === null ? 'commentResolve' : 'commentReopen')}
            </Button>
          )}
        </Card>
      ))}
      {(add.error ?? resolve.error) && <Failure error={add.error ?? resolve.error} />}
      {canComment && (
        <>
          <Textarea
            label={t('commentText')}
            value={text}
            autosize
            minRows={2}
            maxLength={4000}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button disabled={text.trim() === ''} loading={add.isPending} onClick={() => add.mutate()}>
              {t('commentAdd')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
