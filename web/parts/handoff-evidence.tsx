/** Why a lead was handed over: its scores and reasons as they were when it entered the stage, beside those of now. */

import { Card, Group, Skeleton, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Explained, List, WholeHandoff } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { reasonsOf, scoresOf } from '../handoff.model.ts';
import { Failure } from './failure.tsx';

export function EntryReasons({ of }: { of: WholeHandoff }) {
  const { t, i18n } = useTranslation('handoffs');
  const { language } = i18n;
  const format = useFormat();
  const told = (asOf: string | undefined) => ({
    queryKey: ['lead', of.contactId, 'scores', asOf ?? null, language],
    queryFn: () => call<List<Explained>>('GET', `/api/contacts/${of.contactId}/scores`, { query: { asOf, language } }),
  });
  const now = useQuery(told(undefined));
  const then = useQuery(told(of.enteredAt));
  if (now.error) return <Failure error={now.error} again={() => now.refetch()} />;
  const present = now.data?.items.find(({ model }) => model === (of.lead?.model ?? model));
  const rows = reasonsOf(of.evidence, then.data?.items.flatMap(({ reasons }) => reasons) ?? [], present?.reasons ?? []);
  const points = (value: number) => (value === 0 ? '–' : format.signed(value));
  const value = (score: number | string | null | undefined) =>
    score === null || score === undefined ? '–' : typeof score === 'number' ? format.points(score) : score;
  return (
    <Card withBorder component="section" aria-label={t('why')}>
      <Group justify="space-between" mb="xs">
        <Title order={2}>{t('why')}</Title>
        <Text size="sm" c="dimmed">
          {t('stageAt', { stage: of.stage, at: format.moment(of.enteredAt) })}
        </Text>
      </Group>
      {now.isPending || then.isPending ? (
        <Skeleton h={160} />
      ) : (
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('reasonOf')}</Table.Th>
              <Table.Th className="number" w={90}>
                {t('atEntry')}
              </Table.Th>
              <Table.Th className="number" w={80}>
                {t('today')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {scoresOf(of.evidence).map(({ name, value: before, word }) => (
              <Table.Tr key={`score ${name}`}>
                <Table.Th scope="row" className="breaks">
                  {name}
                </Table.Th>
                <Table.Td className="number" fw={650}>
                  {value(before)}
                  {word !== null && (
                    <Text size="xs" c="dimmed">
                      {word}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td className="number" fw={650}>
                  {value(present?.scores[name])}
                </Table.Td>
              </Table.Tr>
            ))}
            {rows.map((row) => (
              <Table.Tr key={row.rule}>
                <Table.Td className="breaks">{row.sentence}</Table.Td>
                <Table.Td className="number">{points(row.before)}</Table.Td>
                <Table.Td className="number">{points(row.now)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}
