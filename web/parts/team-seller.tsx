/** The hours, turns and territory of a sales person, or the hours of marketing as a whole. */

import {
  Button,
  Group,
  NativeSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Seller } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { hoursOf, hoursText, territoryOf, territoryText } from '../team.model.ts';
import { Refusal } from './refusal.tsx';

const NINE_TO_FIVE = '09:00–17:00';

interface Formed {
  /** Null for somebody new. */
  readonly of: Seller | null;
  readonly email: string | null;
  /** Whether these are the hours of a team, which is given no leads. */
  readonly ofTeam: boolean;
  readonly calendars: readonly string[];
  readonly done: () => void;
}

export function SellerForm({ of, email: known, ofTeam, calendars, done }: Formed) {
  const { t } = useTranslation('team');
  const format = useFormat();
  const queries = useQueryClient();
  const [email, setEmail] = useState(known ?? '');
  const [zone, setZone] = useState(of?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [week, setWeek] = useState(of?.week.map(hoursText) ?? [...Array<string>(5).fill(NINE_TO_FIVE), '', '']);
  const [holidays, setHolidays] = useState(of?.holidays ?? '');
  const [capacity, setCapacity] = useState<number | string>(of?.capacity ?? '');
  const [weight, setWeight] = useState<number | string>(of?.weight ?? 1);
  const [territory, setTerritory] = useState(territoryText(of?.territory ?? null));
  const [active, setActive] = useState(of?.active ?? true);
  const hours = week.map(hoursOf);
  const condition = territoryOf(territory);
  const save = useMutation({
    mutationFn: () =>
      call('PUT', `/api/sellers/${encodeURIComponent(email.trim())}`, {
        body: {
          zone,
          week: hours,
          holidays: holidays || null,
          capacity: typeof capacity === 'number' ? capacity : null,
          weight: typeof weight === 'number' ? weight : 1,
          territory: condition,
          active,
        },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['sellers'] });
      done();
    },
  });
  const wrong = hours.includes(null) || condition === undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) save.mutate();
      }}
    >
      <Stack gap="sm">
        {known === null && (
          <TextInput
            type="email"
            label={t('email')}
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Select
            label={t('zone')}
            value={zone}
            onChange={(value) => setZone(value ?? zone)}
            data={[...new Set([zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]}
            searchable
            limit={50}
            allowDeselect={false}
          />
          <NativeSelect
            label={t('calendar')}
            value={holidays}
            onChange={(event) => setHolidays(event.currentTarget.value)}
            data={[{ value: '', label: t('noCalendar') }, ...calendars]}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {week.map((text, day) => (
            <TextInput
              key={format.weekday(day, 'long')}
              label={format.weekday(day, 'long')}
              placeholder={t('dayOff')}
              value={text}
              error={hours[day] === null ? t('wrongHours') : null}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setWeek((before) => before.with(day, value));
              }}
            />
          ))}
        </SimpleGrid>
        {!ofTeam && (
          <>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <NumberInput
                label={t('capacity')}
                description={t('capacityHint')}
                value={capacity}
                onChange={setCapacity}
                min={1}
                allowDecimal={false}
                hideControls
              />
              <NumberInput
                label={t('weight')}
                description={t('weightHint')}
                value={weight}
                onChange={setWeight}
                min={1}
                max={1000}
                allowDecimal={false}
                hideControls
              />
            </SimpleGrid>
            <Textarea
              label={t('territory')}
              description={t('territoryHint')}
              placeholder="country: { in: [RO, MD] }"
              value={territory}
              error={condition === undefined ? t('wrongTerritory') : null}
              onChange={(event) => setTerritory(event.currentTarget.value)}
              autosize
              minRows={2}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            />
            <Switch label={t('active')} checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />
          </>
        )}
        <Refusal error={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={done}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={wrong} loading={save.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
