/** Keys by which programs call: those of one source, or those of none; a new one is shown once. */

import { Alert, Badge, Button, Group, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccessKey } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { Ask } from './ask.tsx';
import { Copied } from './copied.tsx';
import { Failure } from './failure.tsx';
import { Listed } from './listed.tsx';
import { Wide } from './wide.tsx';

const scopes = ['read', 'write', 'ingest'] as const;
const KEYS = ['settings', 'keys'];

/** @param source null for keys of every source and of none */
export function KeysOf({ source }: { source: string | null }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => call('DELETE', `/api/keys/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEYS }),
  });
  return (
    <Stack>
      <NewKey source={source} />
      {revoke.error && <Failure error={revoke.error} />}
      <Listed<AccessKey> queryKey={KEYS} path="/api/keys" none={t('keys.none')}>
        {(all) => {
          const keys = all.filter(({ sourceId }) => source === null || sourceId === source);
          if (keys.length === 0) return <Text size="sm">{t('keys.none')}</Text>;
          return (
            <Wide label={t('section.keys')} least={620}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('name')}</Table.Th>
                  <Table.Th>{t('keys.hint')}</Table.Th>
                  <Table.Th>{t('keys.scope')}</Table.Th>
                  <Table.Th>{t('since')}</Table.Th>
                  <Table.Th>{t('keys.used')}</Table.Th>
                  <Table.Th>{t('state')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {keys.map((key) => (
                  <Table.Tr key={key.id}>
                    <Table.Td className="breaks">{key.name}</Table.Td>
                    <Table.Td ff="monospace">…{key.hint}</Table.Td>
                    <Table.Td>{t(`scope.${key.scope}`)}</Table.Td>
                    <Table.Td>{format.day(key.createdAt)}</Table.Td>
                    <Table.Td>{key.lastUsedAt === null ? t('keys.never') : format.moment(key.lastUsedAt)}</Table.Td>
                    <Table.Td>
                      {key.revokedAt !== null ? (
                        <Badge variant="light" color="gray">
                          {t('keys.revoked')}
                        </Badge>
                      ) : (
                        <Ask
                          question={t('keys.ask', { name: key.name })}
                          go={t('keys.revoke')}
                          action={() => revoke.mutate(key.id)}
                          opener={(open) => (
                            <Button
                              size="compact-xs"
                              variant="default"
                              onClick={open}
                              aria-label={t('keys.revokeOf', { name: key.name })}
                            >
                              {t('keys.revoke')}
                            </Button>
                          )}
                        />
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Wide>
          );
        }}
      </Listed>
    </Stack>
  );
}

function NewKey({ source }: { source: string | null }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<string>(source === null ? 'read' : 'ingest');
  const make = useMutation({
    mutationFn: () =>
      call<{ key: string }>('POST', '/api/keys', {
        body: { name, scope, ...(source === null ? {} : { sourceId: source }) },
      }),
    onSuccess: () => {
      setName('');
      return queries.invalidateQueries({ queryKey: KEYS });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <Group align="end">
          <TextInput
            label={t('keys.newName')}
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            flex="1 1 200px"
          />
          {source === null && (
            <NativeSelect
              label={t('keys.scope')}
              value={scope}
              onChange={(event) => setScope(event.currentTarget.value)}
              data={scopes.map((value) => ({ value, label: t(`scope.${value}`) }))}
              flex="1 1 200px"
            />
          )}
          <Button type="submit" variant={source === null ? 'filled' : 'default'} loading={make.isPending}>
            {t('keys.make')}
          </Button>
        </Group>
        {make.error && <Failure error={make.error} />}
        {make.data && (
          <Alert role="status" title={t('key.once')}>
            <Copied text={make.data.key} label={t('key.label')} />
          </Alert>
        )}
      </Stack>
    </form>
  );
}
