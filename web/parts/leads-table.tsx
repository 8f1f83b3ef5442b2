/**
 * Leads that were found, as a table or, where there is little room, as cards. Only what is seen is drawn; the next pages
 * are fetched before the eye reaches them.
 */

import { useMediaQuery } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Lead, List } from '../answers.ts';
import { call } from '../call.ts';
import { type Column, columnOf, keyOf, type SearchBody } from '../leads.model.ts';
import { useServing } from '../serving.ts';
import { Failure } from './failure.tsx';
import { LeadCard, LeadRow } from './lead-row.tsx';
import { Begin, Nothing } from './nothing.tsx';

/** The first page is there soon, later ones last long. */
const FIRST = 100;
const LATER = 500;
/** Leads that are there beyond the one at the bottom of the frame, before more are fetched. */
const AHEAD = 400;
const ROW = 48;
const CARD = 96;
/** Rows without a lead yet, so that the end of what is loaded is not taken for the end. */
const WAITING = 10;

interface Wanted {
  readonly body: SearchBody;
  readonly columns: readonly string[];
  readonly sort: string;
  readonly onSort: (by: string) => void;
}

export function LeadsTable({ body, columns, sort, onSort }: Wanted) {
  const found = useInfiniteQuery({
    queryKey: ['leads', 'found', body],
    queryFn: ({ pageParam }) =>
      call<List<Lead>>('POST', '/api/contacts/search', {
        body: pageParam === null ? { ...body, limit: FIRST } : { ...body, limit: LATER, cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    // All pages would be asked for anew; what was found stays until another search, or a look from the start.
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
  const rows = useMemo(() => found.data?.pages.flatMap(({ items }) => items) ?? [], [found.data]);
  const shown = useMemo(() => columns.flatMap((text) => columnOf(text) ?? []), [columns]);
  const narrow = useMediaQuery('(max-width: 40em)', undefined, { getInitialValueInEffect: false }) === true;
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData, isError } = found;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData, isError]);
  if (found.error && rows.length === 0) return <Failure error={found.error} again={() => found.refetch()} />;
  if (found.data && rows.length === 0 && !found.hasNextPage) return <Empty body={body} />;
  const waiting = found.isPending || found.hasNextPage;
  return (
    <>
      {found.error && <Failure error={found.error} again={() => found.fetchNextPage()} />}
      <Frame
        key={narrow ? 'cards' : 'table'}
        isNarrow={narrow}
        isBusy={found.isPlaceholderData || found.isPending}
        rows={rows}
        waiting={waiting ? WAITING : 0}
        columns={shown}
        more={more}
        search={body}
        head={<Head columns={shown} sort={sort} onSort={onSort} />}
      />
    </>
  );
}

interface Framed {
  readonly isNarrow: boolean;
  readonly isBusy: boolean;
  readonly rows: readonly Lead[];
  /** Rows that are still to come. */
  readonly waiting: number;
  readonly columns: readonly Column[];
  readonly more: () => void;
  readonly search: SearchBody;
  readonly head: ReactNode;
}

/** The part that scrolls. */
function Frame({ isNarrow, isBusy, rows, waiting, columns, more, search, head }: Framed) {
  const { t } = useTranslation('leads');
  const frame = useRef<HTMLElement>(null);
  const shownFor = useRef(search);
  const virtual = useVirtualizer({
    count: rows.length + waiting,
    getScrollElement: () => frame.current,
    estimateSize: () => (isNarrow ? CARD : ROW),
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1);
  const isNear = (last?.index ?? 0) > rows.length - AHEAD;
  useEffect(() => {
    if (isNear) more();
  }, [isNear, more]);
  useEffect(() => {
    // Another search is looked at from its beginning.
    if (shownFor.current !== search) frame.current?.scrollTo({ top: 0 });
    shownFor.current = search;
  }, [search]);
  return (
    <section
      ref={frame}
      className="leads-frame"
      aria-label={t('heading')}
      aria-busy={isBusy}
      data-scroll-restoration-id="leads"
    >
      {isNarrow ? (
        <ul className="leads-cards" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => (
            <LeadCard key={key} lead={rows[index]} start={start} columns={columns} />
          ))}
        </ul>
      ) : (
        <table aria-rowcount={waiting > 0 ? -1 : rows.length + 1} style={{ minWidth: widthOf(columns) }}>
          {head}
          <tbody>
            <Space height={items[0]?.start ?? 0} />
            {items.map(({ index, key }) => (
              <LeadRow key={key} lead={rows[index]} index={index} columns={columns} />
            ))}
            <Space height={virtual.getTotalSize() - (last?.end ?? 0)} />
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What is not drawn, as high as it would be. */
const Space = ({ height }: { height: number }) => (
  <tr className="space" aria-hidden>
    <td className="space" style={{ height }} />
  </tr>
);

const NAME_WIDTH = 210;

/** Pixels that a column takes at least. */
function columnWidth({ kind }: Column): number {
  switch (kind) {
    case 'company':
    case 'title':
    case 'email':
      return 170;
    case 'stage':
      return 110;
    case 'trait':
      return 140;
    case 'stageSince':
    case 'createdAt':
    case 'nextChangeAt':
      return 130;
    case 'score':
      return 96;
  }
}

const widthOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + columnWidth(column), NAME_WIDTH);

function Head({ columns, sort, onSort }: { columns: readonly Column[]; sort: string; onSort: (by: string) => void }) {
  const { t } = useTranslation('leads');
  const pointed =
    useServing()
      .data?.outline.scores.filter(({ kind }) => kind !== 'grid')
      .map(({ name }) => name) ?? [];
  const title = (column: Column) => {
    const by = column.kind === 'createdAt' ? 'newest' : column.kind === 'score' ? column.name : null;
    const label = 'name' in column ? column.name : t(`column.${column.kind}`);
    if (by === null || (by !== 'newest' && !pointed.includes(by))) return label;
    return (
      <button type="button" className="sort" onClick={() => onSort(by)}>
        {label}
        <span aria-hidden>{by === sort ? ' ↓' : ''}</span>
      </button>
    );
  };
  const sorted = (column: Column) =>
    (column.kind === 'score' && column.name === sort) || (column.kind === 'createdAt' && sort === 'newest');
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" style={{ width: NAME_WIDTH }}>
          {t('column.name')}
        </th>
        {columns.map((column) => (
          <th
            key={keyOf(column)}
            scope="col"
            style={{ width: columnWidth(column) }}
            className={column.kind === 'score' ? 'number' : undefined}
            aria-sort={sorted(column) ? 'descending' : undefined}
          >
            {title(column)}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Empty({ body }: { body: SearchBody }) {
  const { t } = useTranslation('leads');
  const none = body.where === undefined && body.stage === undefined && body.sort?.by === 'createdAt';
  return (
    <Nothing title={t(none ? 'none' : 'noneFound')} hint={t(none ? 'noneHint' : 'noneFoundHint')}>
      {none && <Begin />}
    </Nothing>
  );
}
