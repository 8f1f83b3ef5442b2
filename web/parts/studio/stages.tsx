/** Where contacts stand, and who is out: conditions over results, in their order. */

import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../answers.ts';
import { freeName, insertAfter, moveItem, type NamedView, removeItem } from '../../studio.model.ts';
import { put, type Values } from '../../values.model.ts';
import { inline } from '../../written.model.ts';
import { Conditions } from './conditions.tsx';
import { Name, Remove } from './inputs.tsx';
import { Item } from './item.tsx';
import { keyOf, useActs, useSaid } from './studio.ts';

type What = 'stages' | 'disqualify';

export const NamedList = memo(function NamedList({
  what,
  items,
}: {
  readonly what: What;
  readonly items: readonly NamedView[];
}) {
  const { t } = useTranslation('studio');
  const { now, canEdit, change, setOpen } = useActs();
  const { open, sentenceAt, problemsAt } = useSaid();
  const add = () => {
    const { value, view } = now();
    const main = view.scores.findLast(({ kind }) => kind === 'sum')?.name ?? view.scores[0]?.name ?? 'total';
    const taken = [...view.stages, ...view.disqualify].map(({ id }) => id);
    const blank =
      what === 'stages'
        ? { id: freeName(taken, 'stage'), enter: { score: { [main]: { atLeast: 50 } } } }
        : { id: freeName(taken, 'out'), if: { 'email.domain': { in: ['rival.example'] } }, reason: t('reasonOfNew') };
    const { document, path } = insertAfter(value, [what, items.length], blank);
    change(document);
    setOpen(keyOf(path));
  };
  const id = `part-${what}`;
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby={id}>
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h4" id={id}>
          {t(`list.${what}`)}
        </Title>
        {canEdit && (
          <Button size="compact-sm" variant="light" leftSection={<IconPlus aria-hidden size={16} />} onClick={add}>
            {t(what === 'stages' ? 'addStage' : 'addOut')}
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {t(what === 'stages' ? 'stagesHint' : 'outHint')}
      </Text>
      <ul className="items">
        {items.map((item) => (
          <NamedItem
            key={keyOf(item.path)}
            what={what}
            item={item}
            isOpen={open === keyOf(item.path)}
            said={sentenceAt(item.path)}
            problems={problemsAt(item.path)}
          />
        ))}
      </ul>
    </Card>
  );
});

const NamedItem = memo(function NamedItem({
  what,
  item,
  said,
  ...shown
}: {
  readonly what: What;
  readonly item: NamedView;
  readonly isOpen: boolean;
  readonly said: string | undefined;
  readonly problems: readonly Problem[];
}) {
  const { now, change, setOpen } = useActs();
  return (
    <Item
      {...shown}
      path={item.path}
      id={item.id}
      said={said ?? <code>{saysOf(item)}</code>}
      actions={{
        move: (by) => {
          const { document, path } = moveItem(now().value, item.path, by);
          change(document);
          return path;
        },
        remove: () => {
          change(removeItem(now().value, item.path));
          setOpen(null);
        },
      }}
    >
      <NamedForm item={item} what={what} />
    </Item>
  );
});

function saysOf({ value }: NamedView): string {
  const { id: _, ...rest } = value;
  return inline(rest).slice(2, -2);
}

function NamedForm({ item, what }: { readonly item: NamedView; readonly what: What }) {
  const { t } = useTranslation('studio');
  const { now, change } = useActs();
  const set = (key: string, part: unknown) =>
    change(put(now().value, [...item.path, key], part), `${keyOf(item.path)} ${key}`);
  const of = { scope: { of: 'contact' }, judgement: true, ofCompanyToo: what === 'stages' } as const;
  const opposite = (): Values => ({ not: item.value.enter });
  return (
    <Stack gap="sm">
      <Group gap="xs" align="end">
        <Name label={t('ruleName')} value={item.id} onChange={(id) => set('id', id)} />
        {what === 'disqualify' && (
          <Name
            label={t('reason')}
            value={String(item.value.reason ?? '')}
            onChange={(reason) => set('reason', reason)}
          />
        )}
      </Group>
      {what === 'disqualify' ? (
        <Conditions label={t('part.if')} {...of} value={item.value.if} onChange={(condition) => set('if', condition)} />
      ) : (
        <>
          <Conditions
            label={t('enter')}
            {...of}
            value={item.value.enter}
            onChange={(condition) => set('enter', condition)}
          />
          {item.value.leave === undefined ? (
            <Group>
              <Button
                size="compact-xs"
                variant="subtle"
                leftSection={<IconPlus aria-hidden size={14} />}
                onClick={() => set('leave', opposite())}
              >
                {t('leave')}
              </Button>
            </Group>
          ) : (
            <Group gap={4} align="end" wrap="nowrap">
              <div style={{ flex: 1, minWidth: 0 }}>
                <Conditions
                  label={t('leave')}
                  {...of}
                  value={item.value.leave}
                  onChange={(condition) => set('leave', condition)}
                />
              </div>
              <Remove label={t('removePart', { what: t('leave') })} onClick={() => set('leave', undefined)} />
            </Group>
          )}
        </>
      )}
    </Stack>
  );
}
