/** Where new leads come from, and what came of them: by source, or by a trait. */

import { Box, NativeSelect, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../call.ts';
import type { Origins } from '../figures.ts';
import { useFormat } from '../format.ts';
import { shareOf } from '../overview.model.ts';
import { Failure } from './failure.tsx';
import { Counting, SCROLLED_BY_KEYS, Section, useFigures } from './figures.tsx';

interface Shown {
  readonly asked: { readonly from: string; readonly to: string };
  readonly stage: string | undefined;
  /** Undefined for the source of the first event or trait. */
  readonly trait: string | undefined;
  readonly onTrait: (trait: string | undefined) => void;
}

const SHOWN = 12;

export function OriginsOf({ asked, stage, trait, onTrait }: Shown) {
  const { t } = useTranslation('overview');
  const found = useQuery({
    queryKey: ['overview', 'origins', asked, stage ?? null, trait ?? null],
    queryFn: () => call<Origins>('GET', '/api/overview/origins', { query: { ...asked, stage, trait } }),
    placeholderData: (before) => before,
  });
  const traits = found.data?.traits ?? [];
  return (
    <Section
      title={t('origins')}
      says={stage === undefined ? t('originsSaysNoStage') : t('originsSays', { stage })}
      choice={
        <NativeSelect
          label={t('tellApart')}
          value={trait ?? ''}
          onChange={(event) => onTrait(event.currentTarget.value || undefined)}
          data={[{ value: '', label: t('bySource') }, ...new Set([...traits, ...(trait === undefined ? [] : [trait])])]}
        />
      }
    >
      {found.isPending && <Counting height={200} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data && <Rows of={found.data} stage={stage} />}
    </Section>
  );
}

function Rows({ of, stage }: { of: Origins; stage: string | undefined }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const figures = useFigures();
  if (of.origins.length === 0) return <Text size="sm">{t('noNew')}</Text>;
  const most = Math.max(...of.origins.map(({ contacts }) => contacts));
  return (
    <>
      <Table.ScrollContainer minWidth={560} scrollAreaProps={SCROLLED_BY_KEYS}>
        <Table aria-label={t('origins')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('origin')}</Table.Th>
              <Table.Th className="number">{t('new')}</Table.Th>
              {stage !== undefined && <Table.Th className="number">{t('reaching', { stage })}</Table.Th>}
              <Table.Th className="number">{t('won')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {of.origins.slice(0, SHOWN).map(({ origin, contacts, reached, won }) => (
              <Table.Tr key={origin ?? ''}>
                <Table.Th scope="row" fw={500} className="breaks">
                  {origin ?? t('unknownOrigin')}
                  <Box
                    mt={4}
                    h={4}
                    w={`${(100 * contacts) / most}%`}
                    bg="var(--figure)"
                    style={{ borderRadius: 2 }}
                    aria-hidden
                  />
                </Table.Th>
                <Table.Td className="number">{format.count(contacts)}</Table.Td>
                {stage !== undefined && (
                  <Table.Td className="number">
                    <Both count={reached} share={figures.share(shareOf(reached, contacts))} />
                  </Table.Td>
                )}
                <Table.Td className="number">
                  <Both count={won} share={figures.share(shareOf(won, contacts))} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {of.origins.length > SHOWN && (
        <Text size="sm" c="dimmed">
          {t('moreOrigins', { count: of.origins.length - SHOWN })}
        </Text>
      )}
      {of.sample !== null && (
        <Text size="sm" c="dimmed">
          {t('sample', { count: of.sample })}
        </Text>
      )}
    </>
  );
}

function Both({ count, share }: { count: number; share: string }) {
  const format = useFormat();
  return (
    <>
      {format.count(count)}{' '}
      <Text span size="xs" c="dimmed">
        {share}
      </Text>
    </>
  );
}
