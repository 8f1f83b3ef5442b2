/** Models: what is published and how far it is, drafts, and ready models to begin with. */

import '../parts/studio/studio.css';
import {
  Alert,
  Anchor,
  Button,
  Card,
  Center,
  Group,
  Loader,
  Modal,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft, List, Template, Version } from '../answers.ts';
import { call, Refused } from '../call.ts';
import { readText, rewrite } from '../document.model.ts';
import { pathOf } from '../draft.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { Failure } from '../parts/failure.tsx';
import { Compare } from '../parts/studio/compare.tsx';
import { useReturn } from '../parts/studio/focus.ts';
import { ModelCard } from '../parts/studio/versions.tsx';
import { studio as route } from '../router.tsx';
import { freeName } from '../studio.model.ts';
import { put } from '../values.model.ts';

export function Studio() {
  const { t } = useTranslation('studio');
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const versions = useQuery({
    queryKey: ['models', 'all'],
    queryFn: () => call<List<Version>>('GET', '/api/models', { query: { limit: 500 } }),
  });
  const drafts = useQuery({
    queryKey: ['drafts'],
    queryFn: () => call<List<Draft>>('GET', '/api/drafts', { query: { limit: 500 } }),
  });
  const error = versions.error ?? drafts.error;
  if (error) return <Failure error={error} again={() => Promise.all([versions.refetch(), drafts.refetch()])} />;
  if (versions.data === undefined || drafts.data === undefined)
    return (
      <Center mih={240}>
        <Loader />
      </Center>
    );
  const canWrite = me.data?.rights.includes('model.write') ?? false;
  const canPublish = me.data?.rights.includes('model.publish') ?? false;
  const names = [...new Set(versions.data.items.map(({ name }) => name))];
  const taken = drafts.data.items.map(({ name }) => name);
  return (
    <Stack gap="lg">
      <Title order={1}>{t('heading')}</Title>
      <Stack component="section" aria-labelledby="published" gap="sm">
        <Title order={2} id="published">
          {t('publishedModels')}
        </Title>
        {names.length === 0 && <Alert variant="light">{t('none')}</Alert>}
        {names.map((name) => (
          <ModelCard
            key={name}
            name={name}
            versions={versions.data.items.filter((version) => version.name === name)}
            canWrite={canWrite}
            canPublish={canPublish}
          />
        ))}
      </Stack>
      <Stack component="section" aria-labelledby="drafts" gap="sm">
        <Title order={2} id="drafts" tabIndex={-1}>
          {t('drafts')}
        </Title>
        {drafts.data.items.length === 0 && <Text c="dimmed">{t('noDrafts')}</Text>}
        {drafts.data.items.map((draft) => (
          <OneDraft key={draft.name} draft={draft} canWrite={canWrite} />
        ))}
      </Stack>
      <Stack component="section" aria-labelledby="compare" gap="sm">
        <Title order={2} id="compare">
          {t('compare')}
        </Title>
        <Compare
          versions={versions.data.items}
          drafts={drafts.data.items}
          search={search}
          onSearch={(next) => navigate({ search: next, replace: true, resetScroll: false })}
        />
      </Stack>
      <Templates taken={taken} canWrite={canWrite} />
    </Stack>
  );
}

function OneDraft({ draft, canWrite }: { readonly draft: Draft; readonly canWrite: boolean }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const back = useReturn(asking, () => 'drafts');
  const discard = useMutation({
    mutationFn: () => call<null>('DELETE', pathOf(draft.name)),
    onSuccess: async () => {
      setAsking(false);
      await queries.invalidateQueries({ queryKey: ['drafts'] });
    },
  });
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between" gap="xs">
        <Stack gap={0}>
          <Anchor component={Link} to={`/studio/${encodeURIComponent(draft.name)}`} fw={600} className="breaks">
            {draft.name}
          </Anchor>
          <Text size="sm" c="dimmed" className="breaks">
            {t('changedBy', { at: format.moment(draft.changedAt), by: draft.changedBy })}
          </Text>
        </Stack>
        {canWrite && (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => setAsking(true)}>
            {t('discard')}
          </Button>
        )}
      </Group>
      <Modal
        {...back}
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('discardTitle', { name: draft.name })}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('discardHint')}</Text>
          {discard.error && <Failure error={discard.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              {t('cancel')}
            </Button>
            <Button color="red" loading={discard.isPending} onClick={() => discard.mutate()}>
              {t('discard')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Card>
  );
}

function Templates({ taken, canWrite }: { readonly taken: readonly string[]; readonly canWrite: boolean }) {
  const { t } = useTranslation('studio');
  const [chosen, setChosen] = useState<Template | null>(null);
  const templates = useQuery({
    queryKey: ['templates'],
    queryFn: async () => (await call<{ items: readonly Template[] }>('GET', '/api/templates')).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Stack component="section" aria-labelledby="templates" gap="sm">
      <Title order={2} id="templates">
        {t('templates')}
      </Title>
      <Text size="sm" c="dimmed">
        {t('templatesHint')}
      </Text>
      {templates.error && <Failure error={templates.error} again={() => templates.refetch()} />}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {templates.data?.map((template) => (
          <Card key={template.name} withBorder padding="sm" component="article">
            <Stack gap="xs" h="100%" justify="space-between">
              <Stack gap={4}>
                <Title order={3} size="h5">
                  {template.title}
                </Title>
                <Text size="sm">{template.about}</Text>
              </Stack>
              {canWrite && (
                <Group>
                  <Button
                    size="compact-sm"
                    variant="light"
                    aria-label={t('beginWith', { title: template.title })}
                    onClick={() => setChosen(template)}
                  >
                    {t('begin')}
                  </Button>
                </Group>
              )}
            </Stack>
          </Card>
        ))}
      </SimpleGrid>
      <Modal
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title={t('newDraft')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {chosen !== null && <NewDraft template={chosen} taken={taken} />}
      </Modal>
    </Stack>
  );
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$/;

function NewDraft({ template, taken }: { readonly template: Template; readonly taken: readonly string[] }) {
  const { t } = useTranslation('studio');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState(freeName(taken, template.name));
  const wrong = !NAME.test(name) ? t('nameWrong') : taken.includes(name) ? t('nameTaken') : null;
  const make = useMutation({
    mutationFn: () => {
      const reading = readText(template.document);
      // The draft of a model has its name: publishing it makes the next version of that model.
      const document =
        reading.kind === 'read' ? rewrite(template.document, put(reading.value, ['model'], name)) : template.document;
      return call<Draft>('PUT', pathOf(name), { body: { document, seen: null } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['drafts'] });
      await navigate({ to: '/studio/$name', params: { name } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wrong === null) make.mutate();
  };
  const conflict = make.error instanceof Refused && make.error.status === 409;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label={t('modelName')}
          description={t('modelNameHint')}
          value={name}
          error={conflict ? t('nameTaken') : wrong}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {make.error && !conflict && <Failure error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={wrong !== null} loading={make.isPending}>
            {t('beginNow')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
