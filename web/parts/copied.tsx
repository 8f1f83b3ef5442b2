/** A text to be taken elsewhere, with a button that copies it. */

import { Button, Code, CopyButton, Group, Stack } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

export function Copied({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Code block className="breaks" tabIndex={0} aria-label={label} style={{ whiteSpace: 'pre-wrap' }}>
        {text}
      </Code>
      <Group>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck aria-hidden size={14} /> : <IconCopy aria-hidden size={14} />}
            >
              {t(copied ? 'copied' : 'copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
