/** What a score is besides its rules: range, groups, weights, grades and bands. */

import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCursorText, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { freeName, type Rung, removeScore, type ScoreView, setLadder } from '../../studio.model.ts';
import { isValues, put } from '../../values.model.ts';
import { Amount, Choice, Name, Remove } from './inputs.tsx';
import { keyOf, useActs, useDraft } from './studio.ts';

export function ScoreForm({ score }: { readonly score: ScoreView }) {
  const { t } = useTranslation('studio');
  const { now, change, rename } = useActs();
  const set = (part: readonly string[], next: unknown) =>
    change(put(now().value, [...score.path, ...part], next), `${keyOf(score.path)} ${part.join(' ')}`);
  return (
    <Stack gap="sm" mt="xs">
      {score.kind !== 'grid' && (
        <RangeOf label={t('rangeOf')} range={score.range} onChange={(range) => set(['range'], range)} />
      )}
      {score.kind === 'sum' && <Sum score={score} set={set} />}
      {score.kind === 'grid' && <Grid score={score} set={set} />}
      {score.kind === 'rollUp' && <RollUp score={score} set={set} />}
      {score.kind === 'rules' && <Groups score={score} />}
      {score.kind !== 'grid' &&
        (['grades', 'bands'] as const).map((what) => (
          <Ladder key={what} what={what} score={score} rungs={score[what]} />
        ))}
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconCursorText aria-hidden size={14} />}
          onClick={() => rename({ kind: 'score', score })}
        >
          {t('renameScore', { score: score.name })}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          leftSection={<IconTrash aria-hidden size={14} />}
          onClick={() => change(removeScore(now().value, score))}
        >
          {t('removeScore', { score: score.name })}
        </Button>
      </Group>
    </Stack>
  );
}

type Set = (part: readonly string[], next: unknown) => void;

function RangeOf({
  label,
  range,
  onChange,
}: {
  readonly label: string;
  readonly range: readonly [number, number] | null;
  readonly onChange: (range: readonly [number, number]) => void;
}) {
  const { t } = useTranslation('studio');
  const [low, high] = range ?? [0, 100];
  return (
    <Group gap="xs" align="end" role="group" aria-label={label}>
      <Amount
        label={t('low', { what: label })}
        w={130}
        value={low}
        onChange={(next) => onChange([next ?? low, high])}
      />
      <Amount
        label={t('high', { what: label })}
        w={130}
        value={high}
        onChange={(next) => onChange([low, next ?? high])}
      />
    </Group>
  );
}

function Sum({ score, set }: { readonly score: ScoreView; readonly set: Set }) {
  const { t } = useTranslation('studio');
  const { view } = useDraft();
  const own = isValues(score.value.sum) ? score.value.sum : {};
  const names = Object.keys(own);
  const others = (score.ofCompany ? view.companyScores : view.scores).filter(
    ({ kind, name }) => kind !== 'sum' && kind !== 'grid' && !names.includes(name),
  );
  return (
    <Stack gap={4}>
      <Text size="sm">{t('weights')}</Text>
      {names.map((name) => (
        <Group key={name} gap={4} align="end">
          <Amount
            label={name}
            value={typeof own[name] === 'number' ? own[name] : null}
            notZero
            min={-1000}
            max={1000}
            onChange={(weight) => set(['sum', name], weight)}
          />
          {names.length > 1 && (
            <Remove label={t('removePart', { what: name })} onClick={() => set(['sum', name], undefined)} />
          )}
        </Group>
      ))}
      <Group gap={4}>
        {others.map(({ name }) => (
          <Button
            key={name}
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus aria-hidden size={14} />}
            onClick={() => set(['sum', name], 1)}
          >
            {name}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

function Grid({ score, set }: { readonly score: ScoreView; readonly set: Set }) {
  const { t } = useTranslation('studio');
  const { view } = useDraft();
  const grid = Array.isArray(score.value.grid) ? score.value.grid.map(String) : ['', ''];
  const graded = (score.ofCompany ? view.companyScores : view.scores).filter(({ grades }) => grades.length > 0);
  const among = graded.map(({ name }) => name);
  return (
    <Group gap="xs" align="end">
      <Name
        label={t('gridFirst')}
        value={grid[0] ?? ''}
        among={among}
        onChange={(name) => set(['grid'], [name, grid[1]])}
      />
      <Name
        label={t('gridSecond')}
        value={grid[1] ?? ''}
        among={among}
        onChange={(name) => set(['grid'], [grid[0], name])}
      />
    </Group>
  );
}

const ROLL_UPS = ['sum', 'max', 'mean', 'top', 'diminishing'] as const;

function RollUp({ score, set }: { readonly score: ScoreView; readonly set: Set }) {
  const { t } = useTranslation('studio');
  const { view } = useDraft();
  const kind = ROLL_UPS.find((name) => name === score.value.rollUp) ?? 'top';
  const turn = (next: (typeof ROLL_UPS)[number]) => {
    const { n: _n, keep: _keep, rollUp: _rollUp, ...rest } = score.value;
    set([], { rollUp: next, ...(next === 'top' ? { n: 3 } : next === 'diminishing' ? { keep: '50%' } : {}), ...rest });
  };
  return (
    <Group gap="xs" align="end">
      <Choice
        label={t('rollUp')}
        value={kind}
        among={ROLL_UPS.map((value) => ({ value, label: t(`rollUp.${value}`) }))}
        onChange={turn}
      />
      <Name
        label={t('rollUpOf')}
        value={String(score.value.of ?? '')}
        among={view.scores.filter((one) => one.kind !== 'grid').map(({ name }) => name)}
        onChange={(name) => set(['of'], name)}
      />
      {kind === 'top' && (
        <Amount
          label={t('rollUpN')}
          value={typeof score.value.n === 'number' ? score.value.n : null}
          min={1}
          decimals={0}
          onChange={(n) => set(['n'], n)}
        />
      )}
      {kind === 'diminishing' && (
        <Amount
          label={t('rollUpKeep')}
          value={Number.parseFloat(String(score.value.keep ?? '50%'))}
          min={0.1}
          max={99.9}
          decimals={1}
          w={130}
          onChange={(keep) => set(['keep'], `${keep}%`)}
        />
      )}
    </Group>
  );
}

function Groups({ score }: { readonly score: ScoreView }) {
  const { t } = useTranslation('studio');
  const { now, change } = useActs();
  const path = [...score.path, 'groups'];
  const taken = score.groups.map(({ name }) => name);
  const set = (name: string, group: unknown) => {
    const last = group === undefined && taken.length === 1;
    const { value } = now();
    change(last ? put(value, path, undefined) : put(value, [...path, name], group), `${keyOf(path)} ${name}`);
  };
  return (
    <Stack gap={4}>
      <Text size="sm">{t('groups')}</Text>
      {score.groups.map(({ name, range }) => (
        <Group key={name} gap={4} align="end">
          <RangeOf label={name} range={range} onChange={(next) => set(name, { range: next })} />
          {score.rules.every(({ group }) => group !== name) && (
            <Remove label={t('removePart', { what: name })} onClick={() => set(name, undefined)} />
          )}
        </Group>
      ))}
      <Group>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus aria-hidden size={14} />}
          onClick={() => set(freeName(taken, 'group'), { range: [0, 20] })}
        >
          {t('addGroup')}
        </Button>
      </Group>
    </Stack>
  );
}

function Ladder({
  what,
  score,
  rungs,
}: {
  readonly what: 'grades' | 'bands';
  readonly score: ScoreView;
  readonly rungs: readonly Rung[];
}) {
  const { t } = useTranslation('studio');
  const { now, change } = useActs();
  const set = (next: readonly Rung[]) =>
    change(setLadder(now().value, score, what, next), `${keyOf(score.path)} ${what}`);
  const low = score.range?.[0] ?? 0;
  const add = () => {
    const name = freeName(
      rungs.map((rung) => rung.name),
      what === 'grades' ? 'A' : 'hot',
    );
    const from = rungs[0] === undefined ? low : rungs[0].from + 10;
    set([{ name, from }, ...rungs]);
  };
  return (
    <Stack gap={4}>
      <Text size="sm">{t(`ladder.${what}`)}</Text>
      {rungs.map((rung, i) => (
        <Group key={rung.name} gap={4} align="end">
          <Name
            label={t('rungName')}
            value={rung.name}
            w={110}
            onChange={(name) => {
              if (!rungs.some((other) => other.name === name))
                set(rungs.map((one, at) => (at === i ? { ...one, name } : one)));
            }}
          />
          <Amount
            label={t('rungFrom')}
            value={rung.from}
            onChange={(from) => set(rungs.map((one, at) => (at === i ? { ...one, from: from ?? one.from } : one)))}
          />
          <Remove label={t('removePart', { what: rung.name })} onClick={() => set(rungs.filter((_, at) => at !== i))} />
        </Group>
      ))}
      <Group>
        <Button size="compact-xs" variant="subtle" leftSection={<IconPlus aria-hidden size={14} />} onClick={add}>
          {t(what === 'grades' ? 'addGrade' : 'addBand')}
        </Button>
      </Group>
    </Stack>
  );
}
