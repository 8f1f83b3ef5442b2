/** What the reader should hear of hand-offs: how many they have not seen, and the latest of them. */

import { ActionIcon, Anchor, Button, Group, Indicator, Stack, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { List, Notice } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Refusal } from './refusal.tsx';

/** Milliseconds between two looks for something new. */
const PAUSE = 30_000;
/** Unseen ones that are counted; beyond that there are simply many. */
const COUNTED = 99;
const SHOWN = 20;

export function Bell() {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const unseen = useQuery({
    queryKey: ['notices', 'unseen'],
    queryFn: () => call<List<Notice>>('GET', '/api/notices', { query: { unseen: 'yes', limit: COUNTED } }),
    refetchInterval: PAUSE,
  });
  const latest = useQuery({
    queryKey: ['notices', 'latest'],
    queryFn: () => call<List<Notice>>('GET', '/api/notices', { query: { limit: SHOWN } }),
    enabled: open,
  });
  const see = useMutation({
    mutationFn: (ids: readonly string[]) => call('POST', '/api/notices/seen', { body: { ids } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['notices'] }),
  });
  const waiting = unseen.data?.items ?? [];
  const count = waiting.length;
  const more = unseen.data?.next != null;
  const list = useRef<HTMLElement>(null);
  const id = useId();
  return (
    <>
      <Indicator
        label={more ? `${format.count(COUNTED)}+` : format.count(count)}
        size={16}
        disabled={count === 0}
        aria-hidden={false}
      >
        <ActionIcon
          variant="subtle"
          size="lg"
          c="var(--mantine-color-text)"
          aria-label={t('bell.label', { count })}
          aria-haspopup="dialog"
          popoverTarget={id}
        >
          <IconBell aria-hidden size={20} />
        </ActionIcon>
      </Indicator>
      {/* The browser's own: Escape and a click beside close it, and the focus goes back. */}
      <section
        ref={list}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={t('bell.heading')}
        tabIndex={-1}
        className="notices"
        onToggle={({ newState }) => {
          setOpen(newState === 'open');
          if (newState === 'open') list.current?.focus();
        }}
      >
        <Group justify="space-between" mb="xs">
          <Text fw={650}>{t('bell.heading')}</Text>
          {count > 0 && (
            <Button
              size="compact-xs"
              variant="default"
              loading={see.isPending}
              onClick={() => see.mutate(waiting.map(({ id }) => id))}
            >
              {t('bell.seen')}
            </Button>
          )}
        </Group>
        <Refusal error={latest.error ?? see.error} />
        {latest.data?.items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('bell.none')}
          </Text>
        )}
        <Stack gap="xs">
          {latest.data?.items.map((one) => (
            <div key={one.id}>
              <Anchor
                size="sm"
                fw={one.seenAt === null ? 650 : 400}
                className="breaks"
                onClick={() => {
                  list.current?.hidePopover();
                  if (one.seenAt === null) see.mutate([one.id]);
                }}
                renderRoot={(props) =>
                  one.kind === 'agreement-lost' ? (
                    <Link {...props} to="/agreement" search={{ version: textIn(one.details.agreementId) }} />
                  ) : one.handoffId === null ? (
                    <Link {...props} to="/review" search={{ id: textIn(one.details.reviewId) }} />
                  ) : (
                    <Link {...props} to="/handoffs/$id" params={{ id: one.handoffId }} />
                  )
                }
              >
                {textIn(one.details.agreement) ?? one.lead ?? `#${one.contactId}`}
              </Anchor>
              <Text size="xs" c="dimmed">
                {t(`bell.kind.${one.kind}`)} · {format.moment(one.at)}
                {one.seenAt === null && ` · ${t('bell.new')}`}
              </Text>
            </div>
          ))}
        </Stack>
      </section>
    </>
  );
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
