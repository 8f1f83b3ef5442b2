/** A table that can be wider than the page: it is scrolled by itself, by keyboard too. */

import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** @param least pixels below which it is not squeezed */
export const Wide = ({ least, children }: { least: number; children: ReactNode }) => (
  <Table.ScrollContainer minWidth={least} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
    <Table>{children}</Table>
  </Table.ScrollContainer>
);
