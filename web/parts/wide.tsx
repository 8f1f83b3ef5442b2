/** A table that can be wider than the page: it scrolls by itself, by keyboard too, and the page does not. */

import { Box, Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface Wide {
  /** What a reader is told that the table is. */
  readonly label: string;
  /** Pixels below which it is not squeezed. */
  readonly least: number;
  readonly children: ReactNode;
}

export const Wide = ({ label, least, children }: Wide) => (
  <Box component="section" aria-label={label} tabIndex={0} style={{ overflowX: 'auto' }}>
    <Table verticalSpacing="sm" miw={least}>
      {children}
    </Table>
  </Box>
);
