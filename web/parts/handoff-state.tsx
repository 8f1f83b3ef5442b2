/** Where a hand-off stands, and what is owed for it, in words. */

import { Badge, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconClock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Handoff } from '../answers.ts';
import { useFormat } from '../format.ts';
import { leftOf } from '../handoff.model.ts';

const COLORS: Readonly<Record<Handoff['state'], string>> = {
  waiting: 'yellow',
  open: 'sea',
  accepted: 'sea',
  opportunity: 'sea',
  recycled: 'gray',
  rejected: 'gray',
  disqualified: 'gray',
  won: 'green',
  lost: 'gray',
  withdrawn: 'gray',
};

export function StateBadge({ of: state }: { of: Handoff['state'] }) {
  const { t } = useTranslation('handoffs');
  return (
    <Badge color={COLORS[state]} variant={state === 'open' ? 'filled' : 'outline'} tt="none">
      <Text span inherit {...(state === 'open' ? {} : { c: 'var(--mantine-color-text)' })}>
        {t(`state.${state}`)}
      </Text>
    </Badge>
  );
}

/** The first promise that is owed: how much time is left, or by how much it was missed. */
export function Owed({ of, now }: { of: Pick<Handoff, 'owes' | 'lacks' | 'returnsAt' | 'state'>; now: number }) {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const lacks = useLacks();
  if (of.owes === null) {
    const text =
      of.state === 'waiting'
        ? t('waitsFor', { what: lacks(of.lacks) })
        : of.returnsAt !== null
          ? t('returns', { at: format.date(of.returnsAt) })
          : t('owesNothing');
    return (
      <Text size="sm" c="dimmed">
        {text}
      </Text>
    );
  }
  const { late, ms } = leftOf(of.owes.dueAt, now);
  const Icon = late ? IconAlertTriangle : IconClock;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Icon aria-hidden size={16} style={{ flex: 'none', marginTop: 3 }} />
      <div>
        <Text size="sm" fw={late ? 650 : 500} {...(late ? { className: 'late' } : {})}>
          {t(late ? 'late' : 'left', { span: format.exactSpan(ms) })}
        </Text>
        <Text size="xs" c="dimmed">
          {t(`clock.${of.owes.kind}`)}
        </Text>
      </div>
    </Group>
  );
}

const NAMED = ['demographic', 'situational', 'behavioural', 'seller'];

/** Writes what a hand-off waits for: fields by their name, the rest in words. */
export function useLacks(): (lacks: readonly string[]) => string {
  const { t } = useTranslation('handoffs');
  return (lacks) => lacks.map((one) => (NAMED.includes(one) ? t(`lack.${one}`) : one)).join(', ');
}
