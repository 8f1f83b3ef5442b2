/** What changes by itself, and when, if nothing else happens: the lead as of that instant against the lead as of now. */

import { Card, List as Items, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Explained, List } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { differenceOf } from '../lead.model.ts';
import { Failure } from './failure.tsx';

export function NextChange({ id, of }: { id: string; of: Explained }) {
  const { t, i18n } = useTranslation('lead');
  const format = useFormat();
  const at = of.nextChangeAt;
  const then = useQuery({
    queryKey: ['lead', id, 'next', at, of.model, i18n.language],
    queryFn: () =>
      call<List<Explained>>('GET', `/api/contacts/${id}/scores`, {
        query: { asOf: at ?? undefined, language: i18n.language },
      }),
    enabled: at !== null,
  });
  const after = then.data?.items.find(({ model }) => model === of.model);
  return (
    <Card withBorder component="section" aria-label={t('next')}>
      <Title order={2}>{t('next')}</Title>
      {at === null ? (
        <Text size="sm" c="dimmed">
          {t('nextNever')}
        </Text>
      ) : (
        <Stack gap="xs" mt={4}>
          <Text size="sm">{t('nextAt', { at: format.moment(at), ago: format.ago(at) })}</Text>
          {then.isPending && <Skeleton h={60} />}
          {then.error && <Failure error={then.error} again={() => then.refetch()} />}
          {after !== undefined && <Changes before={of} after={after} />}
        </Stack>
      )}
    </Card>
  );
}

function Changes({ before, after }: { before: Explained; after: Explained }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const { stage, scores, reasons } = differenceOf(before, after);
  const shown = (value: number | string | null) => (typeof value === 'number' ? format.points(value) : (value ?? '–'));
  if (stage === null && scores.length === 0 && reasons.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('nextLittle')}
      </Text>
    );
  return (
    <Items size="sm" spacing={4} styles={{ itemWrapper: { display: 'inline' } }}>
      {stage !== null && (
        <Items.Item key="stage">
          {t('nextStage', { from: stage.from ?? t('noStage'), to: stage.to ?? t('noStage') })}
        </Items.Item>
      )}
      {scores.map(({ name, from, to }) => (
        <Items.Item key={`score ${name}`}>{t('nextScore', { name, from: shown(from), to: shown(to) })}</Items.Item>
      ))}
      {reasons.map(({ rule, sentence, from, to }) => (
        <Items.Item key={`rule ${rule}`}>
          <Text span size="sm" c="dimmed" className="breaks">
            {t('nextReason', { sentence, from: format.signed(from), to: format.signed(to) })}
          </Text>
        </Items.Item>
      ))}
    </Items>
  );
}
