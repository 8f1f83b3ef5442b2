/** How well the draft would have told who succeeds, beside the version that serves. */

import { Autocomplete, Card, Group, Table, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tried } from '../../answers.ts';
import { eventNames } from '../../fields.model.ts';
import { useFormat } from '../../format.ts';
import type { OutcomeAsked } from '../../trials.ts';
import { Amount } from './inputs.tsx';
import { useStudio } from './studio.ts';

const DAYS = 90;
const MEASURES = ['precision', 'recall', 'lift', 'auc'] as const;

export function OutcomeCard({
  tried,
  asked,
  onChange,
}: {
  readonly tried: Tried;
  readonly asked: OutcomeAsked | null;
  readonly onChange: (asked: OutcomeAsked | null) => void;
}) {
  const { t, i18n } = useTranslation('studio');
  const format = useFormat();
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const { fields } = useStudio();
  const [typed, setTyped] = useState(asked?.event ?? '');
  useEffect(() => setTyped(asked?.event ?? ''), [asked]);
  const give = (event: string) => {
    const name = event.trim();
    if (name !== (asked?.event ?? '')) onChange(name === '' ? null : { event: name, days: asked?.days ?? DAYS });
  };
  const found = tried.outcome;
  const show = (measure: (typeof MEASURES)[number], value: number | null | undefined): string =>
    value === null || value === undefined
      ? '–'
      : measure === 'precision' || measure === 'recall'
        ? share.format(value)
        : format.points(value);
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby="trial-outcome">
      <Title order={3} size="h5" id="trial-outcome">
        {t('outcome')}
      </Title>
      <Group gap="xs" align="end" my="xs">
        <Autocomplete
          size="xs"
          label={t('outcomeEvent')}
          placeholder="deal_won"
          data={[...eventNames(fields)]}
          value={typed}
          onChange={setTyped}
          onOptionSubmit={give}
          onBlur={() => give(typed)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') give(typed);
          }}
          style={{ flex: '1 1 10rem' }}
        />
        <Amount
          label={t('outcomeDays')}
          value={asked?.days ?? DAYS}
          min={1}
          max={3650}
          decimals={0}
          onChange={(days) => asked !== null && days !== null && onChange({ ...asked, days })}
        />
      </Group>
      {found === null ? (
        <Text size="sm" c="dimmed">
          {t('outcomeHint')}
        </Text>
      ) : (
        <>
          <Text size="xs" c="dimmed">
            {t('outcomeBase', {
              at: format.day(found.at),
              contacts: format.count(found.contacts),
              successes: format.count(found.successes),
            })}
          </Text>
          <Table verticalSpacing={4} aria-labelledby="trial-outcome">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('measure')}</Table.Th>
                <Table.Th className="number">{t('servingVersion')}</Table.Th>
                <Table.Th className="number">{t('draft')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {MEASURES.map((measure) => (
                <Table.Tr key={measure}>
                  <Table.Th scope="row" fw={400}>
                    {t(`measure.${measure}`)}
                  </Table.Th>
                  <Table.Td className="number">{show(measure, found.before?.[measure])}</Table.Td>
                  <Table.Td className="number">{show(measure, found.after[measure])}</Table.Td>
                </Table.Tr>
              ))}
              <Table.Tr>
                <Table.Th scope="row" fw={400}>
                  {t('selected')}
                </Table.Th>
                {[found.before, found.after].map((side, i) => (
                  <Table.Td key={i === 0 ? 'before' : 'after'} className="number">
                    {side === null ? '–' : `${format.count(side.hits)} / ${format.count(side.selected)}`}
                  </Table.Td>
                ))}
              </Table.Tr>
            </Table.Tbody>
          </Table>
        </>
      )}
    </Card>
  );
}
