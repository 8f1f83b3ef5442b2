/** A condition in a form: clauses that must all hold, some of them made of clauses themselves. */

import { Button, Group, Menu, Paper, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import {
  type Clause,
  clausesOf,
  conditionOf,
  operandKindOf,
  operatorsFor,
  type Result,
  results,
  scalarOf,
  withOperator,
} from '../../condition.model.ts';
import { eventNames, fieldsIn, type Scope, typesOf, valuesOf } from '../../fields.model.ts';
import { namesIn, namesOut } from '../../rule.model.ts';
import type { Values } from '../../values.model.ts';
import { CountOf } from './counts.tsx';
import { Amount, Choice, Name, Names, Remove, Span } from './inputs.tsx';
import { useActs, useDraft } from './studio.ts';

interface Of {
  readonly scope: Scope;
  /** Whether scores and events may be asked for too. */
  readonly judgement: boolean;
  /** Whether scores of the company may be. */
  readonly ofCompanyToo?: boolean;
}

export function Conditions({
  label,
  value,
  onChange,
  ...of
}: Of & { readonly label: string; readonly value: unknown; readonly onChange: (value: Values) => void }) {
  return (
    <fieldset className="conditions">
      <legend>{label}</legend>
      <Clauses
        of={of}
        clauses={clausesOf(value, of.judgement)}
        onChange={(clauses) => onChange(conditionOf(clauses))}
      />
    </fieldset>
  );
}

type Kind = 'field' | 'result' | 'event' | 'any' | 'all' | 'not';

function Clauses({
  of,
  clauses,
  onChange,
}: {
  readonly of: Of;
  readonly clauses: readonly Clause[];
  readonly onChange: (clauses: readonly Clause[]) => void;
}) {
  const { t } = useTranslation('studio');
  const { fields, now } = useActs();
  const kinds: readonly Kind[] = of.judgement
    ? ['field', 'result', 'event', 'any', 'all', 'not']
    : ['field', 'any', 'all', 'not'];
  const blank = (kind: Kind): Clause => {
    const names = fieldsIn(fields, of.scope).map(({ name }) => name);
    const taken = clauses.map((clause) => (clause.kind === 'field' ? clause.field : ''));
    const field: Clause = {
      kind: 'field',
      field: names.find((name) => !taken.includes(name)) ?? 'title',
      operator: 'exists',
      operand: true,
    };
    switch (kind) {
      case 'field':
        return field;
      case 'result':
        return {
          kind: 'result',
          of: 'score',
          score: now().view.scores.find((score) => score.kind !== 'grid')?.name ?? 'total',
          operator: 'atLeast',
          operand: 50,
        };
      case 'event':
        return { kind: 'event', value: { on: eventNames(fields)[0] ?? 'page_viewed', within: '30d' } };
      case 'any':
      case 'all':
        return { kind, of: [[field]] };
      case 'not':
        return { kind, of: [field] };
    }
  };
  const replace = (i: number, clause: Clause) => onChange(clauses.map((one, at) => (at === i ? clause : one)));
  return (
    <Stack gap={6}>
      {clauses.map((clause, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a clause has no name, and its place is what it is known by
        <Group key={i} gap={4} align="start" wrap="nowrap">
          <div style={{ flex: 1, minWidth: 0 }}>
            <OneClause of={of} clause={clause} onChange={(next) => replace(i, next)} />
          </div>
          {clauses.length > 1 && (
            <Remove label={t('removeCondition')} onClick={() => onChange(clauses.filter((_, at) => at !== i))} />
          )}
        </Group>
      ))}
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus aria-hidden size={14} />}
            style={{ alignSelf: 'start' }}
          >
            {t('addCondition')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((kind) => (
            <Menu.Item key={kind} onClick={() => onChange([...clauses, blank(kind)])}>
              {t(`clause.${kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Stack>
  );
}

function OneClause({
  of,
  clause,
  onChange,
}: {
  readonly of: Of;
  readonly clause: Clause;
  readonly onChange: (clause: Clause) => void;
}) {
  const { t } = useTranslation('studio');
  switch (clause.kind) {
    case 'field':
      return <FieldClause of={of} clause={clause} onChange={onChange} />;
    case 'result':
      return <ResultClause of={of} clause={clause} onChange={onChange} />;
    case 'event':
      return <EventClause value={clause.value} onChange={(value) => onChange({ kind: 'event', value })} />;
    case 'not':
      return (
        <Nested label={t('clause.not')}>
          <Clauses of={of} clauses={clause.of} onChange={(inner) => onChange({ kind: 'not', of: inner })} />
        </Nested>
      );
    case 'all':
    case 'any':
      return (
        <Nested label={t(`clause.${clause.kind}`)}>
          {clause.of.map((inner, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an alternative has no name, and its place is what it is known by
            <Group key={i} gap={4} align="start" wrap="nowrap" className="alternative">
              <div style={{ flex: 1, minWidth: 0 }}>
                <Clauses
                  of={of}
                  clauses={inner}
                  onChange={(next) => onChange({ ...clause, of: clause.of.map((one, at) => (at === i ? next : one)) })}
                />
              </div>
              {clause.of.length > 1 && (
                <Remove
                  label={t('removeAlternative')}
                  onClick={() => onChange({ ...clause, of: clause.of.filter((_, at) => at !== i) })}
                />
              )}
            </Group>
          ))}
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus aria-hidden size={14} />}
            onClick={() => onChange({ ...clause, of: [...clause.of, clause.of.at(-1) ?? []] })}
          >
            {t('addAlternative')}
          </Button>
        </Nested>
      );
  }
}

const Nested = ({ label, children }: { readonly label: string; readonly children: React.ReactNode }) => (
  <Paper withBorder p="xs" radius="sm">
    <Text size="xs" c="dimmed" mb={4}>
      {label}
    </Text>
    <Stack gap={6} align="stretch">
      {children}
    </Stack>
  </Paper>
);

function FieldClause({
  of,
  clause,
  onChange,
}: {
  readonly of: Of;
  readonly clause: Clause & { kind: 'field' };
  readonly onChange: (clause: Clause) => void;
}) {
  const { t } = useTranslation('studio');
  const { fields } = useActs();
  const known = fieldsIn(fields, of.scope);
  const field = known.find(({ name }) => name === clause.field);
  const types = typesOf(field);
  return (
    <Group gap={6} align="start">
      <Name
        label={t(of.scope.of === 'event' ? 'property' : 'field')}
        value={clause.field}
        among={known.map(({ name }) => name)}
        w={150}
        onChange={(name) => {
          const wanted = typesOf(known.find((one) => one.name === name));
          const fitting = operatorsFor(wanted, 'exists');
          const next = { ...clause, field: name };
          // An operator that cannot hold for the new field gives way to one that can.
          onChange(fitting.includes(clause.operator) ? next : withOperator(next, fitting[0] ?? 'exists'));
        }}
      />
      <Operator
        value={clause.operator}
        among={operatorsFor(types, clause.operator)}
        onChange={(name) => onChange(withOperator(clause, name))}
      />
      <Operand
        operator={clause.operator}
        value={clause.operand}
        among={valuesOf(field)}
        read={(text) => scalarOf(text, Array.isArray(clause.operand) ? clause.operand[0] : clause.operand, types)}
        onChange={(operand) => onChange({ ...clause, operand })}
      />
    </Group>
  );
}

function Operator({
  value,
  among,
  onChange,
}: {
  readonly value: string;
  readonly among: readonly string[];
  readonly onChange: (value: string) => void;
}) {
  const { t } = useTranslation('studio');
  return (
    <Choice
      label={t('operator')}
      value={value}
      among={among.map((name) => ({ value: name, label: t(`op.${name}`) }))}
      onChange={onChange}
    />
  );
}

function Operand({
  operator,
  value,
  among,
  read,
  onChange,
}: {
  readonly operator: string;
  readonly value: unknown;
  readonly among: readonly string[];
  readonly read: (text: string) => string | number | boolean;
  readonly onChange: (value: unknown) => void;
}) {
  const { t } = useTranslation('studio');
  const label = t('value');
  const list = Array.isArray(value) ? value : [value];
  const numbers = list.filter((item) => typeof item === 'number');
  const kind = operandKindOf(operator);
  switch (kind) {
    case 'scalar':
    case 'text':
      return (
        <Name
          label={label}
          value={String(value ?? '')}
          among={among}
          w={150}
          onChange={(text) => onChange(kind === 'text' ? text : read(text))}
        />
      );
    case 'scalars':
    case 'texts':
      return (
        <Names
          label={label}
          value={list.map(String)}
          among={among}
          onChange={(texts) => onChange(kind === 'texts' ? texts : texts.map(read))}
        />
      );
    case 'number':
      return <Amount label={label} value={numbers[0] ?? null} onChange={onChange} />;
    case 'pair':
      return (
        <>
          <Amount
            label={t('from')}
            value={numbers[0] ?? null}
            onChange={(low) => onChange([low, Math.max(low ?? 0, numbers[1] ?? 0)])}
          />
          <Amount
            label={t('to')}
            value={numbers[1] ?? null}
            onChange={(high) => onChange([Math.min(numbers[0] ?? 0, high ?? 0), high])}
          />
        </>
      );
    case 'known':
      return (
        <Choice
          label={label}
          value={value === false ? 'no' : 'yes'}
          among={[
            { value: 'yes', label: t('known.yes') },
            { value: 'no', label: t('known.no') },
          ]}
          onChange={(known) => onChange(known === 'yes')}
        />
      );
    case 'instant':
      return <Name label={label} value={String(value ?? '')} w={150} onChange={onChange} />;
    case 'span':
      return <Span label={label} value={String(value)} onChange={onChange} />;
  }
}

const RESULT_OPERATORS = ['atLeast', 'moreThan', 'atMost', 'lessThan', 'between', 'is', 'exists'];
const RUNG_OPERATORS = ['is', 'isNot', 'in', 'notIn', 'exists'];

function ResultClause({
  of,
  clause,
  onChange,
}: {
  readonly of: Of;
  readonly clause: Clause & { kind: 'result' };
  readonly onChange: (clause: Clause) => void;
}) {
  const { t } = useTranslation('studio');
  const { view } = useDraft();
  const offered = results.filter((one) => of.ofCompanyToo || !one.startsWith('company.') || one === clause.of);
  const isNumber = clause.of.endsWith('score');
  const scores = clause.of.startsWith('company.') ? view.companyScores : view.scores;
  const score = scores.find(({ name }) => name === clause.score);
  const operators = isNumber && score?.kind !== 'grid' ? RESULT_OPERATORS : RUNG_OPERATORS;
  const rungs = clause.of.endsWith('grade') ? score?.grades : score?.bands;
  const withOf = (next: Result) => {
    const changed = { ...clause, of: next };
    const fits = next.endsWith('score') === isNumber;
    onChange(fits ? changed : withOperator(changed, next.endsWith('score') ? 'atLeast' : 'is'));
  };
  return (
    <Group gap={6} align="start">
      <Choice
        label={t('result')}
        value={clause.of}
        among={offered.map((value) => ({ value, label: t(`result.${value}`) }))}
        onChange={withOf}
      />
      <Name
        label={t('score')}
        value={clause.score}
        among={scores.map(({ name }) => name)}
        w={130}
        onChange={(name) => onChange({ ...clause, score: name })}
      />
      <Operator
        value={clause.operator}
        among={operators.includes(clause.operator) ? operators : [...operators, clause.operator]}
        onChange={(name) => onChange(withOperator(clause, name))}
      />
      <Operand
        operator={clause.operator}
        value={clause.operand}
        among={rungs?.map(({ name }) => name) ?? []}
        read={(text) => scalarOf(text, clause.operand, [])}
        onChange={(operand) => onChange({ ...clause, operand })}
      />
    </Group>
  );
}

/** What an event condition may be narrowed by. */
const NARROWINGS = ['within', 'count', 'where', 'gap'] as const;

function EventClause({ value, onChange }: { readonly value: Values; readonly onChange: (value: Values) => void }) {
  const { t } = useTranslation('studio');
  const { fields } = useActs();
  const names = namesIn(value.on);
  const without = (key: string) => onChange(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)));
  const blank = { within: '30d', count: { atLeast: 2 }, where: { path: { exists: true } }, gap: '30m' } as const;
  return (
    <Nested label={t('clause.event')}>
      <Names
        label={t('part.on')}
        value={names}
        among={[...eventNames(fields), 'any']}
        onChange={(next) => onChange({ ...value, on: namesOut(next) })}
      />
      {NARROWINGS.filter((key) => Object.hasOwn(value, key)).map((key) => (
        <Group key={key} gap={4} align="end">
          {(key === 'within' || key === 'gap') && (
            <Span
              label={t(`part.${key}`)}
              value={String(value[key])}
              onChange={(span) => onChange({ ...value, [key]: span })}
            />
          )}
          {key === 'count' && <CountOf value={value.count} onChange={(count) => onChange({ ...value, count })} />}
          {key === 'where' && (
            <div style={{ flex: 1, minWidth: 0 }}>
              <Conditions
                label={t('part.where')}
                scope={{ of: 'event', names }}
                judgement={false}
                value={value.where}
                onChange={(where) => onChange({ ...value, where })}
              />
            </div>
          )}
          <Remove label={t('removePart', { what: t(`part.${key}`) })} onClick={() => without(key)} />
        </Group>
      ))}
      <Group gap={4}>
        {NARROWINGS.filter((key) => !Object.hasOwn(value, key)).map((key) => (
          <Button
            key={key}
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus aria-hidden size={14} />}
            onClick={() => onChange({ ...value, [key]: blank[key] })}
          >
            {t(`part.${key}`)}
          </Button>
        ))}
      </Group>
    </Nested>
  );
}
