/** Asks before something that cannot be undone is done. */

import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';

export function Ask({
  question,
  go,
  action,
  opener,
}: {
  question: string;
  /** What the button says that does it. */
  go: string;
  action: () => void;
  /** What is there before anybody asks. */
  opener: (open: () => void) => ReactNode;
}) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const about = useId();
  return (
    <>
      {opener(open)}
      <Modal opened={opened} onClose={close} title={go} closeButtonProps={{ 'aria-label': t('cancel') }} centered>
        <Text size="sm" id={about}>
          {question}
        </Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close} data-autofocus>
            {t('cancel')}
          </Button>
          <Button
            color="red"
            aria-describedby={about}
            onClick={() => {
              close();
              action();
            }}
          >
            {go}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
