/** How well the draft would have told who succeeds, beside the version that serves. */

import { Autocomplete, Card, Group, Table, Text, Title } from '@mantine/core';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tried } from '../../answers.ts';
import { eventNames } from '../../fields.model.ts';
import { useFormat } from '../../format.ts';
import { answers, DAYS, type OutcomeSearch, POINTS, type SuccessKind, successKinds } from '../../trial.model.ts';
import { Amount, Choice } from './inputs.tsx';
import { useActs, useDraft, useShared } from './studio.ts';

const MEASURES = ['precision', 'recall', 'lift', 'auc'] as const;
/** Below so many outcomes the shares are mostly chance. */
const FEW = 30;

interface Asked {
  readonly search: OutcomeSearch;
  readonly onSearch: (search: OutcomeSearch) => void;
}

/** What may be chosen of the draft. */
interface Names {
  readonly stages: readonly string[];
  /** Scores that are numbers. */
  readonly scores: readonly string[];
}

export function OutcomeCard({ tried, search, onSearch }: Asked & { readonly tried: Tried }) {
  const { view } = useDraft();
  const names = useShared<Names>({
    stages: view.stages.map(({ id }) => id),
    scores: view.scores.filter(({ kind }) => kind !== 'grid').map(({ name }) => name),
  });
  return <Outcome found={tried.outcome} search={search} onSearch={onSearch} names={names} />;
}

const Outcome = memo(function Outcome({
  found,
  search,
  onSearch,
  names,
}: Asked & { readonly found: Tried['outcome']; readonly names: Names }) {
  const { t, i18n } = useTranslation('studio');
  const format = useFormat();
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
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
      <Success search={search} onSearch={onSearch} names={names} />
      {search.outcome !== undefined && <Selected search={search} onSearch={onSearch} names={names} />}
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
});

type Part = Asked & { readonly names: Names };

/** What counts as success, and since when. */
function Success({ search, onSearch, names }: Part) {
  const { t } = useTranslation('studio');
  const { fields } = useActs();
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
    const stage = names.stages.at(-1);
    if (kind === 'event') set({ by: undefined, outcome: undefined });
    else set({ by: kind, outcome: kind === 'stage' ? stage : answers[0] });
  };
  return (
    <Group gap="xs" align="end" my="xs">
      <Choice<SuccessKind>
        label={t('outcomeBy')}
        value={by}
        among={successKinds
          .filter((kind) => kind !== 'stage' || names.stages.length > 0)
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
          among={names.stages.map((id) => ({ value: id, label: id }))}
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
function Selected({ search, onSearch, names }: Part) {
  const { t } = useTranslation('studio');
  const { stage, score, points = POINTS } = search;
  return (
    <Group gap="xs" align="end" mb="xs">
      <Choice
        label={t('readAt')}
        value={score ?? BY_STAGE}
        among={[
          { value: BY_STAGE, label: t('readAt.stage') },
          ...names.scores.map((name) => ({ value: name, label: t('readAt.score', { score: name }) })),
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
        names.stages.length > 0 && (
          <Choice
            label={t('readStage')}
            value={stage ?? names.stages.at(-1) ?? ''}
            among={names.stages.map((id) => ({ value: id, label: id }))}
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
