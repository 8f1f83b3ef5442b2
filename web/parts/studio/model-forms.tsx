/** The whole model as forms, in the order of the document. */

import { Autocomplete, Button, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addScore, allRules, blankScore, freeName, type ScoreKind } from '../../studio.model.ts';
import { type Path, put } from '../../values.model.ts';
import { Name } from './inputs.tsx';
import { ScoreCard } from './score-card.tsx';
import { NamedList } from './stages.tsx';
import { keyOf, useActs, useDraft, useSaid, useShared } from './studio.ts';

/** Rules below which all can be seen without looking for one. */
const FEW = 3;

export const ModelForms = memo(function ModelForms({ onComment }: { readonly onComment: (rule: string) => void }) {
  const { t } = useTranslation('studio');
  const { view } = useDraft();
  const { now, canEdit, change } = useActs();
  const rules = useShared(allRules(view).map(({ id, path }) => ({ id, path })));
  return (
    <Stack gap="sm">
      <fieldset className="plain" disabled={!canEdit}>
        <Name
          label={t('modelTitle')}
          value={view.title}
          onChange={(title) => change(put(now().value, ['title'], title))}
        />
      </fieldset>
      {rules.length >= FEW && <FindRule rules={rules} />}
      <Title order={2}>{t('scores')}</Title>
      {view.scores.map((score) => (
        <ScoreCard key={keyOf(score.path)} score={score} onComment={onComment} />
      ))}
      {canEdit && <AddScore ofCompany={false} />}
      <Title order={2}>{t('whereTheyStand')}</Title>
      <NamedList what="disqualify" items={view.disqualify} />
      <NamedList what="stages" items={view.stages} />
      <Title order={2}>{t('companyScores')}</Title>
      {view.companyScores.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noCompanyScores')}
        </Text>
      )}
      {view.companyScores.map((score) => (
        <ScoreCard key={keyOf(score.path)} score={score} onComment={onComment} />
      ))}
      {canEdit && <AddScore ofCompany />}
    </Stack>
  );
});

/** Goes to a rule by its name or by what it says, and opens it. */
const FindRule = memo(function FindRule({
  rules,
}: {
  readonly rules: readonly { readonly id: string; readonly path: Path }[];
}) {
  const { t } = useTranslation('studio');
  const { setOpen } = useActs();
  const { sentenceAt } = useSaid();
  const [typed, setTyped] = useState('');
  const go = (id: string) => {
    const rule = rules.find((one) => one.id === id);
    setTyped('');
    if (rule === undefined) return;
    const key = keyOf(rule.path);
    setOpen(key);
    requestAnimationFrame(() => document.getElementById(`line-${key}`)?.focus());
  };
  return (
    <Autocomplete
      id="find-rule"
      size="xs"
      label={t('findRule')}
      leftSection={<IconSearch aria-hidden size={14} />}
      data={rules.map(({ id }) => id)}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={go}
      limit={12}
      autoSelectOnBlur={false}
      selectFirstOptionOnChange
      filter={({ options, search, limit }) => {
        const looked = search.trim().toLocaleLowerCase();
        const fits = (id: string) => {
          const rule = rules.find((one) => one.id === id);
          const said = rule === undefined ? '' : (sentenceAt(rule.path) ?? '');
          return `${id} ${said}`.toLocaleLowerCase().includes(looked);
        };
        return options.filter((option) => 'value' in option && fits(String(option.value))).slice(0, limit);
      }}
      renderOption={({ option }) => {
        const rule = rules.find((one) => one.id === option.value);
        return (
          <div>
            <Text size="sm">{option.value}</Text>
            <Text size="xs" c="dimmed" lineClamp={2}>
              {rule === undefined ? '' : sentenceAt(rule.path)}
            </Text>
          </div>
        );
      }}
    />
  );
});

const AddScore = memo(function AddScore({ ofCompany }: { readonly ofCompany: boolean }) {
  const { t } = useTranslation('studio');
  const { now, change } = useActs();
  const kinds: readonly ScoreKind[] = ofCompany ? ['rollUp', 'rules', 'sum', 'grid'] : ['rules', 'sum', 'grid'];
  const add = (kind: ScoreKind) => {
    const { value, view } = now();
    const own = ofCompany ? view.companyScores : view.scores;
    const name = freeName(
      own.map((score) => score.name),
      kind === 'grid' ? 'quadrant' : kind === 'sum' ? 'total' : 'score',
    );
    change(addScore(value, ofCompany, name, blankScore(kind, kind === 'rollUp' ? view.scores : own)));
  };
  return (
    <Group>
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button size="compact-sm" variant="light" leftSection={<IconPlus aria-hidden size={16} />}>
            {t(ofCompany ? 'addCompanyScore' : 'addScore')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((kind) => (
            <Menu.Item key={kind} onClick={() => add(kind)}>
              {t(`score.${kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
});
