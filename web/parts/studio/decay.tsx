/** How older events come to weigh less: by halves, evenly, or in steps. */

import { Button, Group, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { isValues, type Values } from '../../values.model.ts';
import { Amount, Choice, Remove, Span } from './inputs.tsx';

const KINDS = ['halfLife', 'linear', 'steps'] as const;
type Kind = (typeof KINDS)[number];

const BLANK: { readonly [Name in Kind]: Values } = {
  halfLife: { halfLife: '30d' },
  linear: { linear: '90d' },
  steps: { steps: { '30d': '50%', '90d': '0%' } },
};

export function DecayOf({ value, onChange }: { readonly value: unknown; readonly onChange: (value: Values) => void }) {
  const { t } = useTranslation('studio');
  const own = isValues(value) ? value : {};
  const kind = KINDS.find((name) => Object.hasOwn(own, name)) ?? 'halfLife';
  const steps = isValues(own.steps) ? Object.entries(own.steps) : [];
  const setSteps = (next: readonly (readonly [string, unknown])[]) => {
    if (next.length > 0) onChange({ steps: Object.fromEntries(next) });
  };
  return (
    <Group gap="xs" align="end">
      <Choice<Kind>
        label={t('part.decay')}
        value={kind}
        among={KINDS.map((name) => ({ value: name, label: t(`decay.${name}`) }))}
        onChange={(name) => onChange(BLANK[name])}
      />
      {kind !== 'steps' && (
        <Span
          label={t('decay.time')}
          daysOnly
          value={String(own[kind])}
          onChange={(span) => onChange({ [kind]: span })}
        />
      )}
      {kind === 'steps' && (
        <Stack gap={4}>
          {steps.map(([age, share], i) => (
            <Group key={age} gap={4} align="end" wrap="nowrap">
              <Span
                label={t('decay.age')}
                daysOnly
                value={age}
                onChange={(span) => {
                  if (!steps.some(([other]) => other === span))
                    setSteps(steps.map((step, at) => (at === i ? [span, share] : step)));
                }}
              />
              <Amount
                label={t('decay.share')}
                value={Number.parseFloat(String(share))}
                min={0}
                max={100}
                decimals={1}
                onChange={(percent) => setSteps(steps.map((step, at) => (at === i ? [age, `${percent}%`] : step)))}
              />
              <Remove label={t('decay.remove')} onClick={() => setSteps(steps.filter((_, at) => at !== i))} />
            </Group>
          ))}
          <Button
            size="compact-xs"
            variant="subtle"
            style={{ alignSelf: 'start' }}
            leftSection={<IconPlus aria-hidden size={14} />}
            onClick={() => {
              const last = Math.max(0, ...steps.map(([age]) => Number.parseInt(age, 10)));
              setSteps([...steps, [`${last + 30}d`, '0%']]);
            }}
          >
            {t('decay.add')}
          </Button>
        </Stack>
      )}
    </Group>
  );
}
