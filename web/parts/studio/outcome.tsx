/** How well the draft would have told who succeeds, beside the version that serves. */

import { Autocomplete, Card, Group, Table, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tried } from '../../answers.ts';
import { eventNames } from '../../fields.model.ts';
import { useFormat } from '../../format.ts';
import { answers, DAYS, type OutcomeSearch, POINTS, type SuccessKind, successKinds } from '../../trial.model.ts';
import { Amount, Choice } from './inputs.tsx';
import { useStudio } from './studio.ts';

const MEASURES = ['precision', 'recall', 'lift', 'auc'] as const;
/** Below so many outcomes the shares are mostly chance. */
const FEW = 30;

export function OutcomeCard({
  tried,
  search,
  onSearch,
}: {
  readonly tried: Tried;
  readonly search: OutcomeSearch;
  readonly onSearch: (search: OutcomeSearch) => void;
}) {
  const { t, i18n } = useTranslation('studio');
  const format = useFormat();
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
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
      <Success search={search} onSearch={onSearch} />
      {search.outcome !== undefined && <Selected search={search} onSearch={onSearch} />}
      {found === null ? (
        <Text size="sm" c="dimmed" mt="xs">
          {t('outcomeHint')}
        </Text>
      ) : (
        <>
          <Text size="xs" c="dimmed" role="status">
            {[
              t('outcomeBase', {
                at: format.day(found.at),
                contacts: format.count(found.contacts),
                successes: format.count(found.successes),
              }),
              t('outcomeLeftOut', { later: format.count(found.later), already: format.count(found.already) }),
              ...(found.successes < FEW ? [t('outcomeFew')] : []),
            ].join(' ')}
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

interface Part {
  readonly search: OutcomeSearch;
  readonly onSearch: (search: OutcomeSearch) => void;
}

/** What counts as success, and since when. */
function Success({ search, onSearch }: Part) {
  const { t } = useTranslation('studio');
  const { view, fields } = useStudio();
  const { outcome, by = 'event', days = DAYS } = search;
  const [typed, setTyped] = useState(outcome ?? '');
  useEffect(() => setTyped(outcome ?? ''), [outcome]);
  const set = (next: OutcomeSearch) =>
    onSearch({ ...search, ...next, days: next.days === DAYS ? undefined : (next.days ?? search.days) });
  const give = (event: string) => {
    const name = event.trim();
    if (name !== (outcome ?? '')) set({ outcome: name === '' ? undefined : name });
  };
  const turn = (kind: SuccessKind) => {
    const stage = view.stages.at(-1)?.id;
    if (kind === 'event') set({ by: undefined, outcome: undefined });
    else set({ by: kind, outcome: kind === 'stage' ? stage : answers[0] });
  };
  return (
    <Group gap="xs" align="end" my="xs">
      <Choice<SuccessKind>
        label={t('outcomeBy')}
        value={by}
        among={successKinds
          .filter((kind) => kind !== 'stage' || view.stages.length > 0)
          .map((kind) => ({ value: kind, label: t(`outcomeBy.${kind}`) }))}
        onChange={turn}
      />
      {by === 'event' && (
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
      )}
      {by === 'stage' && (
        <Choice
          label={t('outcomeStage')}
          value={outcome ?? ''}
          among={view.stages.map(({ id }) => ({ value: id, label: id }))}
          onChange={(stage) => set({ outcome: stage })}
        />
      )}
      {by === 'answer' && (
        <Choice
          label={t('outcomeAnswer')}
          value={answers.find((one) => one === outcome) ?? answers[0]}
          among={answers.map((answer) => ({ value: answer, label: t(`answer.${answer}`) }))}
          onChange={(answer) => set({ outcome: answer })}
        />
      )}
      <Amount
        label={t('outcomeDays')}
        value={days}
        min={1}
        max={3650}
        decimals={0}
        onChange={(next) => next !== null && set({ days: next })}
      />
    </Group>
  );
}

const BY_STAGE = '';

/** Where it is read who was selected: a stage, or a score from some points on. */
function Selected({ search, onSearch }: Part) {
  const { t } = useTranslation('studio');
  const { view } = useStudio();
  const numbered = view.scores.filter(({ kind }) => kind !== 'grid').map(({ name }) => name);
  const { stage, score, points = POINTS } = search;
  return (
    <Group gap="xs" align="end" mb="xs">
      <Choice
        label={t('readAt')}
        value={score ?? BY_STAGE}
        among={[
          { value: BY_STAGE, label: t('readAt.stage') },
          ...numbered.map((name) => ({ value: name, label: t('readAt.score', { score: name }) })),
        ]}
        onChange={(name) =>
          onSearch({
            ...search,
            stage: undefined,
            score: name === BY_STAGE ? undefined : name,
            points: name === BY_STAGE ? undefined : points,
          })
        }
      />
      {score === undefined ? (
        view.stages.length > 0 && (
          <Choice
            label={t('readStage')}
            value={stage ?? view.stages.at(-1)?.id ?? ''}
            among={view.stages.map(({ id }) => ({ value: id, label: id }))}
            onChange={(next) => onSearch({ ...search, stage: next })}
          />
        )
      ) : (
        <Amount
          label={t('readPoints')}
          value={points}
          onChange={(next) => next !== null && onSearch({ ...search, points: next })}
        />
      )}
    </Group>
  );
}
