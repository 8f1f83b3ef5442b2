/** A list that the service gives in pages: waiting, failed, empty, or its rows with a button for more. */

import { Button, Center, Skeleton, Stack, Text } from '@mantine/core';
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { List } from '../answers.ts';
import { call } from '../call.ts';
import { Failure } from './failure.tsx';

const PAGE = 50;

export function Listed<Item>({
  queryKey,
  path,
  query = {},
  none,
  every,
  children,
}: {
  queryKey: QueryKey;
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  /** What is said of an empty list. */
  none: string;
  /** Milliseconds after which it is asked for again, where nobody tells that it changed. */
  every?: (items: readonly Item[]) => number | false;
  children: (items: readonly Item[]) => ReactNode;
}) {
  const { t } = useTranslation();
  const found = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => call<List<Item>>('GET', path, { query: { ...query, limit: PAGE, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => every?.(state.data?.pages.flatMap(({ items }) => items) ?? []) ?? false,
  });
  if (found.isPending)
    return (
      <Stack gap="xs">
        {[1, 2, 3].map((row) => (
          <Skeleton key={row} height={36} />
        ))}
      </Stack>
    );
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const items = found.data.pages.flatMap((one) => one.items);
  if (items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <Stack gap="sm">
      {children(items)}
      {found.hasNextPage && (
        <Center>
          <Button variant="default" loading={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
            {t('more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}
