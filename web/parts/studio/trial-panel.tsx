/** What a draft would do, beside the draft: numbers stay where they are while newer ones come. */

import {
  ActionIcon,
  Anchor,
  Card,
  Group,
  Loader,
  Progress,
  SegmentedControl,
  SimpleGrid,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconArrowDown, IconArrowRight, IconArrowUp, IconRefresh } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
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
import type { OutcomeAsked, TrialState } from '../../trials.ts';
import { Failure } from '../failure.tsx';
import { BehindNumber, type BehindOf } from './behind.tsx';
import { OutcomeCard } from './outcome.tsx';

const Distribution = lazy(() => import('./distribution.tsx'));

const MOVES_SHOWN = 6;
const RULES_SHOWN = 8;

export function TrialPanel({
  trial,
  outcome,
  onOutcome,
}: {
  readonly trial: TrialState;
  readonly outcome: OutcomeAsked | null;
  readonly onOutcome: (outcome: OutcomeAsked | null) => void;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [behind, setBehind] = useState<{ readonly of: BehindOf; readonly title: string } | null>(null);
  const [refreshing, setRefreshing] = useState(false);
  const { tried } = trial;
  const refresh = async () => {
    setRefreshing(true);
    await trial.refresh().finally(() => setRefreshing(false));
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Title order={2}>{t('trial')}</Title>
        <Group gap={4} wrap="nowrap">
          <span style={{ width: 18, height: 18 }} aria-hidden>
            {!trial.isFresh && trial.error === null && trial.problems.length === 0 && <Loader size={16} />}
          </span>
          <Tooltip label={t('refreshHint')}>
            <ActionIcon variant="default" aria-label={t('refresh')} loading={refreshing} onClick={refresh}>
              <IconRefresh aria-hidden size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <Text size="xs" c="dimmed" mih="1.25rem" aria-live="polite">
        {tried === null
          ? t('baseLoading', { share: format.count(Math.round((trial.base?.share ?? 0) * 100)) })
          : [
              t('asOfBase', { at: format.moment(tried.asOf), contacts: format.count(tried.contacts) }),
              tried.before === null
                ? t('againstNothing')
                : t('against', { model: tried.before.name, version: tried.before.version }),
            ].join(' ')}
      </Text>
      {trial.error !== null && <Failure error={trial.error} again={refresh} />}
      {trial.problems.length > 0 && tried !== null && (
        <Text size="xs" role="status">
          {t('numbersOfBefore')}
        </Text>
      )}
      {tried === null ? (
        trial.error === null && (
          <>
            <Progress value={(trial.base?.share ?? 0) * 100} aria-label={t('trial')} />
            <Skeleton h={64} />
            <Skeleton h={160} />
            <Skeleton h={240} />
          </>
        )
      ) : (
        <div data-fresh={trial.isFresh} className="tried">
          <Stack gap="sm">
            <Headline tried={tried} />
            <Stages tried={tried} show={setBehind} />
            <Scores tried={tried} />
            <Rules tried={tried} show={setBehind} />
            <OutcomeCard tried={tried} asked={outcome} onChange={onOutcome} />
          </Stack>
        </div>
      )}
      <BehindNumber document={trial.text} asked={behind} onClose={() => setBehind(null)} />
    </Stack>
  );
}

type Show = (asked: { readonly of: BehindOf; readonly title: string }) => void;

function Headline({ tried }: { readonly tried: Tried }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const moved = tried.moves.reduce((sum, { contacts }) => sum + contacts, 0);
  const up = tried.moves
    .filter((move) => directionOf(tried, move) === 'up')
    .reduce((sum, { contacts }) => sum + contacts, 0);
  const numbers = [
    { label: t('moved'), value: moved },
    { label: t('movedUp'), value: up },
    { label: t('movedDown'), value: moved - up },
    { label: t('handoffs'), value: handoffsOf(tried) },
  ];
  return (
    <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="xs" component="dl" m={0}>
      {numbers.map(({ label, value }) => (
        <Card key={label} withBorder padding="xs">
          <Text size="xs" c="dimmed" component="dt" className="breaks">
            {label}
          </Text>
          <Text fw={650} fz="lg" component="dd" m={0} className="figures">
            {format.count(value)}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function usePlace() {
  const { t } = useTranslation('studio');
  return ({ stage, disqualified }: Place): string => (disqualified ? t('disqualified') : (stage ?? t('noStage')));
}

function Stages({ tried, show }: { readonly tried: Tried; readonly show: Show }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const nameOf = usePlace();
  const [all, setAll] = useState(false);
  const moves = movesOf(tried);
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
                <Table.Td className="number">{place.before === null ? '–' : format.count(place.before)}</Table.Td>
                <Table.Td className="number">{format.count(place.after)}</Table.Td>
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
                <Anchor
                  component="button"
                  size="sm"
                  className="figures"
                  aria-label={t('showWho', { count: move.contacts, shown: format.count(move.contacts), what: title })}
                  onClick={() => show({ of: { kind: 'move', from: move.from, to: move.to }, title })}
                >
                  {format.count(move.contacts)}
                </Anchor>
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
    </Card>
  );
}

function Scores({ tried }: { readonly tried: Tried }) {
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
        {[
          t('changedOf', { changed: format.count(score.changed), contacts: format.count(tried.contacts) }),
          score.mean.after === null
            ? null
            : t('meanOf', {
                before: score.mean.before === null ? '–' : format.points(score.mean.before),
                after: format.points(score.mean.after),
              }),
        ]
          .filter((part) => part !== null)
          .join(' ')}
      </Text>
      <Suspense fallback={<Skeleton h={220} />}>
        <Distribution score={score} />
      </Suspense>
    </Card>
  );
}

function Rules({ tried, show }: { readonly tried: Tried; readonly show: Show }) {
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
}

function RuleRow({ rule, bar, show }: { readonly rule: RuleResult; readonly bar: number; readonly show: Show }) {
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
        {rule.contacts === 0 ? (
          '0'
        ) : (
          <Anchor
            component="button"
            size="sm"
            aria-label={t('showWho', { count: rule.contacts, shown: format.count(rule.contacts), what: rule.id })}
            onClick={() => show({ of: { kind: 'rule', rule: rule.id, differs: false }, title: rule.id })}
          >
            {format.count(rule.contacts)}
          </Anchor>
        )}
      </Table.Td>
      <Table.Td className="number">{format.signed(Math.round(rule.total))}</Table.Td>
      <Table.Td className="number">
        {rule.differs === 0 ? (
          '0'
        ) : (
          <Anchor
            component="button"
            size="sm"
            aria-label={t('showDiffers', { count: rule.differs, shown: format.count(rule.differs), what: rule.id })}
            onClick={() => show({ of: { kind: 'rule', rule: rule.id, differs: true }, title: rule.id })}
          >
            {format.count(rule.differs)}
          </Anchor>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
