/** The small inputs of the studio's forms: each shows one value and gives the next one, and knows nothing of models. */

import { ActionIcon, Autocomplete, Group, NativeSelect, NumberInput, TagsInput, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readSpan } from '../../rule.model.ts';

interface Input<Value> {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/**
 * A name, with names to choose from. It is given on when it is whole: by choice, by Enter, or when one goes on; a half
 * written name is another name, which everything would be scored by.
 */
export function Name({
  label,
  value,
  onChange,
  among = [],
  w,
}: Input<string> & { readonly among?: readonly string[]; readonly w?: number | string }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const give = (text: string) => {
    const name = text.trim();
    if (name === '') setTyped(value);
    else if (name !== value) onChange(name);
  };
  const width = w === undefined ? {} : { w };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') give(typed);
  };
  if (among.length === 0)
    return (
      <TextInput
        size="xs"
        label={label}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => give(typed)}
        onKeyDown={onKeyDown}
        {...width}
      />
    );
  return (
    <Autocomplete
      size="xs"
      label={label}
      data={[...new Set(among)]}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={give}
      onBlur={() => give(typed)}
      onKeyDown={onKeyDown}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      limit={50}
      {...width}
    />
  );
}

export const Names = ({
  label,
  value,
  onChange,
  among = [],
}: Input<readonly string[]> & { readonly among?: readonly string[] }) => (
  <TagsInput
    size="xs"
    label={label}
    data={[...new Set(among)]}
    value={[...value]}
    onChange={(names) => names.length > 0 && onChange(names)}
    acceptValueOnBlur
    splitChars={[',']}
    limit={50}
    style={{ flex: '1 1 12rem' }}
  />
);

/** A number that may be any but, where it says so, 0; nothing is given on while none is written. */
export function Amount({
  label,
  value,
  onChange,
  min,
  max,
  decimals = 3,
  notZero = false,
  w = 96,
}: Input<number | null> & {
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly notZero?: boolean;
  readonly w?: number;
}) {
  return (
    <NumberInput
      size="xs"
      label={label}
      value={value ?? ''}
      w={w}
      decimalScale={decimals}
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      clampBehavior="strict"
      stepHoldDelay={400}
      stepHoldInterval={80}
      onChange={(next) => {
        if (typeof next === 'number' && next !== value && !(notZero && next === 0)) onChange(next);
      }}
    />
  );
}

const UNITS = ['m', 'h', 'd', 'w'] as const;

/** A time such as `30d`. */
export function Span({ label, value, onChange, daysOnly = false }: Input<string> & { readonly daysOnly?: boolean }) {
  const { t } = useTranslation('studio');
  const { number, unit } = readSpan(value) ?? { number: 30, unit: 'd' };
  const units = daysOnly ? UNITS.slice(2) : UNITS;
  return (
    <Group gap={4} align="end" wrap="nowrap">
      <Amount
        label={label}
        value={number}
        min={1}
        decimals={0}
        w={84}
        onChange={(next) => onChange(`${next}${unit}`)}
      />
      <NativeSelect
        size="xs"
        aria-label={t('unitOf', { what: label })}
        value={unit}
        data={units.map((one) => ({ value: one, label: t(`unit.${one}`) }))}
        onChange={(event) => onChange(`${number}${event.currentTarget.value}`)}
      />
    </Group>
  );
}

export const Choice = <Value extends string>({
  label,
  value,
  onChange,
  among,
}: Input<Value> & { readonly among: readonly { readonly value: Value; readonly label: string }[] }) => (
  <NativeSelect
    size="xs"
    label={label}
    value={value}
    data={among.map((one) => ({ ...one }))}
    onChange={(event) => {
      const chosen = among.find((one) => one.value === event.currentTarget.value);
      if (chosen !== undefined) onChange(chosen.value);
    }}
  />
);

export const Remove = ({ label, onClick }: { readonly label: string; readonly onClick: () => void }) => (
  <ActionIcon variant="subtle" color="gray" size="md" aria-label={label} title={label} onClick={onClick}>
    <IconX aria-hidden size={16} />
  </ActionIcon>
);
