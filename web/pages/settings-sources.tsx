/** What sends events: its keys, what to paste, and what arrives and is refused at this moment. */

import {
  Alert,
  Badge,
  Button,
  Group,
  NativeSelect,
  Skeleton,
  Stack,
  Table,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { List, Source } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Arrivals } from '../parts/arrivals.tsx';
import { Ask } from '../parts/ask.tsx';
import { Copied } from '../parts/copied.tsx';
import { Failure } from '../parts/failure.tsx';
import { KeysOf } from '../parts/keys.tsx';
import { Snippets } from '../parts/snippets.tsx';
import { Wide } from '../parts/wide.tsx';
import { settings } from '../router.tsx';

/** What a kind of webhook must be told, as one fills it in. */
const wanted = {
  sendgrid: '{"verificationKey": ""}',
  mailgun: '{"signingKey": ""}',
  postmark: '{"user": "", "password": ""}',
  webhook: '{"mapping": "", "proof": {"scheme": "standard-webhooks", "secret": ""}}',
} as const;
const kinds = ['tracker', 'segment', ...(['sendgrid', 'mailgun', 'postmark', 'webhook'] as const)] as const;
type Kind = (typeof kinds)[number];
const isHook = (kind: string): kind is keyof typeof wanted => Object.hasOwn(wanted, kind);

export default function Sources() {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const search = settings.useSearch();
  const navigate = settings.useNavigate();
  const may = (right: string) => me.data?.rights.includes(right) === true;
  const me = useMe();
  const [made, setMade] = useState<{ readonly source: string; readonly key: string }>();
  const sources = useQuery({
    queryKey: ['settings', 'sources'],
    queryFn: () => call<List<Source>>('GET', '/api/sources', { query: { limit: 500 } }),
  });
  if (sources.isPending) return <Skeleton height={160} />;
  if (sources.error) return <Failure error={sources.error} again={() => sources.refetch()} />;
  const { items } = sources.data;
  const chosen = items.find(({ id }) => id === search.source);
  const choose = (source: string | undefined) => navigate({ search: { source } });
  return (
    <Stack gap="xl">
      <section>
        <Title order={2} mb="xs">
          {t('section.sources')}
        </Title>
        {items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('sources.none')}
          </Text>
        )}
        {items.length > 0 && (
          <Wide label={t('section.sources')} least={480}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('name')}</Table.Th>
                <Table.Th>{t('sources.kind')}</Table.Th>
                <Table.Th>{t('since')}</Table.Th>
                <Table.Th>{t('state')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((source) => (
                <Table.Tr key={source.id}>
                  <Table.Td>
                    <Button
                      variant={source.id === chosen?.id ? 'light' : 'subtle'}
                      size="compact-sm"
                      aria-pressed={source.id === chosen?.id}
                      onClick={() => choose(source.id === chosen?.id ? undefined : source.id)}
                    >
                      {source.name}
                    </Button>
                  </Table.Td>
                  <Table.Td>{t(`sources.kind.${source.kind}`)}</Table.Td>
                  <Table.Td>{format.day(source.createdAt)}</Table.Td>
                  <Table.Td>
                    <Badge variant="light" color={source.disabledAt === null ? 'sea' : 'gray'}>
                      {t(source.disabledAt === null ? 'on' : 'off')}
                    </Badge>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Wide>
        )}
      </section>
      {made !== undefined && made.source === chosen?.id && (
        <Alert role="status" title={t('key.once')}>
          <Copied text={made.key} label={t('key.label')} />
        </Alert>
      )}
      {chosen !== undefined && (
        <One
          source={chosen}
          madeKey={made?.source === chosen.id ? made.key : undefined}
          manages={may('source.manage')}
        />
      )}
      {chosen === undefined && may('source.manage') && (
        <NewSource
          withKey={may('key.manage')}
          onMade={(source, key) => {
            if (key !== undefined) setMade({ source, key });
            choose(source);
          }}
        />
      )}
      <Arrivals source={chosen?.id} names={new Map(items.map(({ id, name }) => [id, name]))} />
    </Stack>
  );
}

function One({ source, madeKey, manages }: { source: Source; madeKey: string | undefined; manages: boolean }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const keys = useMe().data?.rights.includes('key.manage') === true;
  const disable = useMutation({
    mutationFn: () => call('DELETE', `/api/sources/${source.id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['settings', 'sources'] }),
  });
  const isOn = source.disabledAt === null;
  return (
    <Stack component="section" aria-label={source.name}>
      <Group justify="space-between">
        <Title order={2}>{source.name}</Title>
        {manages && isOn && (
          <Ask
            question={t('sources.askDisable')}
            go={t('sources.disable')}
            action={() => disable.mutate()}
            opener={(open) => (
              <Button variant="default" size="xs" onClick={open} loading={disable.isPending}>
                {t('sources.disable')}
              </Button>
            )}
          />
        )}
      </Group>
      {disable.error && <Failure error={disable.error} />}
      {isOn && isHook(source.kind) && (
        <>
          <Text size="sm">{t('sources.hook')}</Text>
          <Copied text={`${window.location.origin}/hooks/${source.kind}/${source.id}`} label={t('sources.address')} />
        </>
      )}
      {isOn && (source.kind === 'tracker' || source.kind === 'segment') && (
        <>
          <Snippets apiKey={madeKey} first={source.kind === 'tracker' ? 'page' : 'segment'} />
          {keys && <KeysOf source={source.id} />}
        </>
      )}
    </Stack>
  );
}

function NewSource({
  withKey,
  onMade,
}: {
  withKey: boolean;
  onMade: (source: string, key: string | undefined) => void;
}) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [kind, setKind] = useState<Kind>('tracker');
  const [name, setName] = useState('');
  const [told, setTold] = useState('');
  const make = useMutation({
    mutationFn: async () => {
      const body = { kind, name, ...(isHook(kind) ? { settings: JSON.parse(told) } : {}) };
      const source = await call<Source>('POST', '/api/sources', { body });
      if (!withKey || isHook(kind)) return { source: source.id, key: undefined };
      const key = { name, scope: 'ingest', sourceId: source.id };
      return { source: source.id, key: (await call<{ key: string }>('POST', '/api/keys', { body: key })).key };
    },
    onSuccess: async ({ source, key }) => {
      await queries.invalidateQueries({ queryKey: ['settings'] });
      void queries.invalidateQueries({ queryKey: ['start'] });
      onMade(source, key);
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <Title order={2}>{t('sources.new')}</Title>
        <Group align="end">
          <NativeSelect
            label={t('sources.kind')}
            value={kind}
            onChange={(event) => {
              const next = kinds.find((one) => one === event.currentTarget.value) ?? 'tracker';
              setKind(next);
              setTold(isHook(next) ? wanted[next] : '');
            }}
            data={kinds.map((one) => ({ value: one, label: t(`sources.kind.${one}`) }))}
            flex="1 1 200px"
          />
          <TextInput
            label={t('name')}
            placeholder="www.example.org"
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            flex="1 1 200px"
          />
          <Button type="submit" loading={make.isPending}>
            {t('sources.make')}
          </Button>
        </Group>
        {isHook(kind) && (
          <Textarea
            label={t('sources.settings')}
            description={t('sources.settingsHint')}
            autosize
            required
            value={told}
            onChange={(event) => setTold(event.currentTarget.value)}
            spellCheck={false}
            ff="monospace"
          />
        )}
        {make.error && <Failure error={make.error} />}
      </Stack>
    </form>
  );
}
