/** The numbers of a trial: who stands where, scores and their thresholds, rules; each opens who is behind it. */

import { Anchor, Card, Group, SegmentedControl, SimpleGrid, Table, Text, Title } from '@mantine/core';
import { IconArrowDown, IconArrowRight, IconArrowUp } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tried } from '../../answers.ts';
import { useFormat } from '../../format.ts';
import {
  barOf,
  byShare,
  differenceOf,
  directionOf,
  handoffsOf,
  movesOf,
  type Place,
  placeKey,
  type RuleResult,
} from '../../trial.model.ts';
import { type Asked, type Show, Who } from './behind.tsx';
import { Distribution } from './distribution.tsx';

const MOVES_SHOWN = 6;
const RULES_SHOWN = 8;

export const Headline = memo(function Headline({ tried, show }: { readonly tried: Tried; readonly show: Show }) {
  const { t } = useTranslation('studio');
  const moved = tried.moves.reduce((sum, { contacts }) => sum + contacts, 0);
  const up = tried.moves
    .filter((move) => directionOf(tried, move) === 'up')
    .reduce((sum, { contacts }) => sum + contacts, 0);
  const numbers = [
    { label: t('moved'), value: moved, of: { kind: 'moved', way: 'any' } },
    { label: t('movedUp'), value: up, of: { kind: 'moved', way: 'up' } },
    { label: t('movedDown'), value: moved - up, of: { kind: 'moved', way: 'down' } },
    { label: t('handoffs'), value: handoffsOf(tried), of: { kind: 'handoff', stage: null } },
  ] as const;
  return (
    <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="xs" component="dl" m={0}>
      {numbers.map(({ label, value, of }) => (
        <Card key={label} withBorder padding="xs">
          <Text size="xs" c="dimmed" component="dt" className="breaks">
            {label}
          </Text>
          <Text fw={650} fz="lg" component="dd" m={0} className="figures">
            <Who count={value} asked={{ of, title: label }} show={show} />
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
});

function usePlace() {
  const { t } = useTranslation('studio');
  return ({ stage, disqualified }: Place): string => (disqualified ? t('disqualified') : (stage ?? t('noStage')));
}

export const Stages = memo(function Stages({ tried, show }: { readonly tried: Tried; readonly show: Show }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const nameOf = usePlace();
  const [all, setAll] = useState(false);
  const moves = movesOf(tried);
  const entered = tried.handoffs.filter(({ contacts }) => contacts > 0);
  const at = ({ stage, disqualified }: Place, side: 'before' | 'after'): Asked => ({
    of: { kind: 'stage', place: { stage, disqualified }, side },
    title: `${nameOf({ stage, disqualified })}, ${t(side)}`,
  });
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby="trial-stages">
      <Title order={3} size="h5" id="trial-stages">
        {t('stages')}
      </Title>
      <Table verticalSpacing={4} aria-labelledby="trial-stages">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('stage')}</Table.Th>
            <Table.Th className="number">{t('before')}</Table.Th>
            <Table.Th className="number">{t('after')}</Table.Th>
            <Table.Th className="number">{t('difference')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tried.stages.map((place) => {
            const difference = differenceOf(place.before, place.after);
            return (
              <Table.Tr key={placeKey(place)}>
                <Table.Th scope="row" fw={400} className="breaks">
                  {nameOf(place)}
                </Table.Th>
                <Table.Td className="number">
                  {place.before === null ? '–' : <Who count={place.before} asked={at(place, 'before')} show={show} />}
                </Table.Td>
                <Table.Td className="number">
                  <Who count={place.after} asked={at(place, 'after')} show={show} />
                </Table.Td>
                <Table.Td className="number">{difference === null ? '–' : format.signed(difference)}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      {tried.before !== null && (
        <Text size="sm" c="dimmed" mt="xs">
          {moves.length === 0 ? t('noMoves') : t('movesHint')}
        </Text>
      )}
      <ul className="items">
        {moves.slice(0, all ? moves.length : MOVES_SHOWN).map((move) => {
          const isUp = directionOf(tried, move) === 'up';
          const title = t('moveOf', { from: nameOf(move.from), to: nameOf(move.to) });
          return (
            <li key={`${placeKey(move.from)} ${placeKey(move.to)}`}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Group gap={4} wrap="nowrap" style={{ minWidth: 0 }}>
                  {isUp ? (
                    <IconArrowUp size={14} aria-label={t('up')} />
                  ) : (
                    <IconArrowDown size={14} aria-label={t('down')} />
                  )}
                  <Text size="sm" className="breaks">
                    {nameOf(move.from)} <IconArrowRight size={12} aria-hidden /> {nameOf(move.to)}
                  </Text>
                </Group>
                <Text size="sm" component="span">
                  <Who
                    count={move.contacts}
                    asked={{ of: { kind: 'move', from: move.from, to: move.to }, title }}
                    show={show}
                  />
                </Text>
              </Group>
            </li>
          );
        })}
      </ul>
      {moves.length > MOVES_SHOWN && (
        <Anchor component="button" size="sm" onClick={() => setAll(!all)}>
          {all ? t('showFewer') : t('showAll', { shown: format.count(moves.length) })}
        </Anchor>
      )}
      {entered.length > 0 && (
        <>
          <Text size="sm" c="dimmed" mt="xs">
            {t('handoffsHint')}
          </Text>
          <ul className="items">
            {entered.map(({ stage, contacts }) => (
              <li key={stage}>
                <Group justify="space-between" gap="xs" wrap="nowrap">
                  <Text size="sm" className="breaks">
                    {stage}
                  </Text>
                  <Text size="sm" component="span">
                    <Who
                      count={contacts}
                      asked={{ of: { kind: 'handoff', stage }, title: t('handoffsTo', { stage }) }}
                      show={show}
                    />
                  </Text>
                </Group>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
});

export const Scores = memo(function Scores({ tried, show }: { readonly tried: Tried; readonly show: Show }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [chosen, setChosen] = useState<string | null>(null);
  const names = tried.scores.map(({ name }) => name);
  const main = names.includes('total') ? 'total' : names.at(-1);
  const score = tried.scores.find(({ name }) => name === chosen) ?? tried.scores.find(({ name }) => name === main);
  if (score === undefined) return null;
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby="trial-scores">
      <Title order={3} size="h5" id="trial-scores">
        {t('distribution')}
      </Title>
      {names.length > 1 && (
        <div className="scrolls">
          <SegmentedControl
            size="xs"
            my="xs"
            aria-label={t('score')}
            data={names}
            value={score.name}
            onChange={setChosen}
          />
        </div>
      )}
      <Text size="xs" c="dimmed" mih="1.25rem">
        <Who
          count={score.changed}
          asked={{ of: { kind: 'score', score: score.name }, title: t('otherScore', { score: score.name }) }}
          show={show}
        >
          {t('changedOf', { changed: format.count(score.changed), contacts: format.count(tried.contacts) })}
        </Who>{' '}
        {score.mean.after !== null &&
          t('meanOf', {
            before: score.mean.before === null ? '–' : format.points(score.mean.before),
            after: format.points(score.mean.after),
          })}
      </Text>
      <Distribution score={score} show={show} />
      <Thresholds score={score} show={show} />
    </Card>
  );
});

/** Grades and bands as thresholds: how many come over each of them, and who. */
const Thresholds = memo(function Thresholds({
  score,
  show,
}: {
  readonly score: Tried['scores'][number];
  readonly show: Show;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  // Everybody with a score is above the lowest one.
  const rungs = score.rungs.filter(({ of }, i) => score.rungs[i + 1]?.of === of);
  if (rungs.length === 0) return null;
  const title = t('thresholds');
  return (
    <Table.ScrollContainer minWidth={400} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={4} horizontalSpacing={6} mt="xs" aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{title}</Table.Th>
            <Table.Th className="number">{t('before')}</Table.Th>
            <Table.Th className="number">{t('after')}</Table.Th>
            <Table.Th className="number">{t('crossUp')}</Table.Th>
            <Table.Th className="number">{t('crossDown')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rungs.map(({ of, name, above, ...cross }) => (
            <Table.Tr key={`${of} ${name}`}>
              <Table.Th scope="row" fw={400} miw={110}>
                {t(`rung.${of}`, { name })}
              </Table.Th>
              <Table.Td className="number">{above.before === null ? '–' : format.count(above.before)}</Table.Td>
              <Table.Td className="number">{format.count(above.after)}</Table.Td>
              {(['up', 'down'] as const).map((way) => (
                <Table.Td key={way} className="number">
                  <Who
                    count={cross[way]}
                    asked={{
                      of: { kind: 'rung', score: score.name, of, name, way },
                      title: t(way === 'up' ? 'comesAbove' : 'fallsBelow', { score: score.name, rung: name }),
                    }}
                    show={show}
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
});

export const Rules = memo(function Rules({ tried, show }: { readonly tried: Tried; readonly show: Show }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [all, setAll] = useState(false);
  const rules = byShare(tried.rules);
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby="trial-rules">
      <Title order={3} size="h5" id="trial-rules">
        {t('contributions')}
      </Title>
      <Table verticalSpacing={4} layout="fixed" aria-labelledby="trial-rules">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="40%">{t('rule')}</Table.Th>
            <Table.Th className="number">{t('leadsOf')}</Table.Th>
            <Table.Th className="number">{t('givesInAll')}</Table.Th>
            <Table.Th className="number">{t('differs')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rules.slice(0, all ? rules.length : RULES_SHOWN).map((rule) => (
            <RuleRow key={`${rule.score} ${rule.id}`} rule={rule} bar={barOf(rule, rules)} show={show} />
          ))}
        </Table.Tbody>
      </Table>
      {rules.length > RULES_SHOWN && (
        <Anchor component="button" size="sm" onClick={() => setAll(!all)}>
          {all ? t('showFewer') : t('showAll', { shown: format.count(rules.length) })}
        </Anchor>
      )}
    </Card>
  );
});

const RuleRow = memo(function RuleRow({
  rule,
  bar,
  show,
}: {
  readonly rule: RuleResult;
  readonly bar: number;
  readonly show: Show;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} className="breaks">
        <Text size="sm">{rule.id}</Text>
        <Text size="xs" c="dimmed">
          {rule.state === 'same' ? rule.score : `${rule.score} · ${t(`ruleState.${rule.state}`)}`}
        </Text>
        <span className={rule.total < 0 ? 'bar takes' : 'bar'} style={{ width: `${Math.max(1, bar * 100)}%` }} />
      </Table.Th>
      <Table.Td className="number">
        <Who
          count={rule.contacts}
          asked={{ of: { kind: 'rule', rule: rule.id, differs: false }, title: rule.id }}
          show={show}
        />
      </Table.Td>
      <Table.Td className="number">{format.signed(Math.round(rule.total))}</Table.Td>
      <Table.Td className="number">
        <Who
          count={rule.differs}
          asked={{ of: { kind: 'rule', rule: rule.id, differs: true }, title: t('otherPoints', { rule: rule.id }) }}
          show={show}
        />
      </Table.Td>
    </Table.Tr>
  );
});
