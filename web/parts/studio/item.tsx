/**
 * One line of a model (a rule, a stage, a disqualification) with what can be done to it: opened, moved, doubled, taken
 * away. It decides its keys; what an opened one shows is its caller's.
 */

import { ActionIcon, Box, Collapse, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowDown,
  IconArrowUp,
  IconChevronRight,
  IconCopy,
  IconCursorText,
  IconDots,
  IconMessage,
  IconTrash,
} from '@tabler/icons-react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../answers.ts';
import type { Path } from '../../values.model.ts';
import { keyOf, useActs } from './studio.ts';

export interface ItemActions {
  readonly move: (by: -1 | 1) => Path;
  readonly duplicate?: () => void;
  readonly rename?: () => void;
  readonly remove: () => void;
  readonly comment?: () => void;
}

export function Item({
  path,
  id,
  isOpen,
  said,
  problems,
  numbers,
  actions,
  children,
}: {
  readonly path: Path;
  readonly id: string;
  readonly isOpen: boolean;
  /** What it says, as a sentence or in the model's own words. */
  readonly said: ReactNode;
  readonly problems: readonly Problem[];
  readonly numbers?: ReactNode;
  readonly actions: ItemActions;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation('studio');
  const { setOpen, canEdit, canComment } = useActs();
  const key = keyOf(path);
  const move = (by: -1 | 1) => {
    const moved = keyOf(actions.move(by));
    if (isOpen) setOpen(moved);
    // The line keeps the focus where it goes.
    requestAnimationFrame(() => document.getElementById(`line-${moved}`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && isOpen) {
      setOpen(null);
      document.getElementById(`line-${key}`)?.focus();
    }
    if (!canEdit || !event.altKey) return;
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    move(event.key === 'ArrowUp' ? -1 : 1);
  };
  const onLineKey = (event: KeyboardEvent) => {
    if (!canEdit) return;
    if (event.key === 'F2') actions.rename?.();
    if (event.key === 'Delete') remove();
  };
  // The line that comes into its place has the focus then, or the one above.
  const remove = () => {
    const lines = [...document.querySelectorAll<HTMLElement>('.line')];
    const place = lines.findIndex(({ id: own }) => own === `line-${key}`);
    actions.remove();
    requestAnimationFrame(() => {
      const left = [...document.querySelectorAll<HTMLElement>('.line')];
      left[Math.min(place, left.length - 1)]?.focus();
    });
  };
  return (
    <Box component="li" className="item" data-open={isOpen} onKeyDown={onKeyDown}>
      <Group gap={4} wrap="nowrap" align="start">
        <UnstyledButton
          id={`line-${key}`}
          className="line"
          aria-expanded={isOpen}
          onClick={() => setOpen(isOpen ? null : key)}
          onKeyDown={onLineKey}
        >
          <IconChevronRight aria-hidden size={16} className="turns" />
          <span className="says">
            <Text span size="sm" className="breaks" {...(isOpen ? {} : { lineClamp: 3 })}>
              {said}
            </Text>
            <Text span size="xs" c="dimmed" className="breaks">
              {id}
            </Text>
          </span>
          {numbers}
        </UnstyledButton>
        {(canEdit || (canComment && actions.comment !== undefined)) && (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" mt={6} aria-label={t('actionsOf', { what: id })}>
                <IconDots aria-hidden size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {canEdit && (
                <>
                  <Menu.Item
                    leftSection={<IconArrowUp aria-hidden size={14} />}
                    rightSection={<kbd>Alt ↑</kbd>}
                    onClick={() => move(-1)}
                  >
                    {t('moveUp')}
                  </Menu.Item>
                  <Menu.Item
                    leftSection={<IconArrowDown aria-hidden size={14} />}
                    rightSection={<kbd>Alt ↓</kbd>}
                    onClick={() => move(1)}
                  >
                    {t('moveDown')}
                  </Menu.Item>
                  {actions.rename !== undefined && (
                    <Menu.Item
                      leftSection={<IconCursorText aria-hidden size={14} />}
                      rightSection={<kbd>F2</kbd>}
                      onClick={actions.rename}
                    >
                      {t('rename')}
                    </Menu.Item>
                  )}
                  {actions.duplicate !== undefined && (
                    <Menu.Item leftSection={<IconCopy aria-hidden size={14} />} onClick={actions.duplicate}>
                      {t('duplicate')}
                    </Menu.Item>
                  )}
                </>
              )}
              {canComment && actions.comment !== undefined && (
                <Menu.Item leftSection={<IconMessage aria-hidden size={14} />} onClick={actions.comment}>
                  {t('comments')}
                </Menu.Item>
              )}
              {canEdit && (
                <Menu.Item
                  color="red"
                  leftSection={<IconTrash aria-hidden size={14} />}
                  rightSection={<kbd>{t('key.delete')}</kbd>}
                  onClick={remove}
                >
                  {t('remove')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      {problems.map(({ message, line, column }) => (
        <Group key={`${line} ${column} ${message}`} gap={4} wrap="nowrap" align="start" className="problem">
          <IconAlertTriangle aria-hidden size={14} />
          <Text size="xs" className="breaks">
            {message}
          </Text>
        </Group>
      ))}
      <Collapse expanded={isOpen} keepMounted={false}>
        <fieldset className="plain" disabled={!canEdit}>
          {children}
        </fieldset>
      </Collapse>
    </Box>
  );
}
