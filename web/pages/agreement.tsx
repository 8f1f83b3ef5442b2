/** The agreement between marketing and sales: the one in force, its versions, what changed between two, and drafts. */

import { Alert, Button, Card, Center, Group, NativeSelect, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Persona, shownOf, standingOf, starterOf, withPersonas } from '../agreement.model.ts';
import type { AgreementDraft, AgreementVersion, Serving, WholeAgreement } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { linesOf } from '../lines.model.ts';
import { useMe } from '../me.ts';
import { AgreementBegin } from '../parts/agreement-begin.tsx';
import { Comments } from '../parts/agreement-comments.tsx';
import { DraftEditor } from '../parts/agreement-draft.tsx';
import { Signing } from '../parts/agreement-signing.tsx';
import { AgreementTerms } from '../parts/agreement-terms.tsx';
import { Failure } from '../parts/failure.tsx';
import { useLacked } from '../parts/lacked.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { agreement } from '../router.tsx';
import { useServing } from '../serving.ts';

/** Days until the first review of a new agreement. */
const UNTIL_REVIEW = 90;

export function AgreementPage() {
  const { t } = useTranslation('agreement');
  const search = agreement.useSearch();
  const navigate = agreement.useNavigate();
  const queries = useQueryClient();
  const me = useMe();
  const serving = useServing();
  const versions = useQuery({
    queryKey: ['agreements'],
    queryFn: () => call<{ items: AgreementVersion[] }>('GET', '/api/agreements').then(({ items }) => items),
  });
  const drafts = useQuery({
    queryKey: ['agreement-drafts'],
    queryFn: () => call<{ items: AgreementDraft[] }>('GET', '/api/agreement-drafts').then(({ items }) => items),
  });
  const [beginning, setBeginning] = useState(false);
  const begin = useMutation({
    mutationFn: ({ name, document }: { name: string; document: string }) =>
      call<AgreementDraft>('PUT', `/api/agreement-drafts/${encodeURIComponent(name)}`, { body: { document } }),
    onSuccess: async ({ name }) => {
      await queries.invalidateQueries({ queryKey: ['agreement-drafts'] });
      await navigate({ search: { draft: name } });
    },
  });
  const failed = versions.error ?? drafts.error;
  if (failed) return <Failure error={failed} again={() => Promise.all([versions.refetch(), drafts.refetch()])} />;
  if (versions.data === undefined || drafts.data === undefined)
    return (
      <Stack aria-busy>
        <Skeleton h={32} w={280} />
        <Skeleton h={320} />
      </Stack>
    );
  const shown = shownOf(versions.data, search.version);
  const draft =
    drafts.data.find(({ name }) => name === search.draft) ?? (shown === undefined ? drafts.data[0] : undefined);
  const mayWrite = me.data?.rights.includes('agreement.write') === true;
  const fromModel = (of: Serving, personas: readonly Persona[]) => {
    const review = new Date(Date.now() + UNTIL_REVIEW * 86_400_000).toISOString().slice(0, 10);
    begin.mutate({ name: 'leads', document: withPersonas(starterOf(of, review), personas) });
  };
  const choices = [
    ...drafts.data.map(({ name }) => ({ value: `draft ${name}`, label: t('draftOf', { name }) })),
    ...versions.data.map((one) => ({
      value: one.id,
      label: `${one.name} ${one.version} · ${t(`standing.${standingOf(one)}`)}`,
    })),
  ];
  return (
    <Stack>
      <Group justify="space-between" align="end">
        <Title order={1}>{t('heading')}</Title>
        {choices.length > 0 && (
          <NativeSelect
            className="no-print"
            label={t('shown')}
            value={draft === undefined ? (shown?.id ?? '') : `draft ${draft.name}`}
            onChange={(event) => {
              const { value } = event.currentTarget;
              void navigate({ search: value.startsWith('draft ') ? { draft: value.slice(6) } : { version: value } });
            }}
            data={choices}
          />
        )}
      </Group>
      <Refusal error={begin.error} />
      {draft !== undefined ? (
        <DraftEditor key={draft.name} of={draft} outline={serving.data?.outline ?? null} />
      ) : shown !== undefined ? (
        <Version
          key={shown.id}
          id={shown.id}
          versions={versions.data}
          change={
            mayWrite && !drafts.data.some(({ name }) => name === shown.name)
              ? () => begin.mutate({ name: shown.name, document: shown.document })
              : null
          }
        />
      ) : (
        <Center mih={240}>
          <Stack align="center" gap="sm" maw={480}>
            <Text fw={600}>{t('none')}</Text>
            <Text size="sm" c="dimmed" ta="center">
              {t(serving.data == null ? 'noneModel' : 'noneHint')}
            </Text>
            {mayWrite && serving.data != null && (
              <Button onClick={() => setBeginning(true)} loading={begin.isPending}>
                {t('fromModel')}
              </Button>
            )}
            {beginning && serving.data != null && (
              <AgreementBegin
                of={serving.data}
                isPending={begin.isPending}
                onClose={() => setBeginning(false)}
                onBegin={(personas) => serving.data && fromModel(serving.data, personas)}
              />
            )}
          </Stack>
        </Center>
      )}
    </Stack>
  );
}

interface Shown {
  readonly id: string;
  readonly versions: readonly AgreementVersion[];
  /** Begins a draft from this text; null where nobody may, or where there is one. */
  readonly change: (() => void) | null;
}

function Version({ id, versions, change }: Shown) {
  const { t, i18n } = useTranslation('agreement');
  const format = useFormat();
  const lacked = useLacked();
  const { compare } = agreement.useSearch();
  const navigate = agreement.useNavigate();
  const found = useQuery({
    queryKey: ['agreements', id, i18n.language],
    queryFn: () => call<WholeAgreement>('GET', `/api/agreements/${id}`, { query: { language: i18n.language } }),
  });
  if (found.isPending) return <Skeleton h={320} />;
  if (found.error) return <Failure error={found.error} again={() => found.refetch()} />;
  const one = found.data;
  const other = versions.find((version) => version.id === compare && version.id !== id);
  const since =
    one.inForceFrom === null
      ? t('proposedBy', { who: one.proposedBy, at: format.moment(one.proposedAt) })
      : one.inForceUntil === null
        ? t('inForceSince', { at: format.moment(one.inForceFrom) })
        : t('wasInForce', { from: format.moment(one.inForceFrom), until: format.moment(one.inForceUntil) });
  return (
    <Stack>
      <Stack gap={2}>
        <Text fw={650} size="lg" className="breaks">
          {one.terms.title}
        </Text>
        <Text size="sm" c="dimmed" className="breaks">
          {t('versionOf', { name: one.name, version: one.version })} · {since}
        </Text>
      </Stack>
      {one.lost !== null && (
        <Alert color="yellow" variant="light">
          <Text size="sm" fw={600}>
            {t('lostTitle')}
          </Text>
          <Text size="sm" className="breaks">
            {t('lost', { version: one.lost.version, what: lacked(one.lost.lacks) })}
          </Text>
        </Alert>
      )}
      <Signing of={one} />
      <Group gap="xs" className="no-print" align="end">
        {change !== null && (
          <Button size="xs" variant="default" onClick={change}>
            {t('change')}
          </Button>
        )}
        <Button size="xs" variant="default" component="a" href={`/api/agreements/${id}/document`}>
          {t('download')}
        </Button>
        <Button
          size="xs"
          variant="default"
          component="a"
          href={`/api/agreements/${id}/agreement.pdf?language=${i18n.language}`}
          target="_blank"
          rel="noreferrer"
        >
          {t('pdf')}
        </Button>
        {versions.length > 1 && (
          <NativeSelect
            size="xs"
            label={t('compare')}
            value={other?.id ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget;
              void navigate({ search: { version: id, compare: value || undefined }, replace: true });
            }}
            data={[
              { value: '', label: t('withNone') },
              ...versions
                .filter((version) => version.id !== id)
                .map(({ id: value, name, version }) => ({ value, label: `${name} ${version}` })),
            ]}
          />
        )}
      </Group>
      {other !== undefined && <Changes before={other} after={one} />}
      <AgreementTerms of={one.terms} beside={(part) => <Comments name={one.name} about={part} />} />
      <Card withBorder component="section" aria-label={t('whole')} className="no-print">
        <Title order={2}>{t('whole')}</Title>
        <Comments name={one.name} about="" />
      </Card>
    </Stack>
  );
}

const SIGNS = { same: ' ', gone: '−', new: '+' } as const;

/** The texts of two versions, line by line. */
function Changes({ before, after }: { before: AgreementVersion; after: AgreementVersion }) {
  const { t } = useTranslation('agreement');
  const lines = linesOf(before.document, after.document).map((line, place) => ({ ...line, place }));
  if (lines.every(({ kind }) => kind === 'same')) return <Alert variant="light">{t('sameText')}</Alert>;
  return (
    <section
      className="text-of lines"
      aria-label={t('changes', { from: `${before.name} ${before.version}`, to: `${after.name} ${after.version}` })}
    >
      {lines.map(({ kind, text, place }) => (
        <div key={place} className={kind}>
          {SIGNS[kind]} {text}
        </div>
      ))}
    </section>
  );
}
