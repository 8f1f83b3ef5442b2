/** One score: what it is made of, its range, groups, grades and bands, and its rules by group with what each gives. */

import { Badge, Button, Card, Collapse, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { inline } from '../../document.model.ts';
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
} from '../../studio.model.ts';
import { Item } from './item.tsx';
import { RuleForm } from './rule-form.tsx';
import { ScoreForm } from './score-form.tsx';
import { keyOf, useStudio } from './studio.ts';

export function ScoreCard({
  score,
  onComment,
}: {
  readonly score: ScoreView;
  readonly onComment: (rule: string) => void;
}) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const { value, canEdit, change, setOpen } = useStudio();
  const [shown, { toggle }] = useDisclosure(false);
  const range =
    score.range === null
      ? null
      : t('range', { low: format.points(score.range[0]), high: format.points(score.range[1]) });
  const id = `score-${keyOf(score.path)}`;
  const add = (kind: RuleView['kind']) => {
    const { document, path } = addRule(value, score, kind);
    change(document);
    setOpen(keyOf(path));
    requestAnimationFrame(() => lineOf(`line-${keyOf(path)}`)?.focus());
  };
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
          <code>{inline(Object.fromEntries(Object.entries(score.value).filter(([key]) => key !== 'range')))}</code>
        </Text>
      )}
      {byGroup(score).map(({ group, rules }) => (
        <GroupOf key={group ?? ''} score={score} group={group} rules={rules} onComment={onComment} />
      ))}
    </Card>
  );
}

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
  const { value, change, rename, setOpen } = useStudio();
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
          <Item
            key={keyOf(rule.path)}
            path={rule.path}
            id={rule.id}
            fallback={saysOf(rule)}
            numbers={<Numbers rule={rule} />}
            actions={{
              move: (by) => {
                const { document, path } = moveRule(value, score, rule, by);
                change(document);
                return path;
              },
              duplicate: () => {
                const { document, path } = duplicateRule(value, rule);
                change(document);
                setOpen(keyOf(path));
              },
              remove: () => {
                change(removeItem(value, rule.path));
                setOpen(null);
              },
              rename: () => rename({ kind: 'rule', rule }),
              comment: () => onComment(rule.id),
            }}
          >
            <RuleForm rule={rule} score={score} />
          </Item>
        ))}
      </ul>
    </Stack>
  );
}

/** What the rule says in the model's own words, without what is shown beside it. */
function saysOf({ value }: RuleView): string {
  const { id: _id, group: _group, points: _points, pointsEach: _each, ...rest } = value;
  return inline(rest).slice(2, -2);
}

/** Points, how many contacts get some, and what that comes to; the width is kept while nothing is known. */
function Numbers({ rule }: { readonly rule: RuleView }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const { resultOf } = useStudio();
  const result = resultOf(rule.id);
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
          : t('gives', { contacts: format.count(result.contacts), total: format.signed(Math.round(result.total)) })}
      </Text>
    </span>
  );
}
