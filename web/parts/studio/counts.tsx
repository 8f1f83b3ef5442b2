/** How many: one of five comparisons, and its number or two. */

import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { countOperators, readCount, writeCount } from '../../rule.model.ts';
import type { Values } from '../../values.model.ts';
import { Amount, Choice } from './inputs.tsx';

export function CountOf({ value, onChange }: { readonly value: unknown; readonly onChange: (value: Values) => void }) {
  const { t } = useTranslation('studio');
  const { operator, low, high } = readCount(value);
  const numbers = { min: 0, decimals: 0, w: 84 };
  return (
    <Group gap={4} align="end">
      <Choice
        label={t('part.count')}
        value={operator}
        among={countOperators.map((name) => ({ value: name, label: t(`op.${name}`) }))}
        onChange={(name) => onChange(writeCount(name, low, high))}
      />
      <Amount
        label={operator === 'between' ? t('from') : t('times')}
        value={low}
        onChange={(next) => onChange(writeCount(operator, next ?? 0, high))}
        {...numbers}
      />
      {operator === 'between' && (
        <Amount
          label={t('to')}
          value={high}
          onChange={(next) => onChange(writeCount(operator, low, next ?? 0))}
          {...numbers}
        />
      )}
    </Group>
  );
}
