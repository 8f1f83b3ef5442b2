/** A question above the page: it takes the focus, is left with Escape, and gives the focus back. */

import { Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Asked {
  readonly title: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

// Mantine's own header is a landmark, and a page has one already.
export function Dialog({ title, opened, onClose, wide = false, children }: Asked) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={opened} onClose={onClose} size={wide ? 'lg' : 'md'} transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        <Group justify="space-between" wrap="nowrap" p="md" pb="xs">
          <Modal.Title fw={650}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('close')} />
        </Group>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
