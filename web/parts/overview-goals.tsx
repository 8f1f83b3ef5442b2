/** What teams promised for the period that runs, and how much of it is reached; whoever may makes, changes, removes goals. */

import {
  Button,
  Card,
  Group,
  Modal,
  NativeSelect,
  NumberInput,
  Progress,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { List } from '../answers.ts';
import { call } from '../call.ts';
import type { Goal } from '../figures.ts';
import { useFormat } from '../format.ts';
import { useMe } from '../me.ts';
import { elapsed } from '../overview.model.ts';
import { Failure } from './failure.tsx';
import { Counting, Section, useFigures } from './figures.tsx';
import { DEALS } from './overview-weeks.tsx';

type Draft = Pick<Goal, 'team' | 'stage' | 'period' | 'amount' | 'most' | 'from'> & { readonly id: string | null };

export function GoalsOf({ stages, now }: { stages: readonly string[]; now: number }) {
  const { t } = useTranslation('overview');
  const me = useMe();
  const [draft, setDraft] = useState<Draft | null>(null);
  const found = useQuery({ queryKey: ['goals'], queryFn: () => call<List<Goal>>('GET', '/api/goals') });
  const may = me.data?.rights.includes('goal.write') === true;
  const today = new Date(now).toISOString().slice(0, 10);
  const fresh: Draft = {
    id: null,
    team: 'marketing',
    stage: stages[1] ?? stages[0] ?? null,
    period: 'month',
    amount: 5,
    most: null,
    from: today,
  };
  return (
    <Section
      title={t('goals')}
      says={t('goalsSays')}
      choice={
        may && (
          <Button variant="default" size="sm" onClick={() => setDraft(fresh)}>
            {t('newGoal')}
          </Button>
        )
      }
    >
      {found.isPending && <Counting height={120} />}
      {found.error && <Failure error={found.error} again={() => found.refetch()} />}
      {found.data?.items.length === 0 && <Text size="sm">{t(may ? 'noGoals' : 'noGoalsAsk')}</Text>}
      {found.data !== undefined && found.data.items.length > 0 && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {found.data.items.map((goal) => (
            <One key={goal.id} goal={goal} now={now} onChange={may ? () => setDraft(goal) : undefined} />
          ))}
        </SimpleGrid>
      )}
      <Modal
        opened={draft !== null}
        onClose={() => setDraft(null)}
        title={t(draft?.id == null ? 'newGoal' : 'changeGoal')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {draft !== null && <Form draft={draft} stages={stages} onDone={() => setDraft(null)} />}
      </Modal>
    </Section>
  );
}

function One({ goal, now, onChange }: { goal: Goal; now: number; onChange: (() => void) | undefined }) {
  const { t } = useTranslation('overview');
  const format = useFormat();
  const figures = useFigures();
  const { current } = goal;
  const reached = current?.reached ?? null;
  const over = current === null ? 0 : elapsed(current, now);
  const range = goal.most === null ? null : `${format.count(goal.amount)}–${format.count(goal.most)}`;
  const period = t(`each.${goal.period}`);
  const what = goal.stage === null ? t('won') : t('reaching', { stage: goal.stage });
  const name = `${t(`team.${goal.team}`)}: ${what}`;
  return (
    <Card withBorder padding="md" component="section" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" fw={600} className="breaks">
          {name}
        </Text>
        {onChange && (
          <Button size="compact-xs" variant="default" onClick={onChange} aria-label={t('changeNamed', { name })}>
            {t('change')}
          </Button>
        )}
      </Group>
      {current === null ? (
        <Text size="sm" c="dimmed" mt="xs">
          {range === null
            ? t('notNow', { count: goal.amount, period, from: figures.shortDay(goal.from) })
            : t('notNowRange', { range, period, from: figures.shortDay(goal.from) })}
        </Text>
      ) : (
        <>
          <Group gap={6} align="baseline" mt={4}>
            <Text fz={28} fw={700} lh={1.2} className="number">
              {reached === null ? '–' : format.count(reached)}
            </Text>
            <Text size="sm" c="dimmed">
              {range === null ? t('ofAmount', { count: goal.amount, period }) : t('ofRange', { range, period })}
            </Text>
          </Group>
          <div className="paced">
            <Progress
              value={Math.min(100, (100 * (reached ?? 0)) / goal.amount)}
              size="md"
              my={6}
              aria-label={t('progress', { name })}
            />
            <span className="pace" aria-hidden style={{ insetInlineStart: `${Math.min(100, 100 * over)}%` }} />
          </div>
          <Text size="xs" c="dimmed">
            {reached === null
              ? t('notCountable')
              : reached >= goal.amount
                ? t('met', { share: figures.share(over) })
                : t('missing', { count: goal.amount - reached, share: figures.share(over) })}
          </Text>
          {reached !== null && (
            <Text size="xs" c="dimmed">
              {t('pace', { due: figures.rounded(current.due) })}{' '}
              {current.end === null
                ? t('noLanding')
                : t('landing', {
                    expected: figures.rounded(current.end.expected),
                    low: figures.rounded(current.end.low),
                    high: figures.rounded(current.end.high),
                  })}{' '}
              {current.end !== null &&
                reached < goal.amount &&
                t('chance', { chance: figures.share(current.end.chance) })}
            </Text>
          )}
        </>
      )}
    </Card>
  );
}

function Form({ draft, stages, onDone }: { draft: Draft; stages: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation('overview');
  const queries = useQueryClient();
  const [goal, setGoal] = useState(draft);
  const [asks, setAsks] = useState(false);
  const done = async () => {
    await Promise.all(['goals', 'overview'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    onDone();
  };
  const { id, team, stage, period, amount, most, from } = goal;
  const path = id === null ? '/api/goals' : `/api/goals/${id}`;
  const save = useMutation({
    mutationFn: () => {
      const body = { team, stage, period, amount, most, from: from.slice(0, 10) };
      return call<Goal>(id === null ? 'POST' : 'PUT', path, { body });
    },
    onSuccess: done,
  });
  const remove = useMutation({ mutationFn: () => call('DELETE', path), onSuccess: done });
  const failed = save.error ?? remove.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <NativeSelect
          label={t('team')}
          value={team}
          onChange={(event) =>
            setGoal({ ...goal, team: event.currentTarget.value === 'sales' ? 'sales' : 'marketing' })
          }
          data={[
            { value: 'marketing', label: t('team.marketing') },
            { value: 'sales', label: t('team.sales') },
          ]}
          data-autofocus
        />
        <NativeSelect
          label={t('counted')}
          value={stage ?? DEALS}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setGoal({ ...goal, stage: value === DEALS ? null : value });
          }}
          data={[
            ...stages.map((name) => ({ value: name, label: t('reaching', { stage: name }) })),
            { value: DEALS, label: t('won') },
          ]}
        />
        <NumberInput
          label={t('amount')}
          value={amount}
          onChange={(value) => setGoal({ ...goal, amount: Number(value) })}
          min={1}
          max={1_000_000}
          allowDecimal={false}
        />
        <NumberInput
          label={t('most')}
          description={t('mostSays')}
          value={most ?? ''}
          onChange={(value) => setGoal({ ...goal, most: value === '' ? null : Number(value) })}
          min={amount}
          max={1_000_000}
          allowDecimal={false}
        />
        <NativeSelect
          label={t('period')}
          value={period}
          onChange={(event) =>
            setGoal({ ...goal, period: event.currentTarget.value === 'month' ? 'month' : 'quarter' })
          }
          data={[
            { value: 'month', label: t('each.month') },
            { value: 'quarter', label: t('each.quarter') },
          ]}
        />
        <TextInput
          type="date"
          label={t('goalFrom')}
          description={t('goalFromSays')}
          value={from.slice(0, 10)}
          onChange={(event) => setGoal({ ...goal, from: event.currentTarget.value })}
          required
        />
        {failed && <Failure error={failed} />}
        <Group justify="space-between">
          <Group gap="xs">
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
            <Button variant="default" onClick={onDone}>
              {t('cancel')}
            </Button>
          </Group>
          {id !== null && (
            <Button
              variant={asks ? 'filled' : 'default'}
              color="red.8"
              loading={remove.isPending}
              onClick={() => (asks ? remove.mutate() : setAsks(true))}
            >
              {t(asks ? 'removeSure' : 'remove')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
