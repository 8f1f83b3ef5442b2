/** What each person sets for themselves: language, light or dark, the password. */

import { Alert, Button, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, Refused } from '../call.ts';
import { useMe } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { Preferences } from '../parts/preferences.tsx';

const SHORTEST = 12;

export default function Profile() {
  const { t } = useTranslation('settings');
  const me = useMe().data;
  return (
    <Stack maw={420} gap="xl">
      <section>
        <Title order={2} mb="xs">
          {t('section.profile')}
        </Title>
        <Text className="breaks">{me?.name}</Text>
        <Text size="sm" c="dimmed">
          {me && t(`role.${me.role}`)}
        </Text>
      </section>
      <section>
        <Title order={2} mb="xs">
          {t('profile.looks')}
        </Title>
        <Preferences kept />
        <Text size="sm" c="dimmed" mt="xs">
          {t('profile.languageHint')}
        </Text>
      </section>
      <Password />
    </Stack>
  );
}

function Password() {
  const { t } = useTranslation('settings');
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () =>
      call('POST', '/api/auth/change-password', { body: { currentPassword: current, newPassword: next } }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const isWrong = change.error instanceof Refused && [400, 401].includes(change.error.status);
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <Title order={2}>{t('profile.password')}</Title>
        <PasswordInput
          label={t('profile.current')}
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('profile.next')}
          description={t('profile.length', { count: SHORTEST })}
          autoComplete="new-password"
          required
          minLength={SHORTEST}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        {isWrong && (
          <Alert role="alert" color="red" variant="light">
            {t('profile.wrong')}
          </Alert>
        )}
        {change.error && !isWrong && <Failure error={change.error} />}
        {change.isSuccess && (
          <Alert role="status" variant="light">
            {t('profile.changed')}
          </Alert>
        )}
        <div>
          <Button type="submit" loading={change.isPending}>
            {t('profile.change')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
