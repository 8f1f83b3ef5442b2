/** One rule in a form: its kind first, then what that kind asks for. Each change is written into the text at once. */

import { Button, Group, Stack } from '@mantine/core';
import { IconCursorText, IconPlus } from '@tabler/icons-react';
import { memo, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { eventNames, fieldsIn, type Scope } from '../../fields.model.ts';
import {
  blankPart,
  kindsFor,
  namesIn,
  namesOut,
  type Part,
  partsToAdd,
  type RuleKind,
  shapeOf,
  toKind,
} from '../../rule.model.ts';
import { giveRule, type RuleView, scoreOf, setRule } from '../../studio.model.ts';
import { at, isValues, type Values } from '../../values.model.ts';
import { Conditions } from './conditions.tsx';
import { CountOf } from './counts.tsx';
import { DecayOf } from './decay.tsx';
import { Amount, Choice, Name, Names, Remove, Span } from './inputs.tsx';
import { keyOf, useActs, useDraft, useShared } from './studio.ts';

const NO_GROUP = '';

export function RuleForm({ rule }: { readonly rule: RuleView }) {
  const { t } = useTranslation('studio');
  const { view } = useDraft();
  const { now, change, rename, setOpen } = useActs();
  const score = scoreOf(view, rule);
  const { path } = rule;
  const write = useCallback(
    (next: Values, about: string) => change(setRule(now().value, path, next), `${keyOf(path)} ${about}`),
    [now, change, path],
  );
  const set = useCallback(
    (key: string, part: unknown) => {
      const own = at(now().value, path);
      if (isValues(own)) write({ ...own, [key]: part }, key);
    },
    [now, write, path],
  );
  const events = useShared([...namesIn(rule.value.on), ...namesIn(rule.value.silent)]);
  const { needs, may, points } = shapeOf(rule.kind);
  const parts = [...needs, ...may.filter((part) => Object.hasOwn(rule.value, part))];
  const homes = (score.ofCompany ? view.companyScores : view.scores).filter(({ kind }) => kind === 'rules');
  const toEach = (each: boolean) => {
    const { points: once, pointsEach, max, ...rest } = rule.value;
    const given = pointsEach ?? once;
    write(
      each ? { ...rest, pointsEach: given, ...(max === undefined ? {} : { max }) } : { ...rest, points: given },
      'each',
    );
  };
  return (
    <Stack gap="sm">
      <Group gap="xs" align="end">
        <Choice<RuleKind>
          label={t('kind')}
          value={rule.kind}
          among={kindsFor(score.ofCompany).map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
          onChange={(kind) => write(toKind(rule.value, rule.kind, kind), 'kind')}
        />
        <Amount
          label={t(rule.each ? 'pointsEach' : 'points')}
          value={rule.points}
          notZero
          onChange={(number) => set(rule.each ? 'pointsEach' : 'points', number)}
        />
        {points === 'either' && (
          <Choice
            label={t('often')}
            value={rule.each ? 'each' : 'once'}
            among={[
              { value: 'once', label: t('often.once') },
              { value: 'each', label: t('often.each') },
            ]}
            onChange={(often) => toEach(often === 'each')}
          />
        )}
        <Choice
          label={t('group')}
          value={rule.group ?? NO_GROUP}
          among={[
            { value: NO_GROUP, label: t('noGroup') },
            ...[
              ...new Set([...score.groups.map(({ name }) => name), ...(rule.group === null ? [] : [rule.group])]),
            ].map((name) => ({
              value: name,
              label: name,
            })),
          ]}
          onChange={(group) => set('group', group === NO_GROUP ? undefined : group)}
        />
        {homes.length > 1 && (
          <Choice
            label={t('inScore')}
            value={score.name}
            among={homes.map(({ name }) => ({ value: name, label: name }))}
            onChange={(name) => {
              const home = homes.find((one) => one.name === name);
              if (home === undefined || home.name === score.name) return;
              const given = giveRule(now().value, rule, home);
              change(given.document);
              setOpen(keyOf(given.path));
            }}
          />
        )}
      </Group>
      {parts.map((part) => (
        <Group key={part} gap={4} align="end" wrap="nowrap">
          <div style={{ flex: 1, minWidth: 0 }}>
            <PartOf part={part} own={rule.value[part]} events={events} ofCompany={score.ofCompany} set={set} />
          </div>
          {!needs.includes(part) && (
            <Remove label={t('removePart', { what: t(`part.${part}`) })} onClick={() => set(part, undefined)} />
          )}
        </Group>
      ))}
      <Group gap={4}>
        {partsToAdd(rule.value, rule.kind).map((part) => (
          <Button
            key={part}
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus aria-hidden size={14} />}
            onClick={() => set(part, blankPart(part))}
          >
            {t(`part.${part}`)}
          </Button>
        ))}
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconCursorText aria-hidden size={14} />}
          onClick={() => rename({ kind: 'rule', rule })}
        >
          {t('rename')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Conditions are dear to draw: other points leave them as they stand. */
const PartOf = memo(function PartOf({
  part,
  own,
  events,
  ofCompany,
  set,
}: {
  readonly part: Part;
  readonly own: unknown;
  /** The events that the rule is about. */
  readonly events: readonly string[];
  readonly ofCompany: boolean;
  readonly set: (key: string, value: unknown) => void;
}) {
  const { t } = useTranslation('studio');
  const { fields } = useActs();
  const label = t(`part.${part}`);
  const ofEvents: Scope = { of: 'event', names: events };
  const properties = fieldsIn(fields, ofEvents).map(({ name }) => name);
  switch (part) {
    case 'on':
    case 'unless':
    case 'silent':
      return (
        <Names
          label={label}
          value={namesIn(own)}
          among={[...eventNames(fields), 'any']}
          onChange={(names) => set(part, namesOut(names))}
        />
      );
    case 'same':
    case 'distinct':
      return (
        <Name label={label} value={String(own ?? '')} among={properties} w={200} onChange={(name) => set(part, name)} />
      );
    case 'after':
    case 'for':
    case 'gap':
    case 'within':
      return <Span label={label} value={String(own ?? '')} onChange={(span) => set(part, span)} />;
    case 'where':
      return (
        <Conditions
          label={label}
          scope={ofEvents}
          judgement={false}
          value={own}
          onChange={(value) => set(part, value)}
        />
      );
    case 'if':
      return (
        <Conditions
          label={label}
          scope={{ of: ofCompany ? 'company' : 'contact' }}
          judgement={false}
          value={own}
          onChange={(value) => set(part, value)}
        />
      );
    case 'contacts':
      return (
        <Conditions
          label={label}
          scope={{ of: 'contact' }}
          judgement
          value={own}
          onChange={(value) => set(part, value)}
        />
      );
    case 'count':
      return <CountOf value={own} onChange={(value) => set(part, value)} />;
    case 'limit': {
      const limit = isValues(own) ? own : {};
      return (
        <Group gap={4} align="end">
          <Amount
            label={label}
            value={typeof limit.times === 'number' ? limit.times : 1}
            min={1}
            decimals={0}
            onChange={(times) => set(part, { ...limit, times })}
          />
          <Choice
            label={t('per')}
            value={String(limit.per)}
            among={['day', 'week', 'ever'].map((per) => ({ value: per, label: t(`per.${per}`) }))}
            onChange={(per) => set(part, { ...limit, per })}
          />
        </Group>
      );
    }
    case 'amount': {
      const amount = isValues(own) ? own : {};
      return (
        <Group gap={4} align="end">
          <Name
            label={label}
            value={String(amount.property ?? '')}
            among={properties}
            w={170}
            onChange={(property) => set(part, { ...amount, property })}
          />
          <Amount
            label={t('unitSize')}
            value={typeof amount.unit === 'number' ? amount.unit : 1}
            min={0.001}
            onChange={(unit) => set(part, { ...amount, unit })}
          />
        </Group>
      );
    }
    case 'max':
      return (
        <Amount
          label={label}
          value={typeof own === 'number' ? own : null}
          min={0.001}
          onChange={(max) => set(part, max)}
        />
      );
    case 'decay':
      return <DecayOf value={own} onChange={(decay) => set(part, decay)} />;
  }
});
