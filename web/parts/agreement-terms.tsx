/** What an agreement says, as a page to be read: each part with what was said about it. */

import { Card, List, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Terms } from '../answers.ts';
import { useFormat } from '../format.ts';

type Span = Terms['sales']['within'];

/** Parts as a comment names them. */
export type Part = 'definition' | 'situation' | 'marketing' | 'sales' | 'responsibilities' | 'review';

/** @param beside what stands at the end of a part, such as its comments */
export function AgreementTerms({ of, beside }: { of: Terms; beside?: (part: Part) => ReactNode }) {
  const { t } = useTranslation('agreement');
  const format = useFormat();
  const spanOf = useSpan();
  const line = (label: string, value: string | null) => (value === null ? [] : [[label, value] as const]);
  const { marketing, sales } = of;
  const qualifiers = Object.entries(of.qualifiers).flatMap(([name, sentence]) =>
    sentence === null ? [] : [[t(`qualifier.${name}`), sentence] as const],
  );
  const situation = Object.entries(of.situation).flatMap(([name, field]) =>
    field === null ? [] : [[t(`situation.${name}`), field] as const],
  );
  const touches = sales.touches?.least.map(({ touch, count }) => `${t(`touch.${touch}`)} × ${format.count(count)}`);
  return (
    <Stack>
      <Section part="definition" beside={beside}>
        <Text size="sm">{t('stageMakes', { stage: of.stage, model: of.model })}</Text>
        <Rows
          rows={[
            ...line(t('f.definition.require'), of.require.length === 0 ? null : of.require.join(', ')),
            ...qualifiers,
          ]}
        />
      </Section>
      {situation.length > 0 && (
        <Section part="situation" beside={beside}>
          <Rows rows={situation} />
        </Section>
      )}
      <Section part="marketing" beside={beside}>
        <List size="sm" spacing={4}>
          <List.Item>{t('complete')}</List.Item>
        </List>
        <Rows
          rows={[
            ...line(t('f.marketing.deliver'), spanOf(marketing.deliver)),
            ...line(
              t('f.marketing.number.count'),
              marketing.number === null
                ? null
                : `${format.count(marketing.number.count)} · ${t(`per.${marketing.number.per}`)}`,
            ),
          ]}
        />
      </Section>
      <Section part="sales" beside={beside}>
        <Rows
          rows={[
            ...line(t('f.sales.firstContact.within'), spanOf(sales.within)),
            ...line(t('f.sales.firstContact.never'), spanOf(sales.never)),
            ...line(t('f.sales.answer'), spanOf(sales.answer)),
            ...line(
              t('touches'),
              touches === undefined || sales.touches === null
                ? null
                : `${touches.join(', ')} · ${format.exactSpan(sales.touches.days * 86_400_000)}`,
            ),
            ...line(t('f.sales.remind'), spanOf(sales.remind)),
            ...line(t('f.sales.escalate'), spanOf(sales.escalate)),
            ...line(t('f.sales.reassign'), spanOf(sales.reassign)),
          ]}
        />
      </Section>
      {of.responsibilities.length > 0 && (
        <Section part="responsibilities" beside={beside}>
          <Rows rows={of.responsibilities.map(({ stage, team }) => [stage, t(`team.${team}`)] as const)} />
        </Section>
      )}
      {of.review !== null && (
        <Section part="review" beside={beside}>
          <Rows
            rows={[
              [t('f.review.next'), format.date(of.review.next)],
              [t('f.review.everyMonths'), format.count(of.review.everyMonths)],
            ]}
          />
        </Section>
      )}
    </Stack>
  );
}

function Section({
  part,
  beside,
  children,
}: {
  part: Part;
  beside: ((part: Part) => ReactNode) | undefined;
  children: ReactNode;
}) {
  const { t } = useTranslation('agreement');
  return (
    <Card withBorder component="section" aria-label={t(`part.${part}`)}>
      <Stack gap="sm">
        <Title order={2}>{t(`part.${part}`)}</Title>
        {children}
        {beside?.(part)}
      </Stack>
    </Card>
  );
}

function Rows({ rows }: { rows: readonly (readonly [label: string, value: string])[] }) {
  if (rows.length === 0) return null;
  return (
    <Table verticalSpacing={6} withRowBorders={false}>
      <Table.Tbody>
        {rows.map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" w="45%" fw={500} className="breaks" style={{ verticalAlign: 'top' }}>
              {label}
            </Table.Th>
            <Table.Td className="breaks">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Working time in words. */
function useSpan(): (span: Span) => string | null {
  const { t } = useTranslation('agreement');
  const format = useFormat();
  return (span) => {
    if (span === null) return null;
    return span.unit === 'day'
      ? t('workingDays', { count: span.count })
      : t('workingTime', { span: format.exactSpan(span.count * 60_000) });
  };
}
