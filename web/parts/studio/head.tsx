/** What stands above a draft: what can be done with the whole of it, and how it is shown. */

import { Button, Group, SegmentedControl } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconKeyboard } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DraftSearch } from '../../router.tsx';

export const Deeds = memo(function Deeds({
  undo,
  redo,
  showKeys,
  publish,
  ready,
}: {
  /** Undefined for who may not write; null where there is nothing to go back to. */
  readonly undo: (() => void) | null | undefined;
  readonly redo: (() => void) | null | undefined;
  readonly showKeys: () => void;
  /** Undefined for who may not publish. */
  readonly publish: (() => void) | undefined;
  /** Whether it can be published as it is. */
  readonly ready: boolean;
}) {
  const { t } = useTranslation('studio');
  const steps = [
    { does: undo, says: t('undo'), Icon: IconArrowBackUp },
    { does: redo, says: t('redo'), Icon: IconArrowForwardUp },
  ];
  return (
    <Group gap={6}>
      {steps.map(
        ({ does, says, Icon }) =>
          does !== undefined && (
            <Button
              key={says}
              size="xs"
              variant="default"
              leftSection={<Icon aria-hidden size={16} />}
              disabled={does === null}
              onClick={() => does?.()}
            >
              {says}
            </Button>
          ),
      )}
      <Button size="xs" variant="default" leftSection={<IconKeyboard aria-hidden size={16} />} onClick={showKeys}>
        {t('keys')}
      </Button>
      {publish !== undefined && (
        <Button size="xs" disabled={!ready} onClick={publish}>
          {t('publish')}
        </Button>
      )}
    </Group>
  );
});

export const ViewChoice = memo(function ViewChoice({
  view,
  isWide,
  onSearch,
}: {
  readonly view: 'rules' | 'both' | 'text' | 'changes';
  readonly isWide: boolean;
  readonly onSearch: (search: Partial<DraftSearch>) => void;
}) {
  const { t } = useTranslation('studio');
  return (
    <SegmentedControl
      aria-label={t('view')}
      value={view}
      onChange={(next) =>
        onSearch({ view: next === 'text' || next === 'changes' || next === 'both' ? next : undefined })
      }
      data={[
        { value: 'rules', label: t('view.rules') },
        ...(isWide ? [{ value: 'both', label: t('view.both') }] : []),
        { value: 'text', label: t('view.text') },
        { value: 'changes', label: t('view.changes') },
      ]}
    />
  );
});
