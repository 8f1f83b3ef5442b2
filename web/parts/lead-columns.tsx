/** Which columns the table of leads has: those of the address, else those chosen on this device before, else the usual. */

import { Button, Checkbox, Group, Popover, ScrollArea, Stack, TextInput } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { columnOf, PLAIN_COLUMNS } from '../leads.model.ts';

const CHOSEN = 'scoreline.leads.columns';

export function useColumns(given: readonly string[] | undefined, scores: readonly string[]): readonly string[] {
  const kept = localStorage.getItem(CHOSEN);
  const usual = ['company', 'title', 'stage', ...scores.map((name) => `score.${name}`)].join('\n');
  const wanted = given?.join('\n') ?? kept ?? usual;
  return useMemo(() => wanted.split('\n').filter((text) => columnOf(text) !== undefined), [wanted]);
}

interface Choice {
  readonly columns: readonly string[];
  readonly scores: readonly string[];
  readonly onChange: (columns: readonly string[]) => void;
}

export function LeadColumns({ columns, scores, onChange }: Choice) {
  const { t } = useTranslation('leads');
  const [trait, setTrait] = useState('');
  const choose = (chosen: readonly string[]) => {
    localStorage.setItem(CHOSEN, chosen.join('\n'));
    onChange(chosen);
  };
  const toggle = (text: string) =>
    choose(columns.includes(text) ? columns.filter((one) => one !== text) : [...columns, text]);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const text = `trait.${trait.trim()}`;
    if (columnOf(text) !== undefined && !columns.includes(text)) choose([...columns, text]);
    setTrait('');
  };
  const offered = [...PLAIN_COLUMNS, ...scores.map((name) => `score.${name}`)];
  const others = columns.filter((text) => !offered.some((one) => one === text));
  const labelOf = (text: string): string => {
    const column = columnOf(text);
    return column === undefined ? text : 'name' in column ? column.name : t(`column.${column.kind}`);
  };
  return (
    <Popover position="bottom-end" withArrow trapFocus shadow="md" width={260}>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 aria-hidden size={16} />}>
          {t('columns')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('columns')}>
        <Stack gap="xs">
          <ScrollArea.Autosize mah={320}>
            <Stack gap="xs" p={2}>
              {[...offered, ...others].map((text) => (
                <Checkbox
                  key={text}
                  size="sm"
                  label={labelOf(text)}
                  checked={columns.includes(text)}
                  onChange={() => toggle(text)}
                />
              ))}
            </Stack>
          </ScrollArea.Autosize>
          <form onSubmit={add}>
            <Group gap="xs" wrap="nowrap" align="end">
              <TextInput
                size="xs"
                label={t('traitColumn')}
                value={trait}
                onChange={(event) => setTrait(event.currentTarget.value)}
              />
              <Button size="xs" type="submit" variant="default" disabled={trait.trim() === ''}>
                {t('add')}
              </Button>
            </Group>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
