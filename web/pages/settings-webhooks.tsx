/** Who is told what happens: endpoints, the messages to each, and sending them again. */

import {
  Accordion,
  Alert,
  Badge,
  Button,
  Checkbox,
  Code,
  Group,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Delivery, Endpoint, List } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Ask } from '../parts/ask.tsx';
import { Copied } from '../parts/copied.tsx';
import { Failure } from '../parts/failure.tsx';
import { Listed } from '../parts/listed.tsx';
import { Wide } from '../parts/wide.tsx';
import { settings } from '../router.tsx';

const types = ['contact.stage_changed', 'contact.merged', 'model.published'] as const;
const HOOKS = ['settings', 'webhooks'];
/** Milliseconds between two looks at messages that are under way. */
const LOOK = 2_000;

export default function Webhooks() {
  const { t } = useTranslation('settings');
  const search = settings.useSearch();
  const navigate = settings.useNavigate();
  const manages = useMe().data?.rights.includes('webhook.manage') === true;
  const hooks = useQuery({ queryKey: HOOKS, queryFn: () => call<List<Endpoint>>('GET', '/api/webhooks') });
  if (hooks.error) return <Failure error={hooks.error} again={() => hooks.refetch()} />;
  return (
    <Stack gap="xl">
      {manages && <NewHook />}
      <Stack component="section" gap="sm">
        <Title order={2}>{t('section.webhooks')}</Title>
        {hooks.data?.items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('webhooks.none')}
          </Text>
        )}
        <Accordion
          variant="separated"
          order={3}
          keepMounted={false}
          value={search.webhook ?? null}
          onChange={(webhook) => navigate({ search: { webhook: webhook ?? undefined }, replace: true })}
        >
          {hooks.data?.items.map((hook) => (
            <Accordion.Item key={hook.id} value={hook.id}>
              <Accordion.Control>
                <Group gap="sm">
                  <Text fw={600} className="breaks">
                    {hook.url}
                  </Text>
                  <Badge variant="light" color={hook.disabledAt === null ? 'sea' : 'gray'}>
                    {t(hook.disabledAt === null ? 'on' : 'off')}
                  </Badge>
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Hook hook={hook} manages={manages} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </Stack>
    </Stack>
  );
}

function Hook({ hook, manages }: { hook: Endpoint; manages: boolean }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const fresh = () => queries.invalidateQueries({ queryKey: ['settings'] });
  const path = `/api/webhooks/${hook.id}`;
  const act = useMutation({
    mutationFn: ({ method = 'POST', to, body = {} }: { method?: 'POST' | 'DELETE'; to: string; body?: object }) =>
      call(method, path + to, method === 'DELETE' ? {} : { body }),
    onSettled: fresh,
  });
  const isOn = hook.disabledAt === null;
  return (
    <Stack gap="sm">
      <Text size="sm">{hook.types.join(', ')}</Text>
      {hook.disabledBecause !== null && (
        <Text size="sm">{t('webhooks.because', { because: hook.disabledBecause })}</Text>
      )}
      {manages && (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => act.mutate({ to: '/test' })}>
            {t('webhooks.test')}
          </Button>
          <Button size="xs" variant="default" onClick={() => act.mutate({ to: '/replay' })}>
            {t('webhooks.replayAll')}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              act.mutate(isOn ? { to: '/disable', body: { because: t('webhooks.byHand') } } : { to: '/enable' })
            }
          >
            {t(isOn ? 'webhooks.disable' : 'webhooks.enable')}
          </Button>
          <Ask
            question={t('webhooks.ask')}
            go={t('webhooks.remove')}
            action={() => act.mutate({ method: 'DELETE', to: '' })}
            opener={(open) => (
              <Button size="xs" variant="default" onClick={open}>
                {t('webhooks.remove')}
              </Button>
            )}
          />
        </Group>
      )}
      {act.error && <Failure error={act.error} />}
      <Listed<Delivery>
        queryKey={['settings', 'deliveries', hook.id]}
        path={`${path}/deliveries`}
        none={t('webhooks.quiet')}
        every={(items) => (items.some(({ state }) => state === 'waiting') ? LOOK : false)}
      >
        {(deliveries) => (
          <Deliveries
            deliveries={deliveries}
            manages={manages}
            onReplay={(id) => act.mutate({ to: `/deliveries/${id}/replay` })}
          />
        )}
      </Listed>
    </Stack>
  );
}

function Deliveries({
  deliveries,
  manages,
  onReplay,
}: {
  deliveries: readonly Delivery[];
  manages: boolean;
  onReplay: (id: string) => void;
}) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const [shown, setShown] = useState<string>();
  return (
    <Wide label={t('section.webhooks')} least={640}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('when')}</Table.Th>
          <Table.Th>{t('webhooks.type')}</Table.Th>
          <Table.Th>{t('state')}</Table.Th>
          <Table.Th>{t('webhooks.attempts')}</Table.Th>
          <Table.Th>{t('webhooks.answer')}</Table.Th>
          <Table.Th>{t('people.actions')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {deliveries.map((one) => (
          <Table.Tr key={one.id}>
            <Table.Td>{format.moment(one.createdAt)}</Table.Td>
            <Table.Td>
              <Text size="sm">{one.type}</Text>
              {shown === one.id && (
                <Code block className="breaks" style={{ whiteSpace: 'pre-wrap' }}>
                  {one.body}
                </Code>
              )}
            </Table.Td>
            <Table.Td>
              <Badge
                miw="max-content"
                variant={one.state === 'failed' ? 'filled' : 'light'}
                color={one.state === 'failed' ? 'red' : 'sea'}
              >
                {t(`delivery.${one.state}`)}
              </Badge>
            </Table.Td>
            <Table.Td className="number">{format.count(one.attempts)}</Table.Td>
            <Table.Td className="breaks">{one.problem ?? one.status ?? ''}</Table.Td>
            <Table.Td>
              <Group gap="xs" wrap="nowrap">
                <Button
                  size="compact-xs"
                  variant="subtle"
                  aria-expanded={shown === one.id}
                  onClick={() => setShown(shown === one.id ? undefined : one.id)}
                >
                  {t('webhooks.body')}
                </Button>
                {manages && (
                  <Button size="compact-xs" variant="default" onClick={() => onReplay(one.id)}>
                    {t('webhooks.replay')}
                  </Button>
                )}
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Wide>
  );
}

function NewHook() {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [url, setUrl] = useState('');
  const [wanted, setWanted] = useState<string[]>([...types]);
  const make = useMutation({
    mutationFn: () => call<Endpoint & { secret: string }>('POST', '/api/webhooks', { body: { url, types: wanted } }),
    onSuccess: () => {
      setUrl('');
      return queries.invalidateQueries({ queryKey: HOOKS });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <Title order={2}>{t('webhooks.new')}</Title>
        <Text size="sm">{t('webhooks.how')}</Text>
        <TextInput
          label={t('webhooks.url')}
          type="url"
          placeholder="https://example.org/hook"
          required
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          maw={560}
        />
        <Checkbox.Group label={t('webhooks.types')} value={wanted} onChange={setWanted}>
          <Group mt="xs">
            {types.map((type) => (
              <Checkbox key={type} value={type} label={t(`type.${type}`)} />
            ))}
          </Group>
        </Checkbox.Group>
        <div>
          <Button type="submit" loading={make.isPending} disabled={wanted.length === 0}>
            {t('webhooks.make')}
          </Button>
        </div>
        {make.error && <Failure error={make.error} />}
        {make.data && (
          <Alert role="status" title={t('webhooks.secret')}>
            <Copied text={make.data.secret} label={t('webhooks.secretLabel')} />
          </Alert>
        )}
      </Stack>
    </form>
  );
}
