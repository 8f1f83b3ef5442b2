/** A search in rows: what, how compared, with what; all or any of them, and groups one deep. */

import { ActionIcon, Button, Card, Code, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Serving } from '../answers.ts';
import {
  type Conditions,
  conditionOf,
  conditionsOf,
  type Match,
  newRow,
  operatorsOf,
  type Row,
  type Group as Rows,
  whereOf,
  writingOf,
} from '../leads.model.ts';
import './condition-builder.css';

type Outline = Serving['outline'];

interface Wanted {
  readonly where: object | undefined;
  readonly outline: Outline;
  readonly onChange: (where: object | undefined) => void;
  /** What the rows are about, where there are several builders. */
  readonly label?: string;
}

export function ConditionBuilder({ where, outline, onChange, label }: Wanted) {
  const { t } = useTranslation('leads');
  const [draft, setDraft] = useState(() => started(where, outline));
  const tell = useDebouncedCallback(onChange, 300);
  const written = JSON.stringify(where);
  // Another address, such as that of a segment, is a reason to begin anew; what was typed here is not.
  const [seen, setSeen] = useState(written);
  if (seen !== written) {
    setSeen(written);
    if (JSON.stringify(whereOf(draft)) !== written) setDraft(conditionsOf(where));
  }
  const change = (next: Conditions) => {
    setDraft(next);
    tell(whereOf(next));
  };
  const set = (i: number, part: Row | Rows | null) =>
    change({ ...draft, parts: draft.parts.flatMap((one, at) => (at === i ? (part ?? []) : one)) });
  const inner: Match = draft.match === 'all' ? 'any' : 'all';
  const fresh = newRow('trait', '');
  // A part has nothing but its place to be told by.
  const partAt = (part: Row | Rows, place: number) =>
    part.kind === 'group' ? (
      <RowGroup key={place} group={part} outline={outline} onChange={(next) => set(place, next)} />
    ) : (
      <RowFields key={place} row={part} outline={outline} onChange={(next) => set(place, next)} />
    );
  return (
    <Card withBorder padding="sm" component="section" aria-label={label ?? t('conditions')}>
      <Stack gap="sm">
        <MatchSelect match={draft.match} onChange={(match) => change({ ...draft, match })} />
        {draft.parts.map(partAt)}
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => change({ ...draft, parts: [...draft.parts, fresh] })}>
            {t('addCondition')}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              change({ ...draft, parts: [...draft.parts, { kind: 'group', match: inner, rows: [fresh, fresh] }] })
            }
          >
            {t('addGroup')}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

/** Who opens an empty builder finds one row to fill. */
function started(where: object | undefined, outline: Outline): Conditions {
  const main = outline.main;
  if (where !== undefined) return conditionsOf(where);
  return { match: 'all', parts: [main === null ? newRow('trait', '') : newRow('score', main)] };
}

function MatchSelect({ match, onChange }: { match: Match; onChange: (match: Match) => void }) {
  const { t } = useTranslation('leads');
  return (
    <NativeSelect
      size="xs"
      w="fit-content"
      aria-label={t('match')}
      value={match}
      onChange={(event) => onChange(event.currentTarget.value === 'any' ? 'any' : 'all')}
      data={[
        { value: 'all', label: t('match.all') },
        { value: 'any', label: t('match.any') },
      ]}
    />
  );
}

interface GroupOf {
  readonly group: Rows;
  readonly outline: Outline;
  readonly onChange: (group: Rows | null) => void;
}

function RowGroup({ group, outline, onChange }: GroupOf) {
  const { t } = useTranslation('leads');
  const set = (i: number, row: Row | null) => {
    const rows = group.rows.flatMap((one, at) => (at === i ? (row ?? []) : one));
    onChange(rows.length === 0 ? null : { ...group, rows });
  };
  const rowAt = (row: Row, place: number) => (
    <RowFields key={place} row={row} outline={outline} onChange={(next) => set(place, next)} />
  );
  return (
    <Card withBorder padding="sm" component="fieldset" m={0}>
      <Stack gap="sm">
        <Text component="legend" size="xs" c="dimmed" pos="static">
          {t(`group.${group.match}`)}
        </Text>
        {group.rows.map(rowAt)}
        <Button
          size="xs"
          variant="default"
          w="fit-content"
          onClick={() => onChange({ ...group, rows: [...group.rows, newRow('trait', '')] })}
        >
          {t('addCondition')}
        </Button>
      </Stack>
    </Card>
  );
}

const KINDS = ['trait', 'score', 'grade', 'band', 'company.score', 'event'] as const;

interface RowOf {
  readonly row: Row;
  readonly outline: Outline;
  readonly onChange: (row: Row | null) => void;
}

function RowFields({ row, outline, onChange }: RowOf) {
  const { t } = useTranslation('leads');
  const remove = (
    <ActionIcon variant="default" size="lg" aria-label={t('removeCondition')} onClick={() => onChange(null)}>
      <IconTrash aria-hidden size={16} />
    </ActionIcon>
  );
  if (row.kind === 'other')
    return (
      <div className="condition-row">
        <Code className="breaks">{JSON.stringify(row.condition)}</Code>
        {remove}
      </div>
    );
  const kinds = KINDS.filter(
    (kind) => kind === row.kind || namesFor(kind, outline) === null || namesFor(kind, outline)?.length,
  );
  const isBad = row.value.trim() !== '' && row.field.trim() !== '' && conditionOf(row) === undefined;
  return (
    <div className="condition-row">
      <div className="fields">
        <NativeSelect
          aria-label={t('what')}
          value={row.kind}
          onChange={(event) => {
            const kind = KINDS.find((one) => one === event.currentTarget.value) ?? 'trait';
            onChange(newRow(kind, namesFor(kind, outline)?.[0] ?? ''));
          }}
          data={kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
        />
        <FieldOf row={row} outline={outline} onChange={(field) => onChange({ ...row, field })} />
        <NativeSelect
          aria-label={t('how')}
          value={row.operator}
          onChange={(event) => onChange({ ...row, operator: event.currentTarget.value })}
          data={operatorsOf(row.kind).map((operator) => ({ value: operator, label: t(`operator.${operator}`) }))}
        />
        <ValueOf row={row} outline={outline} isBad={isBad} onChange={(value) => onChange({ ...row, value })} />
        {row.kind === 'event' && (
          <TextInput
            aria-label={t('within')}
            placeholder={t('withinHint')}
            value={row.within}
            onChange={(event) => onChange({ ...row, within: event.currentTarget.value })}
          />
        )}
      </div>
      {remove}
    </div>
  );
}

type Shown = Exclude<Row, { kind: 'other' }>;

/** The scores that a kind of row can ask for; null where any name can be typed. */
function namesFor(kind: Shown['kind'], { scores, companyScores }: Outline): readonly string[] | null {
  const pointed = (list: Outline['scores']) => list.filter((score) => score.kind !== 'grid');
  const named = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  switch (kind) {
    case 'score':
      return named(pointed(scores));
    case 'company.score':
      return named(pointed(companyScores));
    case 'grade':
      return named(scores.filter(({ grades }) => grades.length > 0));
    case 'band':
      return named(scores.filter(({ bands }) => bands.length > 0));
    case 'trait':
    case 'event':
      return null;
  }
}

interface Part {
  readonly row: Shown;
  readonly outline: Outline;
  readonly onChange: (text: string) => void;
}

/** Names that most have; any other can be typed. */
const USUAL = {
  trait: [
    'title',
    'country',
    'email',
    'email.domain',
    'created_at',
    'company.name',
    'company.industry',
    'company.employees',
    'company.country',
  ],
  event: [
    'page_viewed',
    'email_opened',
    'email_clicked',
    'form_submitted',
    'content_downloaded',
    'webinar_attended',
    'any',
  ],
} as const;

function FieldOf({ row, outline, onChange }: Part) {
  const { t } = useTranslation('leads');
  const names = namesFor(row.kind, outline);
  if (names !== null)
    return (
      <NativeSelect
        aria-label={t('field')}
        value={row.field}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[...new Set([row.field, ...names])].filter((name) => name !== '')}
      />
    );
  const usual = row.kind === 'event' ? 'event' : 'trait';
  return (
    <>
      <TextInput
        aria-label={t(`field.${usual}`)}
        placeholder={t(`field.${usual}`)}
        list={`usual-${usual}`}
        value={row.field}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id={`usual-${usual}`}>
        {USUAL[usual].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

function ValueOf({ row, outline, isBad, onChange }: Part & { readonly isBad: boolean }) {
  const { t } = useTranslation('leads');
  const writing = writingOf(row.operator);
  if (writing === 'flag')
    return (
      <NativeSelect
        aria-label={t('value')}
        value={row.value === 'false' ? 'false' : 'true'}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[
          { value: 'true', label: t('flag.true') },
          { value: 'false', label: t('flag.false') },
        ]}
      />
    );
  const score = outline.scores.find(({ name }) => name === row.field);
  const ladder = row.kind === 'grade' ? score?.grades : row.kind === 'band' ? score?.bands : undefined;
  return (
    <TextInput
      aria-label={t('value')}
      placeholder={ladder === undefined ? t(`value.${writing}`) : ladder.map(({ name }) => name).join(', ')}
      value={row.value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={isBad ? t(`value.${writing}`) : undefined}
      {...(writing === 'number' ? { inputMode: 'decimal' as const } : {})}
    />
  );
}
