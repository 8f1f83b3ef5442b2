/** Who may sign in, and as what. */

import { Alert, Button, Group, NativeSelect, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Ask } from '../parts/ask.tsx';
import { Copied } from '../parts/copied.tsx';
import { Failure } from '../parts/failure.tsx';
import { Listed } from '../parts/listed.tsx';
import { Wide } from '../parts/wide.tsx';
import { type Language, languages } from '../words.ts';

const roles = ['administrator', 'marketing', 'sales', 'leadership', 'viewer'] as const;
const PEOPLE = ['settings', 'people'];

export default function People() {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [told, setTold] = useState<{ readonly email: string; readonly password: string }>();
  const fresh = () => queries.invalidateQueries({ queryKey: PEOPLE });
  const change = useMutation({
    mutationFn: ({ id, role }: { id: string; role: string }) => call('PATCH', `/api/users/${id}`, { body: { role } }),
    onSettled: fresh,
  });
  const remove = useMutation({ mutationFn: (id: string) => call('DELETE', `/api/users/${id}`), onSettled: fresh });
  const reset = useMutation({
    mutationFn: ({ id }: Person) => call<{ password: string }>('POST', `/api/users/${id}/password`, { body: {} }),
    onSuccess: ({ password }, { email }) => setTold({ email, password }),
  });
  const error = change.error ?? remove.error ?? reset.error;
  return (
    <Stack gap="xl">
      <Stack component="section" gap="sm">
        <Title order={2}>{t('people.invite')}</Title>
        <Invite onMade={setTold} />
        {told && (
          <Alert role="status" title={t('people.once', { email: told.email })}>
            <Copied text={told.password} label={t('people.password')} />
          </Alert>
        )}
      </Stack>
      <Stack component="section" gap="sm">
        <Title order={2}>{t('section.people')}</Title>
        {error && <Failure error={error} />}
        <Listed<Person> queryKey={PEOPLE} path="/api/users" none="">
          {(people) => (
            <Wide label={t('section.people')} least={680}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('people.person')}</Table.Th>
                  <Table.Th>{t('people.role')}</Table.Th>
                  <Table.Th>{t('since')}</Table.Th>
                  <Table.Th>{t('people.actions')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {people.map((person) => (
                  <Row
                    key={person.id}
                    person={person}
                    onRole={(role) => change.mutate({ id: person.id, role })}
                    onReset={() => reset.mutate(person)}
                    onRemove={() => remove.mutate(person.id)}
                  />
                ))}
              </Table.Tbody>
            </Wide>
          )}
        </Listed>
        <Stack gap={2}>
          {roles.map((role) => (
            <Text key={role} size="sm" c="dimmed">
              {t(`role.${role}`)}: {t(`role.${role}.may`)}
            </Text>
          ))}
        </Stack>
      </Stack>
      <WorkspaceLanguage />
    </Stack>
  );
}

/** What people are written to in who never chose a language. */
function WorkspaceLanguage() {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const kept = useQuery({
    queryKey: ['settings', 'language'],
    queryFn: () => call<{ language: Language }>('GET', '/api/language'),
  });
  const change = useMutation({
    // One after another: the last choice stays.
    scope: { id: 'language' },
    mutationFn: (language: string) => call('PUT', '/api/language', { body: { language } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['settings', 'language'] }),
  });
  return (
    <Stack component="section" gap="sm">
      <Title order={2}>{t('people.language')}</Title>
      {(kept.error ?? change.error) && <Failure error={kept.error ?? change.error} />}
      <NativeSelect
        maw={320}
        aria-label={t('people.language')}
        description={t('people.languageHint')}
        disabled={kept.data === undefined}
        value={change.isPending ? change.variables : (kept.data?.language ?? 'en')}
        onChange={(event) => change.mutate(event.currentTarget.value)}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
      />
      {change.isSuccess && (
        <Text size="sm" role="status">
          {t('people.languageKept')}
        </Text>
      )}
    </Stack>
  );
}

function Row({
  person,
  onRole,
  onReset,
  onRemove,
}: {
  person: Person;
  onRole: (role: string) => void;
  onReset: () => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const isMe = useMe().data?.name === person.email;
  const { email } = person;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          {person.name}
        </Text>
        <Text size="sm" c="dimmed" className="breaks">
          {email}
        </Text>
      </Table.Td>
      <Table.Td>
        {isMe ? (
          <Text size="sm">{t(`role.${person.role}`)}</Text>
        ) : (
          <NativeSelect
            size="xs"
            aria-label={t('people.roleOf', { email })}
            value={person.role}
            onChange={(event) => onRole(event.currentTarget.value)}
            data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
          />
        )}
      </Table.Td>
      <Table.Td>{format.day(person.createdAt)}</Table.Td>
      <Table.Td>
        {!isMe && (
          <Group gap="xs" wrap="nowrap">
            <Ask
              question={t('people.askReset', { email })}
              go={t('people.reset')}
              action={onReset}
              opener={(open) => (
                <Button size="compact-xs" variant="default" onClick={open} aria-label={t('people.resetOf', { email })}>
                  {t('people.reset')}
                </Button>
              )}
            />
            <Ask
              question={t('people.askRemove', { email })}
              go={t('people.remove')}
              action={onRemove}
              opener={(open) => (
                <Button size="compact-xs" variant="default" onClick={open} aria-label={t('people.removeOf', { email })}>
                  {t('people.remove')}
                </Button>
              )}
            />
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Invite({ onMade }: { onMade: (told: { email: string; password: string }) => void }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>('sales');
  const add = useMutation({
    mutationFn: () => call<Person & { password: string }>('POST', '/api/users', { body: { email, name, role } }),
    onSuccess: (person) => {
      onMade(person);
      setEmail('');
      setName('');
      void queries.invalidateQueries({ queryKey: ['start'] });
      return queries.invalidateQueries({ queryKey: PEOPLE });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <Group align="end">
          <TextInput
            label={t('people.email')}
            type="email"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            flex="1 1 200px"
          />
          <TextInput
            label={t('people.name')}
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            flex="1 1 160px"
          />
          <NativeSelect
            label={t('people.role')}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value)}
            data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
            flex="1 1 140px"
          />
          <Button type="submit" loading={add.isPending}>
            {t('people.add')}
          </Button>
        </Group>
        {add.error && <Failure error={add.error} />}
      </Stack>
    </form>
  );
}
