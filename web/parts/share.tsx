/** A share with its interval: in numbers, and as a line for the eye. */

import { Box, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RateFeedback } from '../answers.ts';
import { useFormat } from '../format.ts';

export function Share({ of }: { of: RateFeedback['acceptance'] }) {
  const { t } = useTranslation('feedback');
  const format = useFormat();
  if (of === null)
    return (
      <Text size="sm" c="dimmed" component="span">
        –
      </Text>
    );
  const at = (part: number): string => `${part * 100}%`;
  return (
    <div className="share">
      <Text size="sm" fw={600} component="span">
        {format.share(of.share)}
      </Text>{' '}
      <Text size="xs" c="dimmed" component="span">
        {t('between', { low: format.share(of.low), high: format.share(of.high) })}
      </Text>
      <Box aria-hidden className="interval">
        <i style={{ insetInlineStart: at(of.low), width: at(of.high - of.low) }} />
        <b style={{ insetInlineStart: at(of.share) }} />
      </Box>
    </div>
  );
}
