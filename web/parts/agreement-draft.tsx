/** A draft of an agreement: a form for what most agreements say, and the text itself, each showing what the other changed. */

import { Alert, Button, Group, Stack, Tabs, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { valuesOf } from '../agreement.model.ts';
import type { AgreementChecked, AgreementDraft, AgreementVersion, Serving } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { agreement } from '../router.tsx';
import { Comments } from './agreement-comments.tsx';
import { AgreementForm } from './agreement-form.tsx';
import { AgreementTerms } from './agreement-terms.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { Refusal } from './refusal.tsx';

/** Milliseconds without a key until what was written is checked and kept. */
const PAUSE = 500;

export function DraftEditor({ of, outline }: { of: AgreementDraft; outline: Serving['outline'] | null }) {
  const { t, i18n } = useTranslation('agreement');
  const format = useFormat();
  const me = useMe();
  const queries = useQueryClient();
  const navigate = agreement.useNavigate();
  const [text, setText] = useState(of.document);
  const [settled] = useDebouncedValue(text, PAUSE);
  const [discarding, setDiscarding] = useState(false);
  const path = `/api/agreement-drafts/${encodeURIComponent(of.name)}`;
  const kept = useRef(of);
  const [savedAt, setSavedAt] = useState(of.changedAt);
  const save = useMutation({
    mutationFn: (document: string) =>
      call<AgreementDraft>('PUT', path, { body: { document, seen: kept.current.changedAt } }),
    onSuccess: (draft) => {
      kept.current = draft;
      setSavedAt(draft.changedAt);
    },
    // One after the other: each names the one that it was made from.
    scope: { id: path },
  });
  const { mutate: keep } = save;
  const mayWrite = me.data?.rights.includes('agreement.write') === true;
  useEffect(() => {
    if (mayWrite && settled !== kept.current.document) keep(settled);
  }, [settled, mayWrite, keep]);
  const checked = useQuery({
    queryKey: ['agreement-check', settled, i18n.language],
    queryFn: () =>
      call<AgreementChecked>('POST', '/api/agreements/check', { body: { document: settled, language: i18n.language } }),
    placeholderData: (before) => before,
    enabled: settled !== '',
  });
  const leave = async (search: { version?: string }) => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['agreements'] }),
      queries.invalidateQueries({ queryKey: ['agreement-drafts'] }),
    ]);
    await navigate({ search });
  };
  const propose = useMutation({
    mutationFn: async () => {
      const version = await call<AgreementVersion>('POST', '/api/agreements', { body: { document: text } });
      await call('DELETE', path);
      return version;
    },
    onSuccess: ({ id }) => leave({ version: id }),
  });
  const discard = useMutation({ mutationFn: () => call('DELETE', path), onSuccess: () => leave({}) });
  const values = valuesOf(text);
  const problems = checked.data?.problems ?? [];
  const ready = checked.data?.ok === true && text === settled && !save.isPending;
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {text === settled && !save.isPending ? t('keptAt', { at: format.moment(savedAt) }) : t('keeping')}
        </Text>
        {mayWrite && (
          <Group gap="xs">
            <Button variant="default" size="xs" onClick={() => setDiscarding(true)}>
              {t('discard')}
            </Button>
            <Button size="xs" disabled={!ready} loading={propose.isPending} onClick={() => propose.mutate()}>
              {t('propose')}
            </Button>
          </Group>
        )}
      </Group>
      <Refusal error={save.error ?? propose.error ?? discard.error} />
      {checked.error && <Failure error={checked.error} again={() => checked.refetch()} />}
      {problems.length > 0 && (
        <Alert color="red" variant="light" title={t('problems', { count: problems.length })}>
          <ul style={{ margin: 0, paddingInlineStart: '1.25rem' }}>
            {problems.map(({ path: where, message, line }) => (
              <li key={`${where} ${line} ${message}`} className="breaks">
                {line === null ? message : t('inLine', { line, message })}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      <Tabs defaultValue="form" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="form">{t('form')}</Tabs.Tab>
          <Tabs.Tab value="text">{t('text')}</Tabs.Tab>
          <Tabs.Tab value="read">{t('readable')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="form" pt="md">
          {values === null ? (
            <Alert variant="light">{t('noForm')}</Alert>
          ) : (
            <AgreementForm
              text={text}
              values={values}
              outline={outline}
              problems={problems}
              readOnly={!mayWrite}
              change={setText}
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="text" pt="md">
          <Textarea
            label={t('textLabel')}
            value={text}
            readOnly={!mayWrite}
            onChange={(event) => setText(event.currentTarget.value)}
            autosize
            minRows={16}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
        </Tabs.Panel>
        <Tabs.Panel value="read" pt="md">
          {checked.data?.terms == null ? (
            <Alert variant="light">{t('notReadable')}</Alert>
          ) : (
            <AgreementTerms of={checked.data.terms} beside={(part) => <Comments name={of.name} about={part} />} />
          )}
        </Tabs.Panel>
      </Tabs>
      <Dialog opened={discarding} onClose={() => setDiscarding(false)} title={t('discard')}>
        <Stack>
          <Text size="sm">{t('discardHint')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setDiscarding(false)}>
              {t('cancel')}
            </Button>
            <Button color="red" loading={discard.isPending} onClick={() => discard.mutate()}>
              {t('discard')}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Stack>
  );
}
