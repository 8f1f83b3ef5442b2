/** Days without work: the absences of somebody, and the holidays of a calendar. */

import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Holiday, Seller } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { holidaysOf, holidaysText } from '../team.model.ts';
import { Refusal } from './refusal.tsx';

export function Absences({ of }: { of: Seller }) {
  const { t } = useTranslation('team');
  const format = useFormat();
  const queries = useQueryClient();
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const again = () => queries.invalidateQueries({ queryKey: ['sellers'] });
  const add = useMutation({
    mutationFn: () =>
      call('POST', `/api/sellers/${encodeURIComponent(of.email)}/absences`, { body: { first, last: last || first } }),
    onSuccess: () => {
      setFirst('');
      setLast('');
      return again();
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => call('DELETE', `/api/absences/${id}`),
    onSuccess: again,
  });
  return (
    <Stack>
      {of.absences.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('noAbsences')}
        </Text>
      ) : (
        <ul className="rows">
          {of.absences.map((one) => {
            const when = `${format.date(one.first)} – ${format.date(one.last)}`;
            return (
              <li key={one.id} className="row">
                <Text size="sm" flex="1 1 160px">
                  {when}
                </Text>
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t('removeOf', { when })}
                  onClick={() => remove.mutate(one.id)}
                >
                  {t('remove')}
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Group align="end" gap="xs">
          <TextInput
            type="date"
            label={t('first')}
            required
            value={first}
            onChange={(event) => setFirst(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label={t('last')}
            value={last}
            onChange={(event) => setLast(event.currentTarget.value)}
          />
          <Button type="submit" loading={add.isPending}>
            {t('addAbsence')}
          </Button>
        </Group>
      </form>
      <Refusal error={add.error ?? remove.error} />
    </Stack>
  );
}

interface Formed {
  /** Null for a new calendar. */
  readonly name: string | null;
  readonly days: readonly Holiday[];
  readonly done: () => void;
}

export function HolidayForm({ name: known, days, done }: Formed) {
  const { t } = useTranslation('team');
  const queries = useQueryClient();
  const [name, setName] = useState(known ?? '');
  const [text, setText] = useState(holidaysText(days));
  const read = holidaysOf(text);
  const save = useMutation({
    mutationFn: () => call('PUT', `/api/holidays/${encodeURIComponent(name.trim())}`, { body: { days: read } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['holidays'] });
      done();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (typeof read !== 'number') save.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label={t('calendarName')}
          required
          maxLength={200}
          readOnly={known !== null}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={t('calendarDays')}
          description={t('calendarHint')}
          value={text}
          error={typeof read === 'number' ? t('wrongDay', { line: read }) : null}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={6}
          maxRows={20}
        />
        <Refusal error={save.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={done}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={typeof read === 'number'} loading={save.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
