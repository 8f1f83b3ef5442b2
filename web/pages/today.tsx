/** The leads to act on now: why each, what it did last, how to reach it. Who looks moves by keys and opens by Enter. */

import { Badge, Button, Center, Checkbox, Group, NativeSelect, Skeleton, Stack, Title } from '@mantine/core';
import { IconMail, IconPhone } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TodayLead } from '../answers.ts';
import { call } from '../call.ts';
import { DUE_TODAY, dueQuery } from '../due.query.ts';
import { useFormat } from '../format.ts';
import { nameOf } from '../lead.model.ts';
import { useMay } from '../me.ts';
import { Due } from '../parts/due.tsx';
import { Failure } from '../parts/failure.tsx';
import { Begin, Nothing } from '../parts/nothing.tsx';
import { useServing } from '../serving.ts';
import { deedOf, dialled, nextPlace, reachOf } from '../today.model.ts';
import { type TodaySearch, todayQuery } from '../today.query.ts';
import './today.css';

/** By its address: the addresses know this page, which comes with the frame. */
const today = getRouteApi('/today');

export function Today() {
  const { t } = useTranslation('today');
  const search = today.useSearch();
  const mayAnswer = useMay('handoff.answer');
  const found = useInfiniteQuery({ ...todayQuery(search), placeholderData: (before) => before });
  // Hand-offs stand above the leads, which must not be pushed down by them.
  const due = useInfiniteQuery({ ...dueQuery('me', DUE_TODAY), enabled: mayAnswer });
  const waits = found.isPending || (mayAnswer && due.isPending);
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
      {mayAnswer && <Due whose="me" most={DUE_TODAY} />}
      {waits && <Waiting />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {!waits && found.data && leads.length === 0 && <Nobody filtered={filtered} />}
      {!waits && leads.length > 0 && (
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

/** Plain elements: a first page has hundreds of them, and each component of a library would cost its part of the wait. */
function One({ lead }: { lead: TodayLead }) {
  const { t } = useTranslation('today');
  const format = useFormat();
  const main = useServing().data?.outline.main ?? null;
  const score = main === null ? null : lead.scores[main];
  const word = main === null ? null : (lead.bands[main] ?? lead.grades[main]);
  const name = nameOf(lead);
  const what = [lead.traits.title, lead.companyName].filter((part) => typeof part === 'string').join(' · ');
  return (
    <div className="lead">
      <div className="who">
        <h2 className="breaks">
          <Link to="/leads/$id" params={{ id: lead.id }}>
            {name}
          </Link>
        </h2>
        <p className="breaks quiet">{what}</p>
        <p className="stood">
          {lead.stage !== null && <Badge variant="light">{lead.stage}</Badge>}
          {lead.stageSince !== null && (
            <span className="when">{t('entered', { ago: format.ago(lead.stageSince) })}</span>
          )}
        </p>
      </div>
      <div className="score number">
        <strong>{typeof score === 'number' ? format.points(score) : '–'}</strong>
        <span className="when">{word ?? main}</span>
      </div>
      <section className="why" aria-label={t('why', { name })}>
        {lead.reasons.length === 0 ? (
          <p className="quiet">{t('noReasons')}</p>
        ) : (
          <ul>
            {lead.reasons.map((reason) => (
              <li key={reason.rule}>
                <strong className="number">{format.signed(reason.points)}</strong>
                <span className="breaks">{reason.sentence}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="did" aria-label={t('did', { name })}>
        {lead.did.length === 0 ? (
          <p className="quiet">{t('didNothing')}</p>
        ) : (
          <ul>
            {lead.did.map((event) => (
              <li key={event.id}>
                <span className="breaks">{deedOf(event)}</span>
                <span title={format.moment(event.at)} className="when">
                  {format.ago(event.at)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <Reach lead={lead} name={name} />
    </div>
  );
}

/** The buttons that matter: the name says whose, since there is one of each for every lead. */
function Reach({ lead, name }: { lead: TodayLead; name: string }) {
  const { t } = useTranslation('today');
  const { mail, phone } = reachOf(lead);
  return (
    <div className="reach">
      {mail !== null && (
        <a href={`mailto:${mail}`} aria-label={t('mailTo', { name })} title={mail}>
          <IconMail aria-hidden size={14} />
          {t('mail')}
        </a>
      )}
      {phone !== null && (
        <a href={dialled(phone)} aria-label={t('callTo', { name, phone })}>
          <IconPhone aria-hidden size={14} />
          {phone}
        </a>
      )}
      <Link to="/leads/$id" params={{ id: lead.id }} className="opens" aria-label={t('openOf', { name })}>
        {t('open')}
      </Link>
    </div>
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
    <Nothing title={t(filtered ? 'noneHere' : 'none')} hint={t(filtered ? 'noneHereHint' : 'noneHint')}>
      {!filtered && <Begin />}
    </Nothing>
  );
}
