/** The company of a lead, and who else there is of it, with what they score now or scored on the day that is shown. */

import { Anchor, Badge, Card, Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Company, Lead, List, Told } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { endOf, nameOf } from '../lead.model.ts';
import { useServing } from '../serving.ts';
import { Failure } from './failure.tsx';
import { Score } from './score.tsx';

/** Colleagues that are shown. */
const SHOWN = 20;

interface Shown {
  readonly of: Lead;
  readonly companyId: string;
  readonly asOf: string | undefined;
}

export function LeadCompany({ of, companyId, asOf }: Shown) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const company = useQuery({
    queryKey: ['company', companyId],
    queryFn: () => call<Company>('GET', `/api/companies/${companyId}`),
  });
  if (company.isPending) return <Skeleton h={160} />;
  if (company.error) return <Failure error={company.error} again={() => company.refetch()} />;
  const { scores, contacts } = company.data;
  return (
    <Card withBorder component="section" aria-label={t('company')}>
      <Title order={2} className="breaks">
        {of.companyName ?? t('company')}
      </Title>
      <Stack gap="xs" mt={4}>
        {Object.entries(scores).map(([name]) => (
          <Group key={name} justify="space-between" wrap="nowrap">
            <Text size="sm" c="dimmed" className="breaks">
              {name}
            </Text>
            <Score of={company.data} name={name} />
          </Group>
        ))}
        {asOf !== undefined && Object.keys(scores).length > 0 && (
          <Text size="xs" c="dimmed">
            {t('companyNow')}
          </Text>
        )}
        <Colleagues of={of} companyId={companyId} asOf={asOf} />
        {contacts > SHOWN && (
          <Text size="xs" c="dimmed">
            {t('colleaguesMore', { count: contacts - SHOWN, shown: format.count(SHOWN) })}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function Colleagues({ of, companyId, asOf }: Shown) {
  const { t } = useTranslation('lead');
  const serving = useServing().data;
  const main = serving?.outline.main ?? null;
  const others = useQuery({
    queryKey: ['company', companyId, 'contacts', of.id],
    queryFn: async () => {
      const { items } = await call<List<Lead>>('GET', '/api/contacts', { query: { companyId, limit: SHOWN } });
      return items.filter(({ id }) => id !== of.id);
    },
  });
  const ids = others.data?.map(({ id }) => id) ?? [];
  const then = useQuery({
    queryKey: ['company', companyId, 'scores', asOf ?? null, ids],
    queryFn: () => call<List<Told>>('POST', '/api/scores', { body: { contactIds: ids, asOf: endOf(asOf ?? '') } }),
    enabled: asOf !== undefined && ids.length > 0,
  });
  if (others.isPending) return <Skeleton h={80} />;
  if (others.error) return <Failure error={others.error} again={() => others.refetch()} />;
  if (others.data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('noColleagues')}
      </Text>
    );
  return (
    <Table verticalSpacing={4} horizontalSpacing={4} aria-label={t('colleagues')} aria-busy={then.isFetching}>
      <Table.Tbody>
        {others.data.map((other) => {
          const past = then.data?.items.find(
            ({ contactId, model }) => contactId === other.id && model === serving?.name,
          );
          const seen = asOf === undefined ? other : past;
          return (
            <Table.Tr key={other.id}>
              <Table.Td className="breaks">
                <Anchor
                  size="sm"
                  renderRoot={(props) => (
                    <Link {...props} to="/leads/$id" params={{ id: other.id }} search={{ asOf }} />
                  )}
                >
                  {nameOf(other)}
                </Anchor>
                {typeof other.traits.title === 'string' && (
                  <Text size="xs" c="dimmed">
                    {other.traits.title}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                {seen?.stage != null && (
                  <Badge size="sm" variant="light">
                    {seen.stage}
                  </Badge>
                )}
              </Table.Td>
              <Table.Td className="number">
                {main !== null && seen !== undefined && <Score of={seen} name={main} />}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
