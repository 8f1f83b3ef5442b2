/** Where people come in. */

import { Alert, Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, Refused } from '../call.ts';
import { Failure } from '../parts/failure.tsx';
import { Preferences } from '../parts/preferences.tsx';

export function SignIn() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => call('POST', '/api/auth/sign-in/email', { body: { email, password } }),
    onSuccess: () => queries.resetQueries(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack w="100%" maw={380} gap="lg">
        <Paper component="form" onSubmit={submit} withBorder p="xl">
          <Stack>
            <Title order={1}>{t('signIn.title')}</Title>
            {signIn.error && <Wrong error={signIn.error} />}
            <TextInput
              label={t('signIn.email')}
              type="email"
              autoComplete="username"
              required
              autoFocus
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={t('signIn.password')}
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={signIn.isPending}>
              {t('signIn.go')}
            </Button>
          </Stack>
        </Paper>
        <Center>
          <Preferences />
        </Center>
      </Stack>
    </Center>
  );
}

function Wrong({ error }: { error: Error }) {
  const { t } = useTranslation();
  if (!(error instanceof Refused) || (error.status !== 401 && error.status !== 429)) return <Failure error={error} />;
  return (
    <Alert role="alert" color="red" variant="light">
      {t(error.status === 429 ? 'signIn.wait' : 'signIn.wrong')}
    </Alert>
  );
}
