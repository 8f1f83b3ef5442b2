/** Erasing a person. It cannot be undone, so it takes the name in writing. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lead } from '../answers.ts';
import { call } from '../call.ts';
import { nameOf } from '../lead.model.ts';
import { lead } from '../router.tsx';
import { Failure } from './failure.tsx';

export function EraseLead({ of, opened, close }: { of: Lead; opened: boolean; close: () => void }) {
  const { t } = useTranslation('lead');
  const queries = useQueryClient();
  const navigate = lead.useNavigate();
  const [written, setWritten] = useState('');
  const name = nameOf(of);
  const erase = useMutation({
    mutationFn: () => call('DELETE', `/api/contacts/${of.id}`),
    onSuccess: async () => {
      await navigate({ to: '/leads', replace: true });
      queries.removeQueries({ queryKey: ['lead', of.id] });
      await Promise.all(['leads', 'today', 'company'].map((part) => queries.resetQueries({ queryKey: [part] })));
    },
  });
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('eraseTitle', { name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text size="sm">{t('eraseWarning')}</Text>
        <TextInput
          label={t('eraseWrite', { name })}
          value={written}
          onChange={(event) => setWritten(event.currentTarget.value)}
          data-autofocus
        />
        {erase.error && <Failure error={erase.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button
            color="red"
            disabled={written.trim() !== name}
            loading={erase.isPending}
            onClick={() => erase.mutate()}
          >
            {t('eraseDo')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
