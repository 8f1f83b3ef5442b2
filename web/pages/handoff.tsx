/** One hand-off: who the lead is and why it came, what is promised, what was done, and what can be said of it now. */

import {
  Alert,
  Anchor,
  Breadcrumbs,
  Button,
  Card,
  Group,
  NativeSelect,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { List, Seller, WholeHandoff } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { nameOf } from '../lead.model.ts';
import { useMe } from '../me.ts';
import { useNow } from '../now.ts';
import { Failure } from '../parts/failure.tsx';
import { HandoffActions } from '../parts/handoff-actions.tsx';
import { EntryReasons } from '../parts/handoff-evidence.tsx';
import { Clocks, History, Situation } from '../parts/handoff-facts.tsx';
import { HandoffOf } from '../parts/handoff-of.tsx';
import { StateBadge, useLacks } from '../parts/handoff-state.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { handoff } from '../router.tsx';

export function HandoffPage() {
  const { t } = useTranslation('handoffs');
  const format = useFormat();
  const now = useNow();
  const me = useMe();
  const { id } = handoff.useParams();
  const found = useQuery({
    queryKey: ['handoff', id],
    queryFn: () => call<WholeHandoff>('GET', `/api/handoffs/${id}`),
    refetchInterval: 30_000,
  });
  if (found.isPending)
    return (
      <Stack aria-busy>
        <Skeleton h={32} w={280} />
        <Skeleton h={120} />
        <Skeleton h={240} />
      </Stack>
    );
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const one = found.data;
  const name = one.lead === null ? `#${one.contactId}` : nameOf(one.lead);
  const { title, company, phone } = one.lead?.traits ?? {};
  const rights = me.data?.rights ?? [];
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor component={Link} to="/handoffs">
          {t('heading')}
        </Anchor>
        <Text className="breaks">{name}</Text>
      </Breadcrumbs>
      <Group justify="space-between" align="flex-end">
        <Stack gap={2}>
          <Group gap="sm">
            <Title order={1} className="breaks">
              {name}
            </Title>
            <StateBadge of={one.state} />
          </Group>
          <Text c="dimmed" className="breaks">
            {[title, company].filter((part) => typeof part === 'string').join(' · ')}
          </Text>
          <Group gap="sm">
            {one.lead?.email && (
              <Anchor size="sm" href={`mailto:${one.lead.email}`} className="breaks">
                {one.lead.email}
              </Anchor>
            )}
            {typeof phone === 'string' && (
              <Anchor size="sm" href={`tel:${phone.replaceAll(' ', '')}`}>
                {phone}
              </Anchor>
            )}
            <Anchor
              size="sm"
              renderRoot={(props) => <Link {...props} to="/leads/$id" params={{ id: one.contactId }} />}
            >
              {t('toLead')}
            </Anchor>
          </Group>
        </Stack>
        <Text size="sm" c="dimmed" className="breaks">
          {one.assignee === null
            ? t('withMarketing')
            : t('with', { who: one.assignee, at: format.moment(one.assignedAt ?? one.since) })}
        </Text>
      </Group>
      <Waits of={one} />
      {one.returnsAt !== null && <Alert variant="light">{t('returns', { at: format.date(one.returnsAt) })}</Alert>}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack>
          {rights.includes('handoff.answer') && <HandoffActions of={one} />}
          <Card withBorder component="section" aria-label={t('promised')}>
            <Title order={2} mb="sm">
              {t('promised')}
            </Title>
            <Clocks of={one} now={now} />
          </Card>
          {rights.includes('handoff.manage') && one.may.includes('assigned') && <Assign of={one} />}
        </Stack>
        <Stack>
          <Card withBorder component="section" aria-label={t('situation')}>
            <Title order={2} mb="sm">
              {t('situation')}
            </Title>
            <Situation of={one} />
          </Card>
          <EntryReasons of={one} />
        </Stack>
      </SimpleGrid>
      <Card withBorder component="section" aria-label={t('history')}>
        <Title order={2} mb="sm">
          {t('history')}
        </Title>
        <History of={one} now={now} />
      </Card>
      <HandoffOf of={{ contactId: one.contactId }} except={one.id} />
    </Stack>
  );
}

function Waits({ of }: { of: WholeHandoff }) {
  const { t } = useTranslation('handoffs');
  const lacks = useLacks();
  if (of.state !== 'waiting') return null;
  return (
    <Alert variant="light" color="yellow" title={t('waitsFor', { what: lacks(of.lacks) })}>
      <Text size="sm">{t('waitsHint')}</Text>
    </Alert>
  );
}

/** Gives the lead to somebody by hand. */
function Assign({ of }: { of: WholeHandoff }) {
  const { t } = useTranslation('handoffs');
  const queries = useQueryClient();
  const [to, setTo] = useState('');
  const sellers = useQuery({ queryKey: ['sellers'], queryFn: () => call<List<Seller>>('GET', '/api/sellers') });
  const assign = useMutation({
    mutationFn: () => call<WholeHandoff>('POST', `/api/handoffs/${of.id}/assign`, { body: { to } }),
    onSuccess: (whole) => {
      setTo('');
      queries.setQueryData(['handoff', of.id], whole);
      return queries.invalidateQueries({ queryKey: ['handoffs'] });
    },
  });
  const people = (sellers.data?.items ?? []).filter(
    ({ email, active }) => active && email !== 'marketing' && email !== of.assignee,
  );
  return (
    <Card withBorder component="section" aria-label={t('assign')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          assign.mutate();
        }}
      >
        <Group align="end" gap="xs">
          <NativeSelect
            label={t('assignTo')}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            data={[
              { value: '', label: t('choose') },
              ...people.map(({ email, has }) => ({ value: email, label: t('has', { who: email, count: has }) })),
            ]}
            flex="1 1 200px"
          />
          <Button type="submit" variant="default" disabled={to === ''} loading={assign.isPending}>
            {t('assign')}
          </Button>
        </Group>
      </form>
      <Refusal error={assign.error} />
    </Card>
  );
}
