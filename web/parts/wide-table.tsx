/** A table that is wider than a telephone: it scrolls by itself, by keyboard too, and the page does not. */

import { Box, Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface WideTable {
  /** What a reader is told that the table is. */
  readonly label: string;
  readonly minWidth: number;
  readonly children: ReactNode;
}

export function WideTable({ label, minWidth, children }: WideTable) {
  return (
    <Box component="section" aria-label={label} tabIndex={0} style={{ overflowX: 'auto' }}>
      <Table verticalSpacing="sm" miw={minWidth}>
        {children}
      </Table>
    </Box>
  );
}
