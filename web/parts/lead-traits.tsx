/** What is known of a lead, as of the day that is shown, and how each fact came to be so. */

import { Button, Center, Loader, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { List, TraitRow } from '../answers.ts';
import { call } from '../call.ts';
import { useFormat } from '../format.ts';
import { endOf, shownValue } from '../lead.model.ts';
import { Failure } from './failure.tsx';

export function LeadTraits({ id, asOf }: { id: string; asOf: string | undefined }) {
  const { t } = useTranslation('lead');
  const traits = useQuery({
    queryKey: ['lead', id, 'traits', asOf ?? null],
    queryFn: () =>
      call<List<TraitRow>>('GET', `/api/contacts/${id}/traits`, {
        query: { asOf: asOf === undefined ? undefined : endOf(asOf) },
      }),
    placeholderData: (before) => before,
  });
  if (traits.isPending)
    return (
      <Center>
        <Loader />
      </Center>
    );
  if (traits.error) return <Failure error={traits.error} again={() => traits.refetch()} />;
  if (traits.data.items.length === 0) return <Text c="dimmed">{t('noTraits')}</Text>;
  return (
    <Table verticalSpacing="xs" layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="35%">{t('trait')}</Table.Th>
          <Table.Th>{t('value')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {traits.data.items.map((trait) => (
          <Row key={trait.name} trait={trait} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ trait: { name, value, changes } }: { trait: TraitRow }) {
  const { t } = useTranslation('lead');
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const [latest, ...earlier] = changes;
  return (
    <Table.Tr>
      <Table.Th scope="row" className="breaks" fw={500}>
        {name}
      </Table.Th>
      <Table.Td className="breaks">
        <Text size="sm">{value === null ? t('takenAway') : shownValue(value)}</Text>
        {latest !== undefined && (
          <Text size="xs" c="dimmed">
            {t('since', { day: format.day(latest.at) })}
          </Text>
        )}
        {earlier.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            px={0}
            aria-expanded={open}
            aria-label={`${t('before', { count: earlier.length })}: ${name}`}
            onClick={() => setOpen(!open)}
          >
            {t('before', { count: earlier.length })}
          </Button>
        )}
        {open &&
          earlier.map((change) => (
            <Text key={change.at} size="xs" className="breaks">
              {format.moment(change.at)}: {change.value === null ? t('takenAway') : shownValue(change.value)}
            </Text>
          ))}
      </Table.Td>
    </Table.Tr>
  );
}
