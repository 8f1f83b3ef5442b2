/** Who is given leads, and when they work: hours, turns, territories, absences and holidays. */

import { Alert, Badge, Box, Button, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Holiday, List, Seller } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { Absences, HolidayForm } from '../parts/team-days.tsx';
import { SellerForm } from '../parts/team-seller.tsx';
import { hoursText } from '../team.model.ts';

/** Under this address the service keeps the hours of marketing. */
const MARKETING = 'marketing';

type Asked =
  | { readonly kind: 'seller' | 'absences'; readonly email: string }
  | { readonly kind: 'add' }
  | { readonly kind: 'calendar'; readonly name: string | null };

export function Team() {
  const { t } = useTranslation('team');
  const me = useMe();
  const [asked, setAsked] = useState<Asked | null>(null);
  const sellers = useQuery({ queryKey: ['sellers'], queryFn: () => call<List<Seller>>('GET', '/api/sellers') });
  const holidays = useQuery({
    queryKey: ['holidays'],
    queryFn: () => call<{ calendars: Record<string, Holiday[]> }>('GET', '/api/holidays'),
  });
  const failed = sellers.error ?? holidays.error;
  if (failed) return <Failure error={failed} again={() => Promise.all([sellers.refetch(), holidays.refetch()])} />;
  if (sellers.data === undefined || holidays.data === undefined)
    return (
      <Stack aria-busy>
        <Skeleton h={32} w={240} />
        <Skeleton h={200} />
      </Stack>
    );
  const may = me.data?.rights.includes('handoff.manage') === true;
  const { calendars } = holidays.data;
  const people = sellers.data.items.filter(({ email }) => email !== MARKETING);
  const marketing = sellers.data.items.find(({ email }) => email === MARKETING);
  const one = sellers.data.items.find(({ email }) => asked !== null && 'email' in asked && email === asked.email);
  const close = () => setAsked(null);
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1}>{t('heading')}</Title>
        {may && (
          <Button size="xs" onClick={() => setAsked({ kind: 'add' })}>
            {t('add')}
          </Button>
        )}
      </Group>
      {people.length === 0 ? (
        <Alert variant="light">{t('none')}</Alert>
      ) : (
        <ul className="rows" aria-label={t('heading')}>
          {people.map((seller) => (
            <Person key={seller.email} of={seller} may={may} ask={setAsked} />
          ))}
        </ul>
      )}
      <Card withBorder component="section" aria-label={t('marketing')}>
        <Group justify="space-between">
          <div>
            <Title order={2}>{t('marketing')}</Title>
            <Text size="sm" c="dimmed">
              {marketing === undefined ? t('marketingNone') : <Week of={marketing} />}
            </Text>
          </div>
          {may && (
            <Button
              size="xs"
              variant="default"
              aria-label={t('changeOf', { who: t('marketing') })}
              onClick={() => setAsked({ kind: 'seller', email: MARKETING })}
            >
              {t('change')}
            </Button>
          )}
        </Group>
      </Card>
      <Card withBorder component="section" aria-label={t('holidays')}>
        <Group justify="space-between" mb="xs">
          <Title order={2}>{t('holidays')}</Title>
          {may && (
            <Button size="xs" variant="default" onClick={() => setAsked({ kind: 'calendar', name: null })}>
              {t('addCalendar')}
            </Button>
          )}
        </Group>
        {Object.keys(calendars).length === 0 && (
          <Text size="sm" c="dimmed">
            {t('noHolidays')}
          </Text>
        )}
        <ul className="rows">
          {Object.entries(calendars).map(([name, days]) => (
            <li key={name} className="row">
              <Text size="sm" fw={600} flex="1 1 120px" className="breaks">
                {name}
              </Text>
              <Text size="sm" c="dimmed" flex="3 1 200px">
                {t('days', { count: days.length })}
              </Text>
              {may && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t('changeOf', { who: name })}
                  onClick={() => setAsked({ kind: 'calendar', name })}
                >
                  {t('change')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Card>
      <Dialog
        wide
        opened={asked !== null}
        onClose={close}
        title={
          asked === null
            ? ''
            : asked.kind === 'add'
              ? t('add')
              : asked.kind === 'calendar'
                ? t('calendar')
                : asked.kind === 'absences'
                  ? t('absencesOf', { who: asked.email })
                  : asked.email === MARKETING
                    ? t('marketing')
                    : asked.email
        }
      >
        {(asked?.kind === 'add' || asked?.kind === 'seller') && (
          <SellerForm
            of={one ?? null}
            email={asked.kind === 'seller' ? asked.email : null}
            ofTeam={asked.kind === 'seller' && asked.email === MARKETING}
            calendars={Object.keys(calendars)}
            done={close}
          />
        )}
        {asked?.kind === 'absences' && one !== undefined && <Absences of={one} />}
        {asked?.kind === 'calendar' && (
          <HolidayForm name={asked.name} days={asked.name === null ? [] : (calendars[asked.name] ?? [])} done={close} />
        )}
      </Dialog>
    </Stack>
  );
}

function Person({ of, may, ask }: { of: Seller; may: boolean; ask: (asked: Asked) => void }) {
  const { t } = useTranslation('team');
  const format = useFormat();
  const next = of.absences.map(({ first, last }) => `${format.date(first)} – ${format.date(last)}`);
  return (
    <li className="row">
      <Box flex="3 1 220px" miw={0}>
        <Group gap="xs">
          <Text size="sm" fw={600} className="breaks">
            {of.email}
          </Text>
          {!of.active && (
            <Badge variant="outline" color="gray" tt="none" c="var(--mantine-color-text)">
              {t('inactive')}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          <Week of={of} />
        </Text>
        {next.length > 0 && (
          <Text size="xs" c="dimmed">
            {t('away', { when: next.join(', ') })}
          </Text>
        )}
      </Box>
      <Text size="sm" flex="1 1 160px">
        {of.capacity === null
          ? t('has', { count: of.has })
          : t('hasOf', { has: format.count(of.has), most: format.count(of.capacity) })}
        {of.weight !== 1 && ` · ${t('weightOf', { weight: format.count(of.weight) })}`}
        {of.territory != null && ` · ${t('ownTerritory')}`}
      </Text>
      {may && (
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('absencesOf', { who: of.email })}
            onClick={() => ask({ kind: 'absences', email: of.email })}
          >
            {t('absences')}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('changeOf', { who: of.email })}
            onClick={() => ask({ kind: 'seller', email: of.email })}
          >
            {t('change')}
          </Button>
        </Group>
      )}
    </li>
  );
}

/** Days that have the same hours, together. */
function Week({ of }: { of: Seller }) {
  const { t } = useTranslation('team');
  const format = useFormat();
  const runs: { from: number; until: number; hours: string }[] = [];
  for (const [day, hours] of of.week.entries()) {
    const text = hoursText(hours);
    const last = runs.at(-1);
    if (last !== undefined && last.hours === text) last.until = day;
    else runs.push({ from: day, until: day, hours: text });
  }
  const days = ({ from, until }: { from: number; until: number }) =>
    from === until
      ? format.weekday(from, 'short')
      : `${format.weekday(from, 'short')}–${format.weekday(until, 'short')}`;
  const worked = runs.filter(({ hours }) => hours !== '').map((run) => `${days(run)} ${run.hours}`);
  return [worked.length === 0 ? t('noHours') : worked.join(', '), of.zone, of.holidays]
    .filter((part) => part !== null)
    .join(' · ');
}
