/** Whether the draft is kept, and what to do where somebody else changed it meanwhile. */

import { Alert, Badge, Button, Group, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Draft } from '../../answers.ts';
import type { Editing } from '../../draft.ts';
import { useFormat } from '../../format.ts';
import { Failure } from '../failure.tsx';

export function KeepingState({
  editing,
  draft,
  canEdit,
}: {
  readonly editing: Editing;
  readonly draft: Draft;
  readonly canEdit: boolean;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const { keeping } = editing;
  if (!canEdit)
    return (
      <Badge variant="default" tt="none">
        {t('readOnly')}
      </Badge>
    );
  return (
    <>
      <Text size="xs" c="dimmed" role="status" miw={90}>
        {t(`keeping.${keeping.kind}`)}
      </Text>
      {keeping.kind === 'failed' && <Failure error={keeping.error} again={() => void editing.keep()} />}
      {/* It cannot be closed: one of the two texts has to be chosen. */}
      <Modal
        opened={keeping.kind === 'conflict'}
        onClose={() => {}}
        withCloseButton={false}
        closeOnEscape={false}
        closeOnClickOutside={false}
        title={t('conflictTitle')}
      >
        {keeping.kind === 'conflict' && (
          <>
            <Alert variant="light" mb="sm">
              {keeping.theirs === null
                ? t('conflictGone', { name: draft.name })
                : t('conflictBy', { by: keeping.theirs.changedBy, at: format.moment(keeping.theirs.changedAt) })}
            </Alert>
            <Group justify="flex-end">
              {keeping.theirs !== null && (
                <Button variant="default" onClick={editing.takeTheirs}>
                  {t('takeTheirs')}
                </Button>
              )}
              <Button onClick={() => void editing.keepMine()}>{t('keepMine')}</Button>
            </Group>
            <Text size="xs" c="dimmed" mt="sm">
              {keeping.theirs === null ? t('conflictGoneHint') : t('conflictHint')}
            </Text>
          </>
        )}
      </Modal>
    </>
  );
}
