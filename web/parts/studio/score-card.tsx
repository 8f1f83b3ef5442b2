/** One score: what it is made of, its range, groups, grades and bands, and its rules by group with what each gives. */

import { Badge, Button, Card, Collapse, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconPlus } from '@tabler/icons-react';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../answers.ts';
import { useFormat } from '../../format.ts';
import { kindsFor } from '../../rule.model.ts';
import {
  addRule,
  byGroup,
  duplicateRule,
  moveRule,
  type RuleView,
  removeItem,
  type ScoreView,
  scoreOf,
} from '../../studio.model.ts';
import type { RuleResult } from '../../trial.model.ts';
import { inline } from '../../written.model.ts';
import { Item } from './item.tsx';
import { RuleForm } from './rule-form.tsx';
import { ScoreForm } from './score-form.tsx';
import { keyOf, useActs, useSaid } from './studio.ts';

export const ScoreCard = memo(function ScoreCard({
  score,
  onComment,
}: {
  readonly score: ScoreView;
  readonly onComment: (rule: string) => void;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const { canEdit, now, change, setOpen } = useActs();
  const [shown, { toggle }] = useDisclosure(false);
  const range =
    score.range === null
      ? null
      : t('range', { low: format.points(score.range[0]), high: format.points(score.range[1]) });
  const id = `score-${keyOf(score.path)}`;
  const add = (kind: RuleView['kind']) => {
    const { document, path } = addRule(now().value, score, kind);
    change(document);
    setOpen(keyOf(path));
    requestAnimationFrame(() => lineOf(`line-${keyOf(path)}`)?.focus());
  };
  const says = useMemo(
    () => inline(Object.fromEntries(Object.entries(score.value).filter(([key]) => key !== 'range'))),
    [score.value],
  );
  return (
    <Card withBorder padding="sm" component="section" aria-labelledby={id}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Title order={3} size="h4" id={id} tabIndex={-1} className="breaks">
            {score.name}
          </Title>
          {score.ofCompany && <Badge variant="outline">{t('company')}</Badge>}
          <Text size="sm" c="dimmed">
            {[t(`score.${score.kind}`), range].filter((part) => part !== null).join(' · ')}
          </Text>
        </Group>
        <Group gap={4}>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-expanded={shown}
            leftSection={<IconAdjustmentsHorizontal aria-hidden size={16} />}
            onClick={toggle}
          >
            {t('scoreSettings')}
          </Button>
          {canEdit && score.kind === 'rules' && (
            <Menu position="bottom-end" withinPortal>
              <Menu.Target>
                <Button size="compact-sm" variant="light" leftSection={<IconPlus aria-hidden size={16} />}>
                  {t('addRule')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {kindsFor(score.ofCompany).map((kind) => (
                  <Menu.Item key={kind} onClick={() => add(kind)}>
                    {t(`kind.${kind}`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Group>
      <Collapse expanded={shown} keepMounted={false}>
        <fieldset className="plain" disabled={!canEdit}>
          <ScoreForm score={score} />
        </fieldset>
      </Collapse>
      {score.kind === 'rules' && score.rules.length === 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('noRules')}
        </Text>
      )}
      {score.kind !== 'rules' && (
        <Text size="sm" mt="xs" className="breaks">
          <code>{says}</code>
        </Text>
      )}
      {byGroup(score).map(({ group, rules }) => (
        <GroupOf key={group ?? ''} score={score} group={group} rules={rules} onComment={onComment} />
      ))}
    </Card>
  );
});

const lineOf = (id: string) => document.getElementById(id);

function GroupOf({
  score,
  group,
  rules,
  onComment,
}: {
  readonly score: ScoreView;
  readonly group: string | null;
  readonly rules: readonly RuleView[];
  readonly onComment: (rule: string) => void;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const { open, sentenceAt, resultOf, problemsAt } = useSaid();
  const range = score.groups.find(({ name }) => name === group)?.range ?? null;
  return (
    <Stack gap={4} mt="xs" className={group === null ? '' : 'group'}>
      {group !== null && (
        <Text size="sm" fw={600}>
          {range === null
            ? t('groupHeading', { group })
            : t('groupWithin', { group, low: format.points(range[0]), high: format.points(range[1]) })}
        </Text>
      )}
      <ul className="items">
        {rules.map((rule) => (
          <RuleItem
            key={keyOf(rule.path)}
            rule={rule}
            isOpen={open === keyOf(rule.path)}
            said={sentenceAt(rule.path)}
            result={resultOf(rule.id)}
            problems={problemsAt(rule.path)}
            onComment={onComment}
          />
        ))}
      </ul>
    </Stack>
  );
}

/** Drawn anew where something of this very rule changed: an edit leaves all the others as they stand. */
const RuleItem = memo(function RuleItem({
  rule,
  result,
  said,
  onComment,
  ...shown
}: {
  readonly rule: RuleView;
  readonly isOpen: boolean;
  readonly said: string | undefined;
  readonly result: RuleResult | undefined;
  readonly problems: readonly Problem[];
  readonly onComment: (rule: string) => void;
}) {
  const { now, change, rename, setOpen } = useActs();
  return (
    <Item
      {...shown}
      path={rule.path}
      id={rule.id}
      said={said ?? <code>{saysOf(rule)}</code>}
      numbers={<Numbers rule={rule} result={result} />}
      actions={{
        move: (by) => {
          const { value, view } = now();
          const { document, path } = moveRule(value, scoreOf(view, rule), rule, by);
          change(document);
          return path;
        },
        duplicate: () => {
          const { document, path } = duplicateRule(now().value, rule);
          change(document);
          setOpen(keyOf(path));
        },
        remove: () => {
          change(removeItem(now().value, rule.path));
          setOpen(null);
        },
        rename: () => rename({ kind: 'rule', rule }),
        comment: () => onComment(rule.id),
      }}
    >
      <RuleForm rule={rule} />
    </Item>
  );
});

/** What the rule says in the model's own words, without what is shown beside it. */
function saysOf({ value }: RuleView): string {
  const { id: _id, group: _group, points: _points, pointsEach: _each, ...rest } = value;
  return inline(rest).slice(2, -2);
}

/** Points, how many contacts get some, and what that comes to; the width is kept while nothing is known. */
function Numbers({ rule, result }: { readonly rule: RuleView; readonly result: RuleResult | undefined }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  return (
    <span className="numbers">
      <Text span size="sm" fw={600} className={(rule.points ?? 0) < 0 ? 'number warns' : 'number'}>
        {rule.points === null ? '–' : format.signed(rule.points)}
        {rule.each && (
          <Text span size="xs" c="dimmed">
            {' '}
            {t('eachShort')}
          </Text>
        )}
      </Text>
      <Text span size="xs" c="dimmed" className="number">
        {result === undefined
          ? '\u00a0'
          : t('gives', {
              count: result.contacts,
              contacts: format.count(result.contacts),
              total: format.signed(Math.round(result.total)),
            })}
      </Text>
    </span>
  );
}
