/** Small parts that pages with figures share: a figure with its share, what a section counts, a chart's table, waiting. */

import { Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { durationOf } from '../overview.model.ts';

/** Writers of figures in the language that is shown. */
export function useFigures() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const grown = new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: 0,
    signDisplay: 'exceptZero',
  });
  const rounded = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  /** Days of the service are UTC days, wherever the reader is. */
  const dayOf = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...options });
  return {
    share: (value: number | null): string => (value === null ? '–' : share.format(value)),
    growth: (value: number): string => grown.format(value),
    rounded: (value: number): string => rounded.format(value),
    shortDay: (instant: string): string => dayOf({ day: 'numeric', month: 'short' }).format(new Date(instant)),
    days: (from: string, to: string): string =>
      dayOf({ dateStyle: 'medium' }).formatRange(new Date(from), new Date(to)),
    duration: (ms: number | null): string => {
      if (ms === null) return '–';
      const { value, unit } = durationOf(ms);
      return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
    },
  };
}

/** A part of a page: its heading, what it counts, what can be chosen, and the figures. */
export function Section({
  title,
  says,
  choice,
  children,
}: {
  title: string;
  says: string;
  choice?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Stack component="section" aria-label={title} gap="sm">
      <Group justify="space-between" align="end" gap="sm">
        <Stack gap={2} flex="1 1 300px" maw={720}>
          <Title order={2}>{title}</Title>
          <Text size="sm" c="dimmed">
            {says}
          </Text>
        </Stack>
        {choice}
      </Group>
      {children}
    </Stack>
  );
}

/** For wide tables in which nothing takes the focus. */
export const SCROLLED_BY_KEYS = { viewportProps: { tabIndex: 0 } };

/** The same as a chart, in rows; the first cell of each names it. */
export function AsTable({
  label,
  head,
  rows,
}: {
  label: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}) {
  return (
    <details>
      <summary className="summary">{label}</summary>
      <Table.ScrollContainer minWidth={280} scrollAreaProps={SCROLLED_BY_KEYS}>
        <Table aria-label={label} w="auto">
          <Table.Thead>
            <Table.Tr>
              {head.map((name, n) => (
                <Table.Th key={name} className={n === 0 ? '' : 'number'}>
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((cells) => (
              <Table.Tr key={cells[0]}>
                {cells.map((cell, n) =>
                  n === 0 ? (
                    <Table.Th key={head[n]} scope="row" fw={400}>
                      {cell}
                    </Table.Th>
                  ) : (
                    <Table.Td key={head[n]} className="number">
                      {cell}
                    </Table.Td>
                  ),
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}

/** Keeps the place of what is still being counted. */
export const Counting = ({ height }: { height: number }) => <Skeleton h={height} radius="md" aria-busy="true" />;
