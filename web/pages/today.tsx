/** The leads to act on now: why each, what it did last, how to reach it. Who looks moves by keys and opens by Enter. */

import {
  Anchor,
  Badge,
  Button,
  Card,
  Center,
  Checkbox,
  Group,
  NativeSelect,
  Skeleton,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { IconMail, IconPhone } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TodayLead } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { nameOf } from '../lead.model.ts';
import { useMay } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { today } from '../router.tsx';
import { useServing } from '../serving.ts';
import { deedOf, dialled, nextPlace, reachOf } from '../today.model.ts';
import { type TodaySearch, todayQuery } from '../today.query.ts';
import './today.css';

/** Hand-offs come when the leads are there: most people have none. */
const Due = lazy(() => import('../parts/due.tsx').then((part) => ({ default: part.Due })));

export function Today() {
  const { t } = useTranslation('today');
  const search = today.useSearch();
  const mayAnswer = useMay('handoff.answer');
  const found = useInfiniteQuery({ ...todayQuery(search), placeholderData: (before) => before });
  const leads = found.data?.pages.flatMap(({ items }) => items) ?? [];
  const filtered = Object.values(search).some((value) => value !== undefined);
  const more = () => {
    if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
  };
  const { list, keys, setKeys } = useMoves(leads.length, more);
  return (
    <Stack>
      <Group justify="space-between" align="end">
        <Title order={1}>{t('heading')}</Title>
        <Filters search={search} />
      </Group>
      {mayAnswer && (
        <Suspense>
          <Due whose="me" most={5} />
        </Suspense>
      )}
      {found.isPending && <Waiting />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data && leads.length === 0 && <Nobody filtered={filtered} />}
      {leads.length > 0 && (
        <>
          <Checkbox
            size="xs"
            label={t('keys')}
            checked={keys}
            onChange={(event) => setKeys(event.currentTarget.checked)}
            visibleFrom="sm"
          />
          <ol className="today" ref={list} aria-busy={found.isPlaceholderData}>
            {leads.map((lead) => (
              <li key={lead.id}>
                <One lead={lead} />
              </li>
            ))}
          </ol>
          {found.hasNextPage && (
            <Center>
              <Button variant="default" loading={found.isFetchingNextPage} onClick={more}>
                {t('more')}
              </Button>
            </Center>
          )}
        </>
      )}
    </Stack>
  );
}

const KEYS = 'scoreline.today.keys';
const STEPS: Readonly<Record<string, 1 | -1>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Moves the focus from lead to lead by keys, wherever it is but in a field; each person can turn that off. */
function useMoves(length: number, more: () => void) {
  const list = useRef<HTMLOListElement>(null);
  const [keys, set] = useState(() => localStorage.getItem(KEYS) !== 'off');
  useEffect(() => {
    if (!keys || length === 0) return;
    const move = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      const { target } = event;
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (target instanceof Element && target.closest('input, select, textarea, [role=dialog]') !== null) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>('h2 a') ?? [])];
      const here = document.activeElement?.closest('li');
      const at = links.findIndex((link) => here?.contains(link) === true);
      // An arrow scrolls the page until a lead is chosen.
      if (at < 0 && event.key.startsWith('Arrow')) return;
      event.preventDefault();
      const next = links[nextPlace(at, step, links.length)];
      next?.focus({ preventScroll: true });
      next?.closest('li')?.scrollIntoView({ block: 'nearest' });
      if (at + 2 >= links.length && step === 1) more();
    };
    document.addEventListener('keydown', move);
    return () => document.removeEventListener('keydown', move);
  }, [keys, length, more]);
  const setKeys = (on: boolean) => {
    localStorage.setItem(KEYS, on ? 'on' : 'off');
    set(on);
  };
  return { list, keys, setKeys };
}

function Filters({ search }: { search: TodaySearch }) {
  const { t } = useTranslation('today');
  const navigate = today.useNavigate();
  const stages = useServing().data?.outline.stages ?? [];
  const choices = useQuery({
    queryKey: ['today', 'choices'],
    staleTime: 300_000,
    queryFn: () => call<Readonly<Record<'owner' | 'territory', string[]>>>('GET', '/api/today/choices'),
  });
  const select = (name: keyof TodaySearch, values: readonly string[]) =>
    values.length > 0 && (
      <NativeSelect
        size="sm"
        aria-label={t(`filter.${name}`)}
        value={search[name] ?? ''}
        onChange={(event) => {
          const value = event.currentTarget.value || undefined;
          navigate({ search: (before) => ({ ...before, [name]: value }), replace: true });
        }}
        data={[{ value: '', label: t(`all.${name}`) }, ...values.map((value) => ({ value, label: value }))]}
      />
    );
  return (
    <Group gap="xs">
      {select('stage', [...stages].reverse())}
      {select('owner', choices.data?.owner ?? [])}
      {select('territory', choices.data?.territory ?? [])}
    </Group>
  );
}

function One({ lead }: { lead: TodayLead }) {
  const { t } = useTranslation('today');
  const format = useFormat();
  const main = useServing().data?.outline.main ?? null;
  const score = main === null ? null : lead.scores[main];
  const word = main === null ? null : (lead.bands[main] ?? lead.grades[main]);
  const name = nameOf(lead);
  const what = [lead.traits.title, lead.companyName].filter((part) => typeof part === 'string').join(' · ');
  return (
    <Card withBorder padding="md" className="lead">
      <div className="who">
        <Title order={2} size="h4" className="breaks">
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/leads/$id" params={{ id: lead.id }} />}>
            {name}
          </Anchor>
        </Title>
        <Text size="sm" c="dimmed" className="breaks">
          {what}
        </Text>
        <Group gap="xs" mt={6}>
          {lead.stage !== null && <Badge variant="light">{lead.stage}</Badge>}
          {lead.stageSince !== null && (
            <Text size="xs" c="dimmed">
              {t('entered', { ago: format.ago(lead.stageSince) })}
            </Text>
          )}
        </Group>
      </div>
      <div className="score">
        <Text fw={700} size="xl" className="number" lh={1.1}>
          {typeof score === 'number' ? format.points(score) : '–'}
        </Text>
        <Text size="xs" c="dimmed" ta="end">
          {word ?? main}
        </Text>
      </div>
      <section className="why" aria-label={t('why', { name })}>
        {lead.reasons.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('noReasons')}
          </Text>
        ) : (
          <ul>
            {lead.reasons.map((reason) => (
              <li key={reason.rule}>
                <Text span size="sm" fw={600} className="number">
                  {format.signed(reason.points)}
                </Text>
                <Text span size="sm" className="breaks">
                  {reason.sentence}
                </Text>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="did" aria-label={t('did', { name })}>
        {lead.did.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('didNothing')}
          </Text>
        ) : (
          <ul>
            {lead.did.map((event) => (
              <li key={event.id}>
                <Text span size="sm" className="breaks">
                  {deedOf(event)}
                </Text>
                <Text span size="xs" c="dimmed" title={format.moment(event.at)} className="when">
                  {format.ago(event.at)}
                </Text>
              </li>
            ))}
          </ul>
        )}
      </section>
      <Reach lead={lead} name={name} />
    </Card>
  );
}

/** The buttons that matter: the name says whose, since there is one of each for every lead. */
function Reach({ lead, name }: { lead: TodayLead; name: string }) {
  const { t } = useTranslation('today');
  const { mail, phone } = reachOf(lead);
  return (
    <Group gap="xs" className="reach">
      {mail !== null && (
        <Button
          component="a"
          href={`mailto:${mail}`}
          size="xs"
          variant="default"
          leftSection={<IconMail aria-hidden size={14} />}
          aria-label={t('mailTo', { name })}
          title={mail}
        >
          {t('mail')}
        </Button>
      )}
      {phone !== null && (
        <Button
          component="a"
          href={dialled(phone)}
          size="xs"
          variant="default"
          leftSection={<IconPhone aria-hidden size={14} />}
          aria-label={t('callTo', { name, phone })}
        >
          {phone}
        </Button>
      )}
      <Button
        size="xs"
        variant="light"
        aria-label={t('openOf', { name })}
        renderRoot={(props) => <Link {...props} to="/leads/$id" params={{ id: lead.id }} />}
      >
        {t('open')}
      </Button>
    </Group>
  );
}

const PLACES = ['a', 'b', 'c', 'd', 'e'];

const Waiting = () => (
  <Stack gap="sm">
    {PLACES.map((place) => (
      <Skeleton key={place} h={132} />
    ))}
  </Stack>
);

function Nobody({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation('today');
  return (
    <Center mih={240}>
      <Stack align="center" gap="xs" maw={480}>
        <Text fw={600}>{t(filtered ? 'noneHere' : 'none')}</Text>
        <Text size="sm" c="dimmed" ta="center">
          {t(filtered ? 'noneHereHint' : 'noneHint')}
        </Text>
      </Stack>
    </Center>
  );
}
