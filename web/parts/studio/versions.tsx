/** The published versions of one model: which serves, how far the next one is, and what can be done with each. */

import {
  Alert,
  Badge,
  Button,
  Card,
  Code,
  Collapse,
  Group,
  Loader,
  Modal,
  Progress,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft, List, Version, WholeVersion } from '../../answers.ts';
import { call, Refused } from '../../call.ts';
import { pathOf } from '../../draft.ts';
import { useFormat } from '../../format.ts';
import { Failure } from '../failure.tsx';
import { useReturn, useTarget } from './focus.ts';
import { Losses } from './losses.tsx';
import { Sentences } from './publish.tsx';

interface Rights {
  readonly canWrite: boolean;
  readonly canPublish: boolean;
}

export function ModelCard({
  name,
  versions,
  ...rights
}: Rights & { readonly name: string; readonly versions: readonly Version[] }) {
  const { t } = useTranslation('studio');
  const id = `model-${name}`;
  useTarget(id);
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby={id}>
      <Title order={3} size="h4" id={id} tabIndex={-1} className="breaks">
        {name}
      </Title>
      <ul className="items" aria-label={t('versionsOf', { model: name })}>
        {[...versions].reverse().map((version) => (
          <OneVersion key={version.id} version={version} {...rights} />
        ))}
      </ul>
    </Card>
  );
}

function OneVersion({ version, canWrite, canPublish }: Rights & { readonly version: Version }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [shown, { toggle }] = useDisclosure(false);
  const [confirm, setConfirm] = useState<'switch' | 'release' | 'again' | null>(null);
  const again = () =>
    Promise.all(
      [['models'], ['serving'], ['drafts'], ['trial']].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  const edit = useMutation({
    mutationFn: async () => {
      const { document } = await call<WholeVersion>('GET', `/api/models/${version.id}`);
      // A draft of that name that somebody began is theirs to end: it is opened, not replaced.
      await call<Draft>('PUT', pathOf(version.name), { body: { document, seen: null } }).catch((error) => {
        if (!(error instanceof Refused && error.status === 409)) throw error;
      });
    },
    onSuccess: async () => {
      await again();
      await navigate({ to: '/studio/$name', params: { name: version.name } });
    },
  });
  return (
    <li className="item">
      <Group gap="xs" justify="space-between" p={6}>
        <Group gap="xs">
          <Text fw={600}>{t('version', { version: version.version })}</Text>
          <Badge variant={version.state === 'serving' ? 'filled' : version.state === 'rolling' ? 'outline' : 'default'}>
            {t(`state.${version.state}`)}
          </Badge>
          <Text size="sm" c="dimmed" className="breaks">
            {t('published', { at: format.moment(version.publishedAt), by: version.publishedBy })}
          </Text>
        </Group>
        <Group gap={4}>
          <Button size="compact-sm" variant="subtle" aria-expanded={shown} onClick={toggle}>
            {t('show')}
          </Button>
          {canWrite && version.state !== 'retired' && (
            <Button size="compact-sm" variant="light" loading={edit.isPending} onClick={() => edit.mutate()}>
              {t('editVersion')}
            </Button>
          )}
          {canPublish && version.state === 'retired' && (
            <Button size="compact-sm" variant="subtle" onClick={() => setConfirm('again')}>
              {t('rollBack')}
            </Button>
          )}
        </Group>
      </Group>
      {edit.error && <Failure error={edit.error} />}
      {version.state === 'rolling' && (
        <Rolling version={version} canSwitch={canPublish} onSwitch={() => setConfirm('switch')} />
      )}
      {version.state === 'serving' && version.releasedAt === null && (
        <Alert variant="light" m={6}>
          <Group justify="space-between" gap="xs">
            <Text size="sm">{t('heldMoves')}</Text>
            {canPublish && (
              <Button size="compact-sm" variant="default" onClick={() => setConfirm('release')}>
                {t('release')}
              </Button>
            )}
          </Group>
        </Alert>
      )}
      <Collapse expanded={shown} keepMounted={false}>
        <Whole id={version.id} />
      </Collapse>
      <Confirm
        opened={confirm === 'switch'}
        title={t('switchTitle', { version: version.version })}
        of={version.name}
        go={t('switchNow')}
        path={`/api/models/${version.id}/switch`}
        serves={version.id}
        onClose={() => setConfirm(null)}
        onDone={again}
      >
        <Moves id={version.id} />
        <Text size="sm">{t('publishHeld')}</Text>
      </Confirm>
      <Confirm
        opened={confirm === 'release'}
        title={t('releaseTitle')}
        of={version.name}
        go={t('release')}
        path={`/api/models/${version.id}/release`}
        onClose={() => setConfirm(null)}
        onDone={again}
      >
        <Text size="sm">{t('releaseHint')}</Text>
      </Confirm>
      <Confirm
        opened={confirm === 'again'}
        title={t('rollBackTitle', { version: version.version })}
        of={version.name}
        go={t('rollBack')}
        path={`/api/models/${version.id}/publish-again`}
        serves={version.id}
        onClose={() => setConfirm(null)}
        onDone={again}
      >
        <Text size="sm">{t('rollBackHint', { version: version.version })}</Text>
      </Confirm>
    </li>
  );
}

/** How far a version is that will serve next. */
function Rolling({
  version,
  canSwitch,
  onSwitch,
}: {
  readonly version: Version;
  readonly canSwitch: boolean;
  readonly onSwitch: () => void;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const whole = useQuery({
    queryKey: ['models', version.id],
    queryFn: () => call<WholeVersion>('GET', `/api/models/${version.id}`),
    refetchInterval: ({ state }) =>
      state.data !== undefined && state.data.scored >= state.data.contacts ? false : 1_000,
  });
  const { scored = 0, contacts = 0 } = whole.data ?? {};
  const isWhole = whole.data !== undefined && scored >= contacts;
  return (
    <Stack gap={4} p={6}>
      <Progress
        value={contacts === 0 ? (isWhole ? 100 : 0) : (scored / contacts) * 100}
        aria-label={t('state.rolling')}
      />
      <Group justify="space-between" gap="xs">
        <Text size="sm" role="status">
          {t('scored', { scored: format.count(scored), contacts: format.count(contacts) })}
        </Text>
        {canSwitch && (
          <Button size="compact-sm" disabled={!isWhole} onClick={onSwitch}>
            {t('switch')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

interface MoveItem {
  readonly contactId: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** How many a switch would move, as far as one page tells. */
function Moves({ id }: { readonly id: string }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const moves = useQuery({
    queryKey: ['models', id, 'moves'],
    queryFn: () => call<List<MoveItem>>('GET', `/api/models/${id}/moves`, { query: { limit: 500 } }),
  });
  if (moves.error) return <Failure error={moves.error} />;
  if (moves.data === undefined) return null;
  const { items, next } = moves.data;
  const shown =
    next === null
      ? format.count(items.length)
      : t('moreThan', { count: items.length, shown: format.count(items.length) });
  return <Text size="sm">{t('switchMoves', { count: items.length, shown })}</Text>;
}

function Confirm({
  opened,
  title,
  of,
  go,
  path,
  serves,
  onClose,
  onDone,
  children,
}: {
  readonly opened: boolean;
  readonly title: string;
  /** The model. */
  readonly of: string;
  readonly go: string;
  readonly path: string;
  /** The version that would serve; nobody goes on before they were told who would lose something by it. */
  readonly serves?: string;
  readonly onClose: () => void;
  readonly onDone: () => Promise<unknown>;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation('studio');
  const deed = useMutation({
    mutationFn: () => call<unknown>('POST', path, { body: {} }),
    onSuccess: async () => {
      await onDone();
      onClose();
    },
  });
  const version = useQuery({
    queryKey: ['models', serves],
    queryFn: () => call<WholeVersion>('GET', `/api/models/${serves}`),
    enabled: opened && serves !== undefined,
  });
  // The button that opened it goes with what it was for.
  const back = useReturn(opened, () => `model-${of}`);
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }} {...back}>
      <Stack gap="sm">
        {children}
        {version.isLoading && <Loader size="sm" />}
        {version.error && <Failure error={version.error} again={() => version.refetch()} />}
        <Losses of={version.data?.lose ?? []} />
        {deed.error && <Failure error={deed.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button disabled={version.isLoading} loading={deed.isPending} onClick={() => deed.mutate()}>
            {go}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Whole({ id }: { readonly id: string }) {
  const { t, i18n } = useTranslation('studio');
  const version = useQuery({ queryKey: ['models', id], queryFn: () => call<WholeVersion>('GET', `/api/models/${id}`) });
  const diff = useQuery({
    queryKey: ['models', id, 'diff', i18n.language],
    // The first version changed nothing.
    queryFn: () =>
      call<{ sentences: readonly string[] }>('GET', `/api/models/${id}/diff`, {
        query: { language: i18n.language },
      }).catch((error) => {
        if (error instanceof Refused && error.status === 404) return null;
        throw error;
      }),
  });
  if (version.error) return <Failure error={version.error} again={() => version.refetch()} />;
  return (
    <Stack gap="xs" p={6}>
      {diff.data && (
        <>
          <Text size="sm" fw={600}>
            {t('versionChanged')}
          </Text>
          <Sentences sentences={diff.data.sentences} />
        </>
      )}
      <Code block tabIndex={0} mah={480} style={{ overflow: 'auto' }}>
        {version.data?.document ?? ''}
      </Code>
    </Stack>
  );
}
