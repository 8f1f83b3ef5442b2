/** Searches that were saved: opened, saved under a name, changed, renamed, deleted, and sent to others as an address. */

import { Button, Group, Menu, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconBookmark } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { List, Segment } from '../answers.ts';
import { call } from '../call.ts';
import { askedOf, type SearchBody } from '../leads.model.ts';
import { useMay } from '../me.ts';
import { type LeadsSearch, leads } from '../router.tsx';
import { Failure } from './failure.tsx';

type Asking = 'save' | 'rename' | 'delete' | null;

export function Segments({ search, body }: { search: LeadsSearch; body: SearchBody }) {
  const { t } = useTranslation('leads');
  const navigate = leads.useNavigate();
  const mayWrite = useMay('segment.write');
  const [asking, ask] = useState<Asking>(null);
  const [copied, setCopied] = useState(false);
  const saved = useQuery({
    queryKey: ['segments'],
    queryFn: () => call<List<Segment>>('GET', '/api/segments', { query: { limit: 500 } }),
  });
  const open = saved.data?.items.find(({ id }) => id === search.segment);
  const isChanged = open !== undefined && JSON.stringify(open.search) !== JSON.stringify(body);
  const show = (segment: Segment | undefined) =>
    navigate({
      search: ({ columns }) =>
        segment === undefined ? { columns } : { ...askedOf(segment.search), columns, segment: segment.id },
    });
  const write = useWrite((segment) =>
    navigate({ search: (before) => ({ ...before, segment: segment.id }), replace: true }),
  );
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href);
    setCopied(true);
  };
  return (
    <Group gap="xs" align="end">
      <NativeSelect
        aria-label={t('segment')}
        value={open?.id ?? ''}
        onChange={(event) => show(saved.data?.items.find(({ id }) => id === event.currentTarget.value))}
        data={[
          { value: '', label: t('noSegment') },
          ...(saved.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        maw={220}
      />
      <Menu position="bottom-end" shadow="md" onClose={() => setCopied(false)}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark aria-hidden size={16} />}>
            {t('segment')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {mayWrite && <Menu.Item onClick={() => ask('save')}>{t('saveAs')}</Menu.Item>}
          {mayWrite && open !== undefined && (
            <>
              <Menu.Item
                disabled={!isChanged}
                onClick={() => write.mutate({ id: open.id, name: open.name, search: body })}
              >
                {t('saveChanges', { name: open.name })}
              </Menu.Item>
              <Menu.Item onClick={() => ask('rename')}>{t('rename', { name: open.name })}</Menu.Item>
              <Menu.Item onClick={() => ask('delete')}>{t('remove', { name: open.name })}</Menu.Item>
            </>
          )}
          <Menu.Item closeMenuOnClick={false} onClick={copy}>
            {t(copied ? 'copied' : 'copy')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === 'save' && (
        <Named
          title={t('saveAs')}
          name=""
          close={() => ask(null)}
          go={(name) => write.mutateAsync({ id: null, name, search: body })}
        />
      )}
      {asking === 'rename' && open !== undefined && (
        <Named
          title={t('rename', { name: open.name })}
          name={open.name}
          close={() => ask(null)}
          go={(name) => write.mutateAsync({ id: open.id, name, search: open.search })}
        />
      )}
      {asking === 'delete' && open !== undefined && (
        <Removal segment={open} close={() => ask(null)} done={() => show(undefined)} />
      )}
      {write.error && asking === null && <Failure error={write.error} />}
    </Group>
  );
}

interface Written {
  readonly id: string | null;
  readonly name: string;
  readonly search: object;
}

function useWrite(done: (segment: Segment) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: Written) =>
      id === null
        ? call<Segment>('POST', '/api/segments', { body })
        : call<Segment>('PUT', `/api/segments/${id}`, { body }),
    onSuccess: async (segment) => {
      await queries.invalidateQueries({ queryKey: ['segments'] });
      done(segment);
    },
  });
}

interface Naming {
  readonly title: string;
  readonly name: string;
  readonly close: () => void;
  readonly go: (name: string) => Promise<unknown>;
}

function Named({ title, name, close, go }: Naming) {
  const { t } = useTranslation('leads');
  const [text, setText] = useState(name);
  const save = useMutation({ mutationFn: () => go(text.trim()), onSuccess: close });
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('segmentName')}
            required
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
          />
          {save.error && <Failure error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={text.trim() === ''} loading={save.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Removal({ segment, close, done }: { segment: Segment; close: () => void; done: () => void }) {
  const { t } = useTranslation('leads');
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call('DELETE', `/api/segments/${segment.id}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['segments'] });
      done();
      close();
    },
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t('remove', { name: segment.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text size="sm">{t('removeHint')}</Text>
        {remove.error && <Failure error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('removeDo')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
